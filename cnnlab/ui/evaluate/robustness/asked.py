"""What is asked: how many images, which other runs beside this one; and the work that answers it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.runs.view import listing
from cnnlab.ui import address, background, run_choice, trained
from cnnlab.ui.data import progress
from cnnlab.ui.edge import safely
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.polling import while_there
from cnnlab.ui.text import distinct, sentence

if TYPE_CHECKING:
    from cnnlab.evaluation.robustness.subject import Subject

_POLL_SECONDS = 0.7
_OFFERED = 100
_IMAGES, _OTHERS = "robustness_images", "robustness_with"
_ALL = 0


def choose(case: Case) -> list[Subject]:
    """This run first. Raises what ``Subject.checked`` raises, and "other_test_split"."""
    from cnnlab.errors import LabError
    from cnnlab.evaluation.robustness.several import same_images

    images = _images()
    others = _others(case.run)
    first = _subject(case.run, images)
    subjects = [first.checked()]
    for run in others:
        other = _subject(run, images).checked()
        if not same_images(first, other):
            raise LabError("other_test_split", field=t("robustness_page.others"), value=run.name)
        subjects.append(other)
    return subjects


def button(name: str, label: str, compute: Callable[[Progress], object], *, primary: bool) -> None:
    """Begins the work of ``name`` in the background, shows how far it is, and lets it be left."""
    key = name.partition(" ")[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            label,
            type="primary" if primary else "secondary",
            icon=":material/play_arrow:",
            key=f"begin_{key}",
            disabled=background.going(name) is not None,
            on_click=safely(_begin),
            args=(name, compute),
        )
        if background.going(name) is not None:
            if st.button(t("robustness_page.cancel"), icon=":material/close:", key=f"cancel_{key}"):
                work = background.going(name)
                if work is not None:
                    work.cancel()
            while_there(lambda: background.going(name), _working, seconds=_POLL_SECONDS)
    work = background.find(name)
    for problem in work.problems if work is not None and work.ended else ():
        st.error(sentence(problem), icon=":material/error:")


def _begin(name: str, compute: Callable[[Progress], object]) -> None:
    background.begin(name, compute)


def _working(work: background.Work) -> None:
    st.progress(work.share or 0.0, text=progress.words(work), width=420)


def _subject(run: Run, images: int | None) -> Subject:
    from cnnlab.evaluation.robustness.subject import Subject

    home = Home.current()
    return Subject(Journal.open(home, run.run_id), home, trained.dataset_of(run), images)


def _images() -> int | None:
    choices = (100, 500, 2000, _ALL)
    address.rename("images", "on", str.isdecimal)  # Evaluate's "images" are those behind a number
    asked = address.asked_number("on")
    if asked in choices:
        st.session_state[_IMAGES] = asked
    st.session_state.setdefault(_IMAGES, 500)
    words = {
        number: t("robustness_page.all") if number == _ALL else formats.whole(number, language()) for number in choices
    }
    chosen = st.segmented_control(
        t("robustness_page.images"),
        choices,
        required=True,
        format_func=words.__getitem__,
        help=t("robustness_page.images_help"),
        key=_IMAGES,
        persist_state="session",
    )
    address.keep_unusual("on", str(chosen), "500")
    return chosen or None


def _others(run: Run) -> list[Run]:
    """Up to three more runs on the same dataset."""
    from cnnlab.evaluation.robustness.several import MOST

    dataset = run.experiment.data.dataset if run.experiment else None
    offered = {
        one.run_id: one
        for one in listing(Home.current(), limit=_OFFERED)
        if one.run_id != run.run_id
        and run_choice.has_weights(one)
        and one.state.is_final
        and one.experiment is not None
        and one.experiment.data.dataset == dataset
    }
    if not offered:
        return []
    key = f"{_OTHERS}_{run.run_id}"
    wanted = [name for name in (address.asked("with") or "").split(",") if name in offered][: MOST - 1]
    if wanted or key not in st.session_state:
        st.session_state[key] = wanted
    labels = distinct({run_id: run_choice.words(one) for run_id, one in offered.items()})
    chosen = st.multiselect(
        t("robustness_page.others"),
        list(offered),
        format_func=labels.__getitem__,
        max_selections=MOST - 1,
        key=key,
        placeholder=t("robustness_page.others_none"),
        persist_state="session",
    )
    address.keep("with", ",".join(chosen) or None)
    return [offered[run_id] for run_id in chosen]
