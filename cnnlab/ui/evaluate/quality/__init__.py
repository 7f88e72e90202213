"""How good the predictions of a split are, and which images are behind each number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.evaluation.picks import Pick, places
from cnnlab.evaluation.reading.reading import Reading
from cnnlab.evaluation.reading.words import beside_metrics
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.ui.evaluate import gallery
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.evaluate.quality import figures, matrix, picking
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.evaluation.report import Report


def draw(case: Case) -> None:
    with st.spinner(t("quality.computing")):
        found = _report(case.run.run_id, case.stamp, case)
    if found is None:
        st.markdown(t("quality_page.no_labels"))
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        figures.metric_table(found.quality)
        _kept(case)
    with right:
        by = picking.choose_by(case)
        pick = picking.chosen(case, by)
        if by == "confusion":
            matrix.draw(case, pick)
        elif by == "classes":
            figures.class_table(case, found.quality.classes)
        elif by == "sure":
            figures.confidence(case, found.calibration, pick)
        else:
            st.caption(t(f"quality_page.about.{by}"))
    _images(case, by, pick)


def _kept(case: Case) -> None:
    """What is said of new images instead, where something is kept: the metrics stay those of the weights."""
    reading, names = Reading.of(case.journal.folder), [plain(name) for name in case.judged.names]
    if said := beside_metrics(case.judged, reading, names, language()):
        st.caption(" ".join(said))


def _images(case: Case, by: str, pick: Pick | None) -> None:
    if pick is None:
        st.caption(t(f"quality_page.hint.{by}"))
        return
    found = places(case.judged, pick)
    words = picking.words(case, pick)
    count = t("quality_page.images", count=formats.Counted(len(found), language()))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(t("quality_page.chosen", what=words, count=count), width="content")
        if by in picking.CLEARED:
            picking.clear_button(by)
    gallery.draw(case, found.tolist(), key=f"quality_{pick.word}")


@st.cache_resource(max_entries=12, show_spinner=False)
def _report(_run_id: str, stamp: str, _case: Case) -> Report | None:  # noqa: ARG001  # names the weights and the split
    from cnnlab.evaluation.report_kept import kept_report_on

    return kept_report_on(Home.current(), _case.judged.labels, _case.judged.probabilities)
