"""Whether the network is as sure as it is right, and the one number that makes it so."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.evaluation.temperature import kept
from cnnlab.evaluation.temperature.effect import METRICS
from cnnlab.evaluation.temperature.of_run import Scaled, scaling_of
from cnnlab.evaluation.temperature.words import sentence_of
from cnnlab.i18n import formats
from cnnlab.ui import figures
from cnnlab.ui.evaluate import keeping, measuring
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t

if TYPE_CHECKING:
    from cnnlab.evaluation.quality import Measured
    from cnnlab.evaluation.temperature.effect import State

_BINS = (10, 15, 20, 30)


def draw(case: Case) -> None:
    if not measuring.ready(case.run, "validation"):
        return
    bins = _bins()
    with st.spinner(t("calibration_page.computing")):
        found = _scaled(case.run.run_id, case.stamp, bins, case)
    st.markdown(sentence_of(found, language()))
    _keep(case, found)
    before, after = st.columns(2, gap="medium")
    with before:
        _state(case, found.effect.before, t("calibration_page.before"), "before")
    with after:
        at = formats.number(found.fitted.temperature, 2, language())
        _state(case, found.effect.after, t("calibration_page.after", temperature=at), "after")
    _table(found)


def _bins() -> int:
    chosen = st.segmented_control(
        t("calibration_page.bins"),
        _BINS,
        default=15,
        required=True,
        key="calibration_bins",
        help=t("calibration_page.bins_help"),
    )
    return int(chosen or 15)


@st.cache_resource(max_entries=16, show_spinner=False)
def _scaled(_run_id: str, stamp: str, bins: int, _case: Case) -> Scaled:  # noqa: ARG001  # names the weights
    return scaling_of(_case.other("validation").judged, _case.judged, bins=bins)


def _keep(case: Case, found: Scaled) -> None:
    folder = case.journal.folder
    applied = kept.kept(folder)
    shown = formats.number(applied or 1.0, 2, language())
    said = None if applied is None else t("calibrate.kept.yes", temperature=shown)
    keepable = applied is None and found.kind != "unbounded"
    keep = partial(kept.keep, folder, found.fitted) if keepable else None
    words = {name: t(f"calibration_page.{name}") for name in keeping.WORDS}
    keeping.draw("calibration", words, said, keep, partial(kept.forget, folder), "thermostat")


def _state(case: Case, state: State, title: str, key: str) -> None:
    from cnnlab.plots import confidence, reliability  # plotly takes half a second to import

    spoken, of = language(), f"{case.title} · {title}"
    st.markdown(f"**{title}**")
    error = formats.percent(state.calibration.error, spoken)
    figures.plotly(
        lambda colours: reliability.reliability(state.calibration.bins, reliability.words_in(spoken), colours, spoken),
        "reliability",
        of=of,
        key=f"calibration_{key}",
        alt=t("calibration_page.reliability_alt", error=error),
    )
    figures.plotly(
        lambda colours: confidence.confidence(
            state.right.tolist(), state.wrong.tolist(), confidence.words_in(spoken), colours, spoken
        ),
        "confidence",
        of=of,
        key=f"confidence_{key}",
        alt=t("calibration_page.histogram_alt", says=formats.percent(state.calibration.confidence, spoken)),
    )


def _table(found: Scaled) -> None:
    effect = found.effect
    states = {"before": effect.before, "after": effect.after}
    columns = {
        t("calibrate.column.metric"): [t(f"calibrate.metric.{name}") for name in (*METRICS, "by_chance")],
        **{
            t(f"calibrate.column.{side}"): [
                *(_figure(state.metrics[name]) for name in METRICS),
                formats.number(state.by_chance, 4, language()),
            ]
            for side, state in states.items()
        },
        t("calibrate.column.change"): [*(_figure(effect.change[name]) for name in METRICS), formats.UNKNOWN],
    }
    st.table(columns, border="horizontal", hide_index=True)
    images = formats.whole(effect.images, language())
    st.caption(t("calibrate.explained", bins=effect.bins, images=images))
    fitted = formats.whole(found.fitted.images, language())
    st.caption(
        t("calibration_page.how", images=fitted, temperature=formats.number(found.fitted.temperature, 3, language()))
    )


def _figure(one: Measured) -> str:
    if one.low is None:
        return formats.number(one.value, 4, language())
    value, low, high = (formats.number(each, 4, language()) for each in (one.value, one.low, one.high))
    return f"{value} ({t('quality.between', low=low, high=high)})"
