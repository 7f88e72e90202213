"""The curves of the compared runs, overlaid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.plots import comparison
from cnnlab.plots.comparison import Line
from cnnlab.plots.curves import metric_names
from cnnlab.runs.comparison import images_an_epoch
from cnnlab.runs.run import Run
from cnnlab.ui import address, figures, metrics
from cnnlab.ui.compare import choice
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.compare.slots import slots
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_SPLITS = {"val": ("val",), "train": ("train",), "both": ("val", "train")}
_AXES = ("epoch", "time", "images")
_HEIGHT = 420
_SHORT = 24  # characters of a name in the legend
_FEW = 4  # metrics that fit as buttons


def draw(runs: Sequence[Run]) -> None:
    st.subheader(t("run.tab.curves"), anchor=False)
    names = metric_names([record for run in runs for record in run.epochs])
    if not names:
        st.markdown(t("compare.no_curves"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        offered = {name: metrics.metric_label(name) for name in names}
        pick = choice.segmented if len(names) <= _FEW else choice.select
        metric = pick("metric", t("compare.metric"), offered)
        split = choice.segmented("split", t("compare.split"), {name: t(f"compare.splits.{name}") for name in _SPLITS})
        axis = choice.segmented("axis", t("compare.axis"), {name: t(f"compare.axes.{name}") for name in _AXES})
        log, smoothing = _display()
    _chart(runs, metric, split, axis, log=log, smoothing=smoothing)


def _display() -> tuple[bool, float]:
    """Log scale, and the weight of the smoothing."""
    with st.popover(t("compare.display"), icon=":material/tune:", key="compare_display"):
        log = choice.toggle("log", t("compare.log"))
        if (asked := address.asked_number("smoothing")) is not None:  # in per cent: an address has no decimals
            st.session_state["compare_smoothing"] = min(asked, 95) // 5 * 5 / 100
        smoothing = st.slider(
            t("compare.smoothing"),
            0.0,
            0.95,
            0.0,
            0.05,
            help=t("compare.smoothing_help"),
            key="compare_smoothing",
            persist_state="session",
        )
        address.keep("smoothing", str(round(100 * smoothing)) if smoothing else None)
    return log, smoothing


def _chart(runs: Sequence[Run], metric: str, split: str, axis: str, *, log: bool, smoothing: float) -> None:
    share = metric in metrics.SHARES
    keys = [f"{part}_{metric}" for part in _SPLITS[split]]
    label = metrics.label(keys[0]) if len(keys) == 1 else metrics.metric_label(metric)
    title = t("run.curves.percent", metric=label) if share else label
    names, cues = names_of(runs, _SHORT), slots([run.run_id for run in runs])
    images = {run.run_id: images_an_epoch(run) for run in runs} if axis == "images" else {}
    lines = [
        line
        for run, name, slot in zip(runs, names, cues, strict=True)
        for key in keys
        if any(key in record for record in run.epochs) and (axis != "images" or images[run.run_id])
        for line in _lines(Line(slot, name, []), run, key, axis, images.get(run.run_id), smoothing, key != keys[0])
    ]
    words = comparison.Words(
        {"time": t("run.system.minutes"), "images": t("compare.thousand_images"), "epoch": t("run.curves.epoch")}[axis],
        t("compare.zoom"),
        t("compare.zoom_back"),
    )
    last = "; ".join(f"{run.name}: {metrics.formatted(keys[0], run.last.get(keys[0]))}" for run in runs)
    st.markdown(f"**{t('compare.smoothed', title=title) if smoothing else title}**")
    figures.echarts(
        lambda colours: comparison.overlaid(lines, colours, words, log=log),
        "compare",
        of=", ".join(names),
        y_axis=title,
        height=_HEIGHT,
        key="compare_curves",
        alt=t("compare.curves_alt", metric=title, last=last),
    )
    notes = [t("compare.marks"), t("compare.smoothed_how", weight=_weight(smoothing)) if smoothing else ""]
    if without := [plain(name) for run, name in zip(runs, names, strict=True) if images.get(run.run_id, 1) is None]:
        notes.append(t("compare.images_unknown", runs=", ".join(without)))
    st.caption(" ".join(filter(None, notes)))


def _weight(smoothing: float) -> str:
    return formats.number(smoothing, 2, language())


def _lines(
    like: Line, run: Run, key: str, axis: str, images: int | None, smoothing: float, faint: bool
) -> Iterator[Line]:
    """The curve, and behind a smoothed one what was measured."""
    scale = 100.0 if metrics.parts(key)[1] in metrics.SHARES else 1.0
    by_time = axis == "time"
    measured = comparison.curve(run.epochs, key, by_time=by_time, images=images, scale=scale)
    name = t("compare.in_training", name=like.name) if faint else like.name
    best = None if faint else comparison.best_place(run.epochs, key, by_time=by_time, images=images)
    yield Line(like.place, name, comparison.smoothed(measured, smoothing), best, faint=faint)
    if smoothing:
        yield Line(like.place, name, measured, raw=True)
