"""What a person says of an image: the form, the last change and its way back, and that MLflow is told."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Protocol

import streamlit as st

from cnnlab.evaluation.mistake_words import state_choices
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs import reviews
from cnnlab.runs.journal import Journal
from cnnlab.runs.reviews import LONGEST_NOTE, MOST_TAGS, Image, Review
from cnnlab.runs.run import Run
from cnnlab.ui import background
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_LOG = logging.getLogger("cnnlab.ui")
_CHANGED = "mistakes_changed"  # in the session: (run, image, where) of the change that can be taken back
_RETRY_SECONDS = 30.0


class Reviewed(Protocol):
    """A run and one of its splits, whose images are reviewed."""

    @property
    def run(self) -> Run: ...
    @property
    def split(self) -> str: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def reviews(self) -> Mapping[int, Review]: ...


def popover(case: Reviewed, index: int, *, where: str = "", lazy: bool = False) -> None:
    """A form in a popover: nothing is kept before it is said to be. ``where`` tells apart places on one page.

    ``lazy``: the form is drawn when the popover is opened, for pages with many.
    """
    review = case.reviews.get(index, Review())
    label = t("mistakes_page.change_review" if not review.is_empty else "mistakes.review")
    # another review of the image begins another form, with what is kept in it, and closes the popover
    stamp = f"{case.run.run_id[:8]}_{case.split}_{index}_{round(1000 * review.time)}{where}"
    box = st.popover(
        label,
        icon=":material/rate_review:",
        type="tertiary" if lazy else "secondary",
        key=f"mistakes_review_{stamp}",
        on_change="rerun" if lazy else "ignore",
    )
    if box.open or not lazy:
        with box:
            _form(case, index, review, stamp, where)


def _form(case: Reviewed, index: int, review: Review, stamp: str, where: str) -> None:
    labels = {name: t(f"mistakes.state.{name or 'none'}") for name in state_choices()}
    used = sorted({*review.tags, *(tag for one in case.reviews.values() for tag in one.tags)})
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
        st.multiselect(
            t("mistakes_page.tags"),
            used,
            list(review.tags),
            accept_new_options=True,
            max_selections=MOST_TAGS,
            placeholder=t("mistakes_page.tags_hint"),
            key=f"mistakes_tags_{stamp}",
        )
        image = Image(case.split, index)
        st.form_submit_button(
            t("mistakes_page.keep"), on_click=safely(_keep), args=(case.run.run_id, image, stamp, where)
        )


def said(review: Review) -> None:
    """State and tags as badges, the note as it was written; nothing where nothing was said."""
    if review.state or review.tags:
        with st.container(horizontal=True, gap="xsmall"):
            if review.state:
                st.badge(t(f"mistakes.state.{review.state}"), icon=":material/rate_review:", color="blue")
            for tag in review.tags:
                st.badge(plain(tag), icon=":material/label:", color="gray")
    if review.note:
        st.markdown(f"> {plain(review.note)}")


def last_change(case: Reviewed, *, where: str = "") -> None:
    """What was just kept, with its undo; how many reviews MLflow lacks."""
    _tell(case)
    run_id, image, place = st.session_state.get(_CHANGED, ("", None, ""))
    if image is None or (run_id, place) != (case.run.run_id, where) or reviews.undoable(case.journal) != image:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(t("mistakes_page.kept", index=formats.whole(image.index, language())), width="stretch")
        st.button(
            t("mistakes_page.undo"), icon=":material/undo:", key="mistakes_undo", on_click=safely(_undo), args=(run_id,)
        )
        st.button(t("mistakes_page.dismiss"), type="tertiary", key="mistakes_dismiss", on_click=safely(_dismiss))


def _keep(run_id: str, image: Image, stamp: str, where: str) -> None:
    state, note, tags = (st.session_state[f"mistakes_{name}_{stamp}"] for name in ("said", "note", "tags"))
    journal = Journal.open(Home.current(), run_id)
    reviews.write_review(journal, image.index, state or reviews.NONE, note or "", tags=tags or (), split=image.split)
    st.session_state[_CHANGED] = (run_id, image, where)


def _undo(run_id: str) -> None:
    reviews.undo(Journal.open(Home.current(), run_id))
    st.session_state.pop(_CHANGED, None)


def _dismiss() -> None:
    st.session_state.pop(_CHANGED, None)


def _tell(case: Reviewed) -> None:
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
