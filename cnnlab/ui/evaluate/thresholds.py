"""From which probability on a class is said: its curves, what a threshold costs, and the images behind each count."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlab.evaluation.reading.reading import Reading
from cnnlab.evaluation.reading.words import sentences
from cnnlab.evaluation.thresholds import kept
from cnnlab.evaluation.thresholds.choice import Costs
from cnnlab.evaluation.thresholds.curves import Curves, curves
from cnnlab.evaluation.thresholds.kept import Threshold
from cnnlab.evaluation.thresholds.of_run import Against, Chosen, against, choose, usual_class
from cnnlab.i18n import formats
from cnnlab.ui import address, choices, figures
from cnnlab.ui.evaluate import gallery, keeping, measuring
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.evaluation.quality import Measured
    from cnnlab.evaluation.thresholds.choice import Outcome
    from cnnlab.plots.class_curves import Point
    from cnnlab.plots.palette import Palette

_CLASS = "threshold_class"
_KINDS = ("false_alarms", "misses", "hits")
_ALL_CLASSES = 30  # beyond them the thin lines are a grey area, and seconds of work
_STEP = 0.001
_COUNTS = ("hits", "misses", "false_alarms", "rejections")
_SHARES = ("precision", "recall", "specificity")


def draw(case: Case) -> None:
    if not measuring.ready(case.run, "validation"):
        return
    number, costs = _asked(case)
    validation, test = against(case.other("validation").judged, number), against(case.judged, number)
    cheapest = choose(validation, test, costs)
    chosen = _slid(case, number, costs, cheapest, (validation, test))
    if len(case.judged.names) == 2:
        _keep(case, Threshold(number, chosen.threshold))
    _curves(case, number, test, chosen)
    _table(chosen)
    _images(case, number, test, chosen)


def _asked(case: Case) -> tuple[int, Costs]:
    """The class, and what either mistake costs."""
    names = case.judged.names
    wanted = address.asked_number("class")
    if wanted is not None and wanted < len(names):
        st.session_state[_CLASS] = wanted
    if st.session_state.get(_CLASS, len(names)) >= len(names):  # of another run
        st.session_state[_CLASS] = usual_class(names)
    with st.grid(3, min_column_width=190) as grid:
        with grid.cell():
            number = st.selectbox(
                t("thresholds_page.class"),
                range(len(names)),
                format_func=names.__getitem__,
                key=_CLASS,
                help=t("thresholds_page.class_help"),
                persist_state="session",
            )
        with grid.cell():
            alarm = _cost("false_alarm")
        with grid.cell():
            miss = _cost("miss")
    address.keep("class", None if number == usual_class(names) else str(number))
    return number, Costs(alarm, miss)


def _cost(name: str) -> float:
    return float(
        st.number_input(
            t(f"thresholds_page.{name}"),
            0.0,
            1e6,
            1.0,
            step=1.0,
            key=f"threshold_{name}",
            help=t(f"thresholds_page.{name}_help"),
            persist_state="session",
        )
    )


def _slid(case: Case, number: int, costs: Costs, cheapest: Chosen, both: tuple[Against, Against]) -> Chosen:
    """At the slider, which begins at the threshold of least cost."""
    start = round(min(cheapest.threshold, 1.0), 3)
    key = f"threshold_{case.run.run_id}_{number}_{costs.false_alarm}_{costs.miss}"
    at = st.slider(t("thresholds_page.threshold"), 0.0, 1.0, start, step=_STEP, format="%.3f", key=key)
    best, now = (formats.number(value, 3, language()) for value in (cheapest.threshold, at))
    chosen = cheapest if at == start else choose(*both, costs, at)
    change = chosen.change
    same = change.low is None or change.high is None or change.low <= 0 <= change.high
    kind = "same" if same else "cheaper" if change.value < 0 else "dearer"
    st.markdown(t("thresholds_page.cheapest", threshold=best))
    said = {"threshold": now, "change": _figure(change), "cost": _figure(chosen.test.cost)}
    st.markdown(t(f"thresholds_page.said.{kind}", **said))
    return chosen


def _keep(case: Case, chosen: Threshold) -> None:
    folder, names = case.journal.folder, case.judged.names
    reading = Reading(threshold=kept.kept(folder))
    said = " ".join(sentences(reading, [plain(name) for name in names], language())) or None
    keep = None if reading.threshold == chosen else partial(kept.keep, folder, chosen, names)
    words = {name: t(f"thresholds_page.{name}") for name in keeping.WORDS}
    keeping.draw("thresholds", words, said, keep, partial(kept.forget, folder), "rule")


@st.cache_resource(max_entries=32, show_spinner=False)
def _curve(_run_id: str, stamp: str, number: int, _test: Against) -> Curves | None:  # noqa: ARG001
    return curves(_test.scores, _test.positive)


@st.cache_resource(max_entries=4, show_spinner=False)
def _every(_run_id: str, stamp: str, _case: Case) -> list[Curves | None]:  # noqa: ARG001
    """Of all classes, without intervals."""
    each = [against(_case.judged, number) for number in range(len(_case.judged.names))]
    return [curves(one.scores, one.positive, draws=0) for one in each]


def _curves(case: Case, number: int, test: Against, chosen: Chosen) -> None:
    with st.spinner(t("quality.computing")):
        found = _curve(case.run.run_id, case.stamp, number, test)
    if found is None:
        st.markdown(t("thresholds_page.no_curve", name=case.name(number)))
        return
    others: list[Curves] = []
    if 2 < len(case.judged.names) <= _ALL_CLASSES and st.toggle(t("thresholds_page.all"), key="threshold_all"):
        every = _every(case.run.run_id, case.stamp, case)
        others = [one for place, one in enumerate(every) if one is not None and place != number]
    _charts(case, case.judged.names[number], found, others, chosen.test)


def _charts(case: Case, name: str, found: Curves, others: list[Curves], side: Outcome) -> None:
    from cnnlab.plots import class_curves as plot  # plotly takes half a second to import

    point = plot.Point(side.threshold, 1 - (side.specificity or 0.0), side.recall or 0.0, side.precision)
    areas, spoken = {"roc": found.auroc, "precision_recall": found.auprc}, language()
    with st.grid(2, min_column_width=320) as grid:
        for figure, area in areas.items():
            with grid.cell():
                said = t(f"thresholds_page.{figure}", area=_figure(area))
                st.markdown(said)
                make = partial(_drawn, getattr(plot, figure), name, found, others, point, spoken)
                figures.plotly(make, figure, of=f"{case.title} · {name}", key=f"threshold_{figure}", alt=said)


def _drawn(
    draw: Callable[..., Any],
    name: str,
    found: Curves,
    others: list[Curves],
    point: Point,
    spoken: str,
    colours: Palette,
) -> Any:
    from cnnlab.plots.class_curves import words_in

    return draw(name, found, others, point, words_in(spoken), colours, spoken)


def _table(chosen: Chosen) -> None:
    sides = {"validation": chosen.validation, "test": chosen.test, "half": chosen.half}
    rows = ("threshold", *_COUNTS, *_SHARES, "cost")
    columns = {
        t("threshold.column.figure"): [t(f"threshold.row.{row}") for row in rows],
        **{t(f"threshold.column.{name}"): [_cell(side, row) for row in rows] for name, side in sides.items()},
    }
    st.table(columns, border="horizontal", hide_index=True)
    st.caption(t("thresholds_page.how"))


def _cell(side: Outcome, row: str) -> str:
    if row == "cost":
        return _figure(side.cost)
    value = getattr(side, row)
    if row in _COUNTS:
        return formats.whole(value, language())
    return formats.percent(value, language()) if row in _SHARES else formats.number(value, 3, language())


def _figure(one: Measured) -> str:
    value = formats.number(one.value, 3, language())
    if one.low is None:
        return value
    low, high = (formats.number(each, 3, language()) for each in (one.low, one.high))
    return f"{value} ({t('quality.between', low=low, high=high)})"


def _images(case: Case, number: int, test: Against, chosen: Chosen) -> None:
    counts = {kind: getattr(chosen.test, kind) for kind in _KINDS}
    labels = {kind: f"{t(f'threshold.row.{kind}')} {formats.whole(counts[kind], language())}" for kind in _KINDS}
    kind = choices.one_of(_KINDS, t("thresholds_page.images"), labels.__getitem__, key="threshold_images")
    places = _behind(test, chosen.threshold, kind)
    gallery.draw(case, places.tolist(), key=f"threshold_{number}_{kind}")


def _behind(test: Against, threshold: float, kind: str) -> NDArray[np.int64]:
    """Places of the images of ``kind``: false alarms from the surest on, the others from the least sure on."""
    said = test.scores >= threshold
    which = np.flatnonzero(
        {"hits": said & test.positive, "misses": ~said & test.positive}.get(kind, said & ~test.positive)
    )
    order = np.argsort(-test.scores[which] if kind == "false_alarms" else test.scores[which], kind="stable")
    places: NDArray[np.int64] = test.places[which[order]]
    return places
