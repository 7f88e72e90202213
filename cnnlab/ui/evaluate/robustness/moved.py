"""Translation: the share of images that keep their class, by move; a move can be chosen and looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.i18n import formats
from cnnlab.ui import choices, figures, pictures
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.evaluate.robustness.asked import button
from cnnlab.ui.language import language, t

if TYPE_CHECKING:
    from cnnlab.evaluation.robustness.shifts import Sampling, Shifts
    from cnnlab.evaluation.robustness.subject import Subject

_SIDE = 150
_KIND, _DOWN, _RIGHT, _IMAGE = "shift_kind", "shift_down", "shift_right", "shift_image"
_CHART = "shift_map"


def draw(case: Case, whole: Subject) -> None:
    from cnnlab.evaluation.robustness import shifts
    from cnnlab.evaluation.robustness.words import shift_sentences

    subject = shifts.of(whole)
    found = shifts.known(subject)
    if found is None:
        st.caption(t("robustness_page.shift.what", images=len(subject.places)))

        def measure(progress: Progress) -> None:
            shifts.compute(subject, progress)

        button(
            f"shifts {subject.weights} {subject.choices}", t("robustness_page.shift.measure"), measure, primary=False
        )
        return
    sampling = _sampling(case, subject)
    st.markdown("  \n".join(shift_sentences(found, sampling, language())))
    chart, image = st.columns([3, 2], gap="medium")
    with image:
        down, right = _move(found, sampling)
        _one(case, subject, found, down, right)
    with chart:
        _map(case, found, down, right)


def _sampling(case: Case, subject: Subject) -> Sampling:
    from cnnlab.evaluation.robustness.shifts import sampling
    from cnnlab.models.inspection import inspect

    dataset = subject.dataset
    return sampling(inspect(case.journal.experiment().model, dataset.kind, dataset.outputs.count))


def _move(found: Shifts, sampling: Sampling) -> tuple[int, int]:
    """By the sliders, or by the cell that was clicked."""
    reach = found.reach
    for key in (_DOWN, _RIGHT):
        value = st.session_state.setdefault(key, 0)
        st.session_state[key] = max(-reach, min(reach, value))
    right = st.slider(t("robustness_page.shift.right"), -reach, reach, key=_RIGHT, persist_state="session")
    down = st.slider(t("robustness_page.shift.down"), -reach, reach, key=_DOWN, persist_state="session")
    if sampling.total > 1 and (down or right):
        whole = down % sampling.total == 0 and right % sampling.total == 0
        key = "robustness_page.shift.on_stride" if whole else "robustness_page.shift.off_stride"
        st.caption(t(key, total=sampling.total))
    return down, right


def _one(case: Case, subject: Subject, found: Shifts, down: int, right: int) -> None:
    from cnnlab.evaluation.robustness.corrupt import moved_by

    place = int(st.number_input(t("robustness_page.image"), 1, len(found.labels), 1, key=_IMAGE, width=130)) - 1
    picture = moved_by(subject.pixels(place, place + 1), (down, right))[0].permute(1, 2, 0).contiguous().numpy()
    at = (down + found.reach, right + found.reach, place)
    said, sure, truth = int(found.predicted[at]), float(found.confidence[at]), int(found.labels[place])
    pictures.draw(picture, alt=t("robustness_page.shift.alt", down=down, right=right), side=_SIDE, width=_SIDE)
    icon = ":material/check_circle:" if said == truth else ":material/cancel:"
    st.markdown(f"{icon} {case.name(said)} · {formats.percent(sure, language(), 0)}")
    same = (found.predicted[:, :, place] == found.still[place]).mean()
    words = {"share": formats.percent(float(same), language(), 0), "name": case.name(int(found.still[place]))}
    st.caption(t("robustness_page.shift.this_image", **words))


def _map(case: Case, found: Shifts, down: int, right: int) -> None:
    from cnnlab.plots import robustness as plot

    kind = choices.one_of(
        ("consistency", "accuracy"),
        t("robustness_page.shift.show"),
        lambda name: t(f"robustness_page.shift.{name}"),
        key=_KIND,
        label_visibility="collapsed",
    )
    shares = found.accuracy() if kind == "accuracy" else found.consistency()
    last = found.by_distance()[-1]
    alt = t("robustness_page.shift.map_alt", pixels=last[0], share=formats.percent(last[1], language()))
    spoken = language()
    figures.plotly(
        lambda colours: plot.moves(shares, (down, right), plot.move_words(spoken), colours, spoken),
        "shifts",
        of=case.title,
        key=_CHART,
        on_select=_clicked,
        selection_mode="points",
        alt=alt,
    )


def _clicked() -> None:
    """The cell that was clicked becomes the move of the sliders."""
    chosen: Any = st.session_state.get(_CHART)
    marked = chosen["selection"]["points"] if chosen else []
    if marked:
        st.session_state[_RIGHT], st.session_state[_DOWN] = int(marked[0]["x"]), int(marked[0]["y"])
