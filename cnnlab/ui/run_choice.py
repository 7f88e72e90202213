"""Which run a page is about: the one in the address, else one chosen from those that have weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.runs.run import Run
from cnnlab.runs.view import listing, view
from cnnlab.ui import address, metrics
from cnnlab.ui.language import t
from cnnlab.ui.navigation import TRAIN_PAGE
from cnnlab.ui.run.cards import what
from cnnlab.ui.text import distinct

_OFFERED = 200
_CHOSEN = "run_chosen"  # in the session: kept when the page is left, and the same on Explain and Predict


def choose(empty: str) -> Run | None:
    """The chosen run; ``None`` after saying ``empty`` where no run has weights yet.

    Raises ``RunError``: "bad_run_id", "unknown_run", "run_is_elsewhere", "no_weights", "journal_damaged" for what the
    address names.
    """
    home, wanted = Home.current(), address.run_id()
    runs = [run for run in listing(home, limit=_OFFERED) if has_weights(run)]
    if wanted and wanted not in {run.run_id for run in runs}:
        runs.append(_named(wanted, home))
    if not runs:
        _nothing(empty)
        return None
    by_id = {run.run_id: run for run in runs}
    ids = list(by_id)
    before = st.session_state.get(_CHOSEN)
    whole = next((run_id for run_id in ids if not by_id[run_id].is_damaged), ids[0])
    wanted = wanted or (before if before in by_id else whole)
    labels = distinct({run_id: words(run) for run_id, run in by_id.items()})
    chosen = st.selectbox(
        t("run_choice.label"),
        ids,
        index=ids.index(wanted),
        format_func=labels.__getitem__,
        key=f"run_choice_{wanted}",
    )
    st.session_state[_CHOSEN] = chosen
    if chosen != st.query_params.get("run"):
        st.query_params["run"] = chosen
    return by_id[chosen]


def has_weights(run: Run) -> bool:
    """Whether an epoch was completed on this machine: its best weights are kept."""
    return run.local and run.best_record is not None


def words(run: Run) -> str:
    """``calm-heron · Digits · LeNet-5 · test accuracy 97.8 %``, as plain text."""
    test = run.result.get("test") or {}
    name = next((name for name in test if "loss" not in name), None)
    parts = [run.name, what(run).replace("\\", "")]
    if name:
        parts.append(f"{metrics.label(f'test_{name}')} {metrics.formatted(f'test_{name}', test[name])}")
    else:
        parts.append(t(f"state.{run.state.value}"))
    return " · ".join(parts)


def several(labels: Mapping[str, str], chosen: Sequence[str], label: str, *, key: str, **layout: Any) -> None:
    """Several runs by their ids; a callback in ``layout`` writes what is chosen into the address.

    The address leads: a link or the back button changes it, and then the choice has to follow.
    """
    st.session_state[key] = list(chosen)
    st.multiselect(
        label,
        list(labels),
        format_func=labels.__getitem__,
        select_all=False,
        filter_mode="contains",
        key=key,
        **layout,
    )


def _named(run_id: str, home: Home) -> Run:
    run = view(home, run_id)
    if not run.local:
        raise RunError("run_is_elsewhere", value=run_id)
    if not has_weights(run):
        if run.reason is not None and run.is_damaged:
            raise RunError.from_problems((run.reason,))
        raise RunError("no_weights", value=run.name)
    return run


def _nothing(empty: str) -> None:
    with st.container(border=True):
        st.markdown(empty)
        if st.button(t("run_choice.train"), type="primary", icon=":material/model_training:", key="to_train"):
            st.switch_page(TRAIN_PAGE)
