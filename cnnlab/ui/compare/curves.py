"""The curves of the compared runs, overlaid."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.plots import comparison
from cnnlab.plots.comparison import Line
from cnnlab.plots.curves import metric_names
from cnnlab.plots.palette import palette
from cnnlab.runs.run import Run
from cnnlab.ui import metrics
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.language import t

_SPLITS = {"val": ("val",), "train": ("train",), "both": ("val", "train")}
_AXES = ("epoch", "time")
_HEIGHT = 420
_SHORT = 24  # characters of a name in the legend


def draw(runs: Sequence[Run]) -> None:
    st.subheader(t("run.tab.curves"), anchor=False)
    names = metric_names([record for run in runs for record in run.epochs])
    if not names:
        st.markdown(t("compare.no_curves"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        metric = _one("metric", names, {name: metrics.metric_label(name) for name in names})
        split = _one("split", list(_SPLITS), {name: t(f"compare.splits.{name}") for name in _SPLITS})
        axis = _one("axis", _AXES, {name: t(f"compare.axes.{name}") for name in _AXES})
        log, smoothing = _display()
    _chart(runs, metric, split, by_time=axis == "time", log=log, smoothing=smoothing)


def _one(name: str, options: Sequence[str], labels: dict[str, str]) -> str:
    chosen = st.segmented_control(
        t(f"compare.{name}"),
        options,
        default=options[0],
        required=True,
        format_func=labels.__getitem__,
        key=f"compare_{name}_{'_'.join(options)}",  # other options are another choice
        persist_state="session",
    )
    return chosen or options[0]


def _display() -> tuple[bool, float]:
    """Log scale, and the weight of the smoothing."""
    with st.popover(t("compare.display"), icon=":material/tune:", key="compare_display"):
        log = st.toggle(t("compare.log"), key="compare_log", persist_state="session")
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
    return log, smoothing


def _chart(runs: Sequence[Run], metric: str, split: str, *, by_time: bool, log: bool, smoothing: float) -> None:
    share = metric in metrics.SHARES
    keys = [f"{part}_{metric}" for part in _SPLITS[split]]
    label = metrics.label(keys[0]) if len(keys) == 1 else metrics.metric_label(metric)
    title = t("run.curves.percent", metric=label) if share else label
    lines = [
        _line(place, name, run, key, by_time, smoothing, faint=key != keys[0])
        for place, (run, name) in enumerate(zip(runs, names_of(runs, _SHORT), strict=True))
        for key in keys
        if any(key in record for record in run.epochs)
    ]
    words = comparison.Words(
        t("run.system.minutes") if by_time else t("run.curves.epoch"),
        t("compare.zoom"),
        t("compare.zoom_back"),
        t("compare.save"),
    )
    option = comparison.overlaid(lines, palette(st.context.theme.type), words, log=log)
    last = "; ".join(f"{run.name}: {metrics.formatted(keys[0], run.last.get(keys[0]))}" for run in runs)
    st.markdown(f"**{t('compare.smoothed', title=title) if smoothing else title}**")
    st.echarts_chart(option, height=_HEIGHT, key="compare_curves", alt=t("compare.curves_alt", metric=title, last=last))
    st.caption(t("compare.marks"))


def _line(place: int, name: str, run: Run, key: str, by_time: bool, smoothing: float, *, faint: bool) -> Line:
    scale = 100.0 if metrics.parts(key)[1] in metrics.SHARES else 1.0
    values = comparison.smoothed(comparison.curve(run.epochs, key, by_time=by_time, scale=scale), smoothing)
    if faint:
        return Line(place, t("compare.in_training", name=name), values, faint=True)
    return Line(place, name, values, comparison.best_place(run.epochs, key, by_time=by_time))
