"""What a person says of an image: the form, the last change and its way back, and that MLflow is told."""

from __future__ import annotations

import logging
import time

import streamlit as st

from cnnlab.evaluation.mistake_words import state_choices
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs import reviews
from cnnlab.runs.journal import Journal
from cnnlab.runs.reviews import LONGEST_NOTE, Review
from cnnlab.ui import background
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.mistakes.case import Case

_LOG = logging.getLogger("cnnlab.ui")
_CHANGED = "mistakes_changed"  # in the session: (run, image) of the change that can be taken back
_RETRY_SECONDS = 30.0


def popover(case: Case, index: int) -> None:
    """A form in a popover: nothing is kept before it is said to be."""
    review = case.reviews.get(index, Review())
    label = t("mistakes_page.change_review" if not review.is_empty else "mistakes.review")
    # another review of the image begins another form, with what is kept in it, and closes the popover
    stamp = f"{case.run.run_id[:8]}_{index}_{round(1000 * review.time)}"
    with st.popover(label, icon=":material/rate_review:", key=f"mistakes_review_{stamp}"):
        labels = {name: t(f"mistakes.state.{name or 'none'}") for name in state_choices()}
        with st.form(f"mistakes_form_{stamp}", border=False):
            st.selectbox(
                t("mistakes_page.state"),
                list(labels),
                index=list(labels).index(review.state) if review.state in labels else 0,
                format_func=labels.__getitem__,
                key=f"mistakes_said_{stamp}",
            )
            st.text_area(
                t("mistakes_page.note"), review.note, max_chars=LONGEST_NOTE, key=f"mistakes_note_{stamp}", height=100
            )
            st.form_submit_button(t("mistakes_page.keep"), on_click=safely(_keep), args=(case.run.run_id, index, stamp))


def last_change(case: Case) -> None:
    """What was just kept, with its undo; how many reviews MLflow lacks."""
    _tell(case)
    changed = st.session_state.get(_CHANGED)
    if changed is None or changed[0] != case.run.run_id or reviews.undoable(case.journal) != changed[1]:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(t("mistakes_page.kept", index=formats.whole(changed[1], language())), width="stretch")
        st.button(
            t("mistakes_page.undo"),
            icon=":material/undo:",
            key="mistakes_undo",
            on_click=safely(_undo),
            args=(case.run.run_id,),
        )
        st.button(t("mistakes_page.dismiss"), type="tertiary", key="mistakes_dismiss", on_click=safely(_dismiss))


def _keep(run_id: str, index: int, stamp: str) -> None:
    journal = Journal.open(Home.current(), run_id)
    state, note = st.session_state[f"mistakes_said_{stamp}"], st.session_state[f"mistakes_note_{stamp}"]
    reviews.write_review(journal, index, state or reviews.NONE, note or "")
    st.session_state[_CHANGED] = (run_id, index)


def _undo(run_id: str) -> None:
    reviews.undo(Journal.open(Home.current(), run_id))
    st.session_state.pop(_CHANGED, None)


def _dismiss() -> None:
    st.session_state.pop(_CHANGED, None)


def _tell(case: Case) -> None:
    """MLflow, from a thread; again now and then while it lacks something."""
    lacking = reviews.waiting(case.journal)
    if not lacking:
        return
    name = f"reviews {case.run.run_id}"
    work = background.find(name)
    if work is None or (work.ended and (work.result is True or time.time() - work.started > _RETRY_SECONDS)):
        home, run_id = Home.current(), case.run.run_id
        background.begin(name, lambda _: _publish(home, run_id))
    elif work.ended:
        st.caption(t("mistakes_page.waiting", count=formats.Counted(len(lacking), language())))


def _publish(home: Home, run_id: str) -> bool:
    try:
        return reviews.publish(Journal.open(home, run_id), home)
    except Exception as error:  # whatever the store does, the reviews are kept and told later
        _LOG.warning("MLflow does not take reviews yet: %s", type(error).__name__)
        return False
