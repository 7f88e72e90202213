"""The metrics with their intervals, the classes, and how sure the network is of its answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.evaluation.picks import BARS, Pick, histogram
from cnnlab.i18n import formats
from cnnlab.plots.palette import Palette
from cnnlab.ui import figures, metrics
from cnnlab.ui.edge import safely
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.evaluate.quality import picking
from cnnlab.ui.language import language, t

if TYPE_CHECKING:
    from cnnlab.evaluation.calibration import Calibration
    from cnnlab.evaluation.quality import ClassQuality, Measured, Quality

_ROWS_HEIGHT = 420
_EXACT = 0.005  # calibration error under which a network is called as sure as it is right


def metric_table(found: Quality) -> None:
    rows = found.metrics
    columns = {
        t("quality.metric"): [metrics.metric_label(name) for name in rows],
        t("quality.value"): [metrics.formatted(name, one.value) for name, one in rows.items()],
        t("quality.interval"): [_interval(name, one) for name, one in rows.items()],
    }
    st.table(columns, border="horizontal", hide_index=True)
    st.caption(t("quality.explained", images=formats.whole(found.images, language())))


def class_table(case: Case, classes: Sequence[ClassQuality]) -> None:
    """The weakest first; those without images last. Choosing a row shows its images."""
    order = sorted(range(len(classes)), key=lambda place: (classes[place].f1 is None, classes[place].f1 or 0.0, place))
    shown = [classes[place] for place in order]
    columns = {
        t("quality.class"): [case.judged.names[place] for place in order],
        t("quality.support"): [one.support for one in shown],
        t("quality.precision"): [_percent(one.precision) for one in shown],
        t("quality.recall"): [_percent(one.recall) for one in shown],
        "F1": [one.f1 for one in shown],
        "AUROC": [one.auroc for one in shown],
        "AUPRC": [one.auprc for one in shown],
    }
    percents = (t("quality.precision"), t("quality.recall"))
    shares = {name: st.column_config.NumberColumn(format="%.3f") for name in ("F1", "AUROC", "AUPRC")}
    whole = {name: st.column_config.NumberColumn(f"{name} (%)", format="%.1f") for name in percents}
    key = f"quality_classes_{case.stamp}_{picking.turn('classes')}"
    st.caption(t("quality_page.classes"))
    st.dataframe(
        columns,
        hide_index=True,
        height="content" if len(order) <= 11 else _ROWS_HEIGHT,
        column_config={**shares, **whole},
        placeholder=formats.UNKNOWN,
        key=key,
        on_select=partial(safely(_class_chosen), key, order),
        selection_mode="single-row",
    )


def confidence(case: Case, found: Calibration, pick: Pick | None) -> None:
    """A histogram of the probability of what was predicted; clicking a bar shows its images."""
    st.markdown(_how_sure(found))
    from cnnlab.plots import confidence as plot  # plotly takes half a second to import

    (right, wrong), spoken = histogram(case.judged), language()
    word = "" if pick is None else pick.word

    def made(colours: Palette) -> Any:
        return plot.confidence(right.tolist(), wrong.tolist(), plot.words_in(spoken), colours, spoken, chosen=word)

    # what is chosen is drawn into the chart: another choice is another chart, without a selection of its own
    key = f"quality_sure_{case.stamp}_{word}"
    half = {
        "right": formats.whole(int(right[BARS // 2 :].sum()), language()),
        "wrong": formats.whole(int(wrong[BARS // 2 :].sum()), language()),
    }
    figures.plotly(
        made,
        "confidence",
        of=case.title,
        key=key,
        on_select=partial(safely(_bar_chosen), key),
        selection_mode="points",
        alt=t("quality_page.sure_alt", **half),
    )


def _how_sure(found: Calibration) -> str:
    words = {
        "confidence": formats.percent(found.confidence, language()),
        "accuracy": formats.percent(found.accuracy, language()),
        "error": formats.percent(found.error, language()),
    }
    kind = "exact" if found.error < _EXACT else "over" if found.confidence > found.accuracy else "under"
    return t(f"quality.sure.{kind}", **words)


def _class_chosen(key: str, order: Sequence[int]) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    picking.take("classes", f"class-{order[rows[0]]}" if rows else None)


def _bar_chosen(key: str) -> None:
    if word := picking.clicked(key):
        picking.take("sure", word)


def _interval(name: str, one: Measured) -> str:
    if one.low is None or one.high is None:
        return formats.UNKNOWN
    low, high = metrics.formatted(name, one.low), metrics.formatted(name, one.high)
    return t("quality.between", low=low, high=high)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
