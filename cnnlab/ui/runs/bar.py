"""What can be done with the selected runs. Nothing is lost by it: deleting has an undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.jobs import control
from cnnlab.runs.comparison import MOST
from cnnlab.runs.run import Run
from cnnlab.ui import actions
from cnnlab.ui.language import t
from cnnlab.ui.navigation import COMPARE_PAGE, RUN_PAGE, TRAIN_PAGE
from cnnlab.ui.run.cards import again_button, resume_button
from cnnlab.ui.runs import selection
from cnnlab.ui.text import message

_DELETED = "runs_deleted"
_REFUSED = "runs_refused"


def draw(chosen: Sequence[Run], found: int, hidden: int) -> None:
    """The number of runs, or the actions for those selected; ``hidden`` of them are not in the table now."""
    if not chosen:
        st.caption(t("runs_page.found", count=found))
        return
    row, below = st.container(horizontal=True, vertical_alignment="center"), st.container()
    with row:
        words = t("runs_page.selected", count=len(chosen))
        st.markdown(f"{words} {t('runs_page.hidden', count=hidden)}" if hidden else words, width="content")
        if st.button(t("runs_page.clear"), icon=":material/close:", type="tertiary", key="runs_clear"):
            selection.clear()
            st.rerun()
        if len(chosen) == 1:
            _one(chosen[0], below)
        elif st.button(t("runs_page.compare"), type="primary", icon=":material/compare_arrows:", key="runs_compare"):
            ids = ",".join(run.run_id for run in chosen[:MOST])
            st.switch_page(COMPARE_PAGE, query_params={"runs": ids})
        _several(chosen)
    if len(chosen) > MOST:
        st.caption(t("runs_page.at_most", count=MOST))


def _several(chosen: Sequence[Run]) -> None:
    open_runs = [run for run in chosen if run.can_stop]
    if open_runs and st.button(t("run.stop"), icon=":material/stop_circle:", key="runs_stop"):
        _each(open_runs, actions.stop)
    ended = [run for run in chosen if run.local and run.state.is_final]
    if ended and st.button(t("run.do.delete"), icon=":material/delete:", key="runs_delete"):
        _delete(ended)


def undo() -> None:
    """After deleting: what was deleted, and the way back; and what could not be done, each with its reason."""
    for sentence in st.session_state.pop(_REFUSED, []):
        st.error(sentence, icon=":material/error:")
    deleted: list[str] = st.session_state.get(_DELETED, [])
    if not deleted:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(t("runs_page.deleted", count=len(deleted), days=control.KEPT_DAYS), width="stretch")
        if st.button(t("runs_page.undo"), icon=":material/undo:", key="runs_undo"):
            del st.session_state[_DELETED]
            _try(deleted, lambda run_id: control.restore(run_id, Home.current()))
            st.rerun()
        if st.button(t("runs_page.dismiss"), type="tertiary", key="runs_dismiss"):
            del st.session_state[_DELETED]
            st.rerun()


def _one(run: Run, below: DeltaGenerator) -> None:
    """What is done with a single run. Errors go ``below``."""
    if st.button(t("run.open"), type="primary", icon=":material/arrow_forward:", key="runs_open"):
        st.switch_page(RUN_PAGE, query_params={"run": run.run_id})
    if run.state.is_final:
        resume_button(run, below)
        again_button(run, below)
    if run.experiment is not None and st.button(t("run.do.change"), icon=":material/tune:", key="runs_change"):
        st.switch_page(TRAIN_PAGE, query_params={"like": run.run_id})


def _delete(runs: Sequence[Run]) -> None:
    done = _try([run.run_id for run in runs], lambda run_id: control.delete(run_id, Home.current()))
    st.session_state[_DELETED] = done
    st.rerun()


def _each(runs: Sequence[Run], act: Callable[[Run], None]) -> None:
    by_id = {run.run_id: run for run in runs}
    _try(list(by_id), lambda run_id: act(by_id[run_id]))
    st.rerun()


def _try(run_ids: Sequence[str], act: Callable[[str], object]) -> list[str]:
    """Those for which it was done; the refused ones are said at the next drawing."""
    done = []
    for run_id in run_ids:
        try:
            act(run_id)
            done.append(run_id)
        except LabError as error:
            st.session_state.setdefault(_REFUSED, []).append(message(error))
    return done
