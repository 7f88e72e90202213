"""Which networks are asked: one run, or up to four that take the same images and know the same classes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.errors import LabError, RunError
from cnnlab.evaluation.card import Card
from cnnlab.explain.subjects import Subject
from cnnlab.home import Home
from cnnlab.runs.run import Run
from cnnlab.runs.view import listing
from cnnlab.ui import address, run_choice
from cnnlab.ui.language import t
from cnnlab.ui.text import distinct, plain

MOST = 4
_OFFERED = 200
_PARAMETER = "with"


def choose() -> list[Run]:
    """The run that the images come from, then those it is compared with; none where no run has weights yet."""
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    with left:
        first = run_choice.choose(t("explain_page.empty"))
    if first is None:
        return []
    with right:
        return [first, *_compared(first)]


def _compared(first: Run) -> list[Run]:
    others = _fitting(first)
    wanted = [run_id for run_id in _asked() if run_id != first.run_id]
    if unfit := [run_id for run_id in wanted if run_id not in others]:
        raise RunError("runs_differ", field=t("explain_page.compared"), value=unfit[0][:8])
    if not others:
        address.keep(_PARAMETER, None)
        return []
    key = f"explain_with_{first.run_id}"
    if wanted or key not in st.session_state:
        st.session_state[key] = wanted[: MOST - 1]
    st.session_state[key] = [run_id for run_id in st.session_state[key] if run_id in others]
    labels = distinct({run_id: run_choice.words(run) for run_id, run in others.items()})
    chosen = st.multiselect(
        t("explain_page.compared"),
        list(others),
        format_func=labels.__getitem__,
        max_selections=MOST - 1,
        placeholder=t("explain_page.compared_none"),
        help=t("explain_page.compared_help", limit=MOST - 1),
        key=key,
        persist_state="session",
    )
    address.keep(_PARAMETER, ",".join(chosen) or None)
    return [others[run_id] for run_id in chosen]


def say_who_has_seen(runs: Sequence[Run], subjects: Sequence[Subject]) -> None:
    """Which compared run was trained with images that are shown: it is no surprise that it knows them."""
    from cnnlab.explain.comparing import seen_in_training

    first = runs[0].folder
    for run in runs[1:]:
        if first is not None and run.folder is not None and (seen := seen_in_training(first, run.folder, subjects)):
            st.caption(t("explain_page.seen", run=plain(run.name), count=len(seen)))


def _asked() -> list[str]:
    """Raises ``RunError`` ("bad_run_id")."""
    return address.run_ids(_PARAMETER) if address.asked(_PARAMETER) else []


def _fitting(first: Run) -> dict[str, Run]:
    others = [run for run in listing(Home.current(), limit=_OFFERED) if run_choice.has_weights(run)]
    return {run.run_id: run for run in fitting(first, others)}


def fitting(first: Run, runs: Sequence[Run]) -> list[Run]:
    """Of ``runs`` the others that can be shown the same pixels and know the same classes."""
    card, found = _card(first), []
    for run in runs:
        other = None if run.run_id == first.run_id else _card(run)
        if card is None or other is None:
            continue
        if (card.kind, card.outputs.class_names) == (other.kind, other.outputs.class_names):
            found.append(run)
    return found


def _card(run: Run) -> Card | None:
    """``None`` where it is gone: the page says so when that run is chosen."""
    try:
        return None if run.folder is None else Card.read(run.folder)
    except (LabError, OSError, ValueError, KeyError):
        return None
