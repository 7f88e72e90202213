"""How good the test predictions are: metrics with intervals, class by class, and whether the network is too sure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.errors import LabError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.predictions import PREDICTIONS
from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.ui import metrics
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.evaluation.calibration import Calibration
    from cnnlab.evaluation.quality import ClassQuality, Measured
    from cnnlab.evaluation.report import Report

_EXACT = 0.005  # calibration error under which a network is called as sure as it is right


def draw(run: Run) -> None:
    """Nothing for a run whose predictions are not in its folder, or that predicts no classes."""
    path = run.folder / PREDICTIONS if run.folder else None
    if path is None or not path.is_file():
        return
    try:
        names = Card.read(path.parents[1]).outputs.class_names
        with st.spinner(t("quality.computing")):
            found = _report(str(path.parents[1]), path.stat().st_mtime_ns)
    except LabError:
        return  # the confusion matrix says so already
    if found is None:
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _metrics(found)
    with right:
        _calibration(found.calibration)
    with st.expander(t("quality.classes"), icon=":material/table_rows:", key="quality_classes"):
        _classes(found.quality.classes, names)


@st.cache_data(max_entries=16, show_spinner=False)
def _report(folder: str, _written: int) -> Report | None:
    from cnnlab.evaluation.report import report_of

    return report_of(Path(folder))


def _metrics(found: Report) -> None:
    st.markdown(f"**{t('quality.title')}**")
    rows = found.quality.metrics
    columns = {
        t("quality.metric"): [metrics.metric_label(name) for name in rows],
        t("quality.value"): [metrics.formatted(name, one.value) for name, one in rows.items()],
        t("quality.interval"): [_interval(name, one) for name, one in rows.items()],
    }
    st.table(columns, border="horizontal", hide_index=True)
    st.caption(t("quality.explained", images=formats.whole(found.quality.images, language())))


def _interval(name: str, one: Measured) -> str:
    if one.low is None or one.high is None:
        return formats.UNKNOWN
    low, high = metrics.formatted(name, one.low), metrics.formatted(name, one.high)
    return t("quality.between", low=low, high=high)


def _calibration(found: Calibration) -> None:
    from cnnlab.plots import reliability as plot  # plotly takes half a second to import
    from cnnlab.plots.palette import palette

    st.markdown(f"**{t('quality.calibration')}**")
    words = {
        "confidence": formats.percent(found.confidence, language()),
        "accuracy": formats.percent(found.accuracy, language()),
        "error": formats.percent(found.error, language()),
    }
    kind = "exact" if found.error < _EXACT else "over" if found.confidence > found.accuracy else "under"
    said = t(f"quality.sure.{kind}", **words)
    st.markdown(said)
    axes = plot.Words(*(t(f"quality.axis.{name}") for name in ("confidence", "accuracy", "perfect", "images")))
    figure = plot.reliability(found.bins, axes, palette(st.context.theme.type), language())
    st.plotly_chart(figure, key="reliability", config={"displayModeBar": False}, alt=said, theme=None)
    st.caption(t("quality.ece", bins=15))


def _classes(classes: Sequence[ClassQuality], names: Sequence[str]) -> None:
    """The weakest first; those without images last."""
    order = sorted(range(len(classes)), key=lambda place: (classes[place].f1 is None, classes[place].f1 or 0.0, place))
    shown = [classes[place] for place in order]
    columns = {
        t("quality.class"): [plain(names[place]) for place in order],
        t("quality.support"): [formats.whole(one.support, language()) for one in shown],
        t("quality.precision"): [formats.percent(one.precision, language()) for one in shown],
        t("quality.recall"): [formats.percent(one.recall, language()) for one in shown],
        "F1": [formats.number(one.f1, 3, language()) for one in shown],
        "AUROC": [formats.number(one.auroc, 3, language()) for one in shown],
        "AUPRC": [formats.number(one.auprc, 3, language()) for one in shown],
    }
    st.dataframe(columns, hide_index=True, key="quality_table")
