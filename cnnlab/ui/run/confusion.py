"""The confusion matrix of the test split, small; what is behind it is on Evaluate and "Why did it fail?"."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from cnnlab.errors import LabError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.confusion import Counts, confusion
from cnnlab.evaluation.predictions import PREDICTIONS
from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.ui import choices, figures
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import EVALUATE_PAGE, MISTAKES_PAGE
from cnnlab.ui.text import message

_LARGEST = 30  # classes; beyond it the cells would be smaller than their numbers


def draw(run: Run) -> None:
    """Nothing for a run whose predictions are not in its folder, or that predicts no classes."""
    path = run.folder / PREDICTIONS if run.folder else None
    if path is None or not path.is_file():
        return
    try:
        names = Card.read(path.parents[1]).outputs.class_names
        counts = _counts(str(path), path.stat().st_mtime_ns, len(names))
    except LabError as error:
        st.markdown(message(error))
        _why(run)
        return
    if counts is None:
        return
    st.markdown(f"**{t('run.confusion.title')}**")
    if len(names) > _LARGEST:
        st.markdown(t("run.confusion.large", count=len(names)))
        _why(run)
        return
    chart, links = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with chart:
        _chart(run, counts, names)
    with links:
        _why(run)


def _chart(run: Run, counts: Counts, names: Sequence[str]) -> None:
    from cnnlab.plots import confusion as plot  # plotly takes half a second to import

    show = choices.one_of(
        ("counts", "rates"),
        t("run.confusion.show"),
        lambda name: t(f"run.confusion.{name}"),
        key="confusion_show",
        label_visibility="collapsed",
    )
    spoken, as_rates = language(), show == "rates"
    right, total = int(counts.trace()), int(counts.sum())
    alt = t("run.confusion.alt", right=formats.whole(right, language()), total=formats.whole(total, language()))
    figures.plotly(
        lambda colours: plot.heatmap(counts, names, plot.words_in(spoken), colours, as_rates=as_rates, language=spoken),
        "confusion",
        of=run.name,
        key="confusion",
        alt=alt,
    )


def _why(run: Run) -> None:
    """The ways to the single images behind the numbers."""
    query = {"run": run.run_id}
    st.page_link(EVALUATE_PAGE, label=t("evaluate_page.from_run"), icon=":material/fact_check:", query_params=query)
    st.page_link(
        MISTAKES_PAGE,
        label=t("mistakes_page.from_run"),
        icon=":material/help_center:",
        query_params=query,
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _counts(path: str, _written: int, classes: int) -> Counts | None:
    from cnnlab.evaluation.stored import stored_predictions

    try:
        columns = stored_predictions(Path(path).parents[1], "test", without=("probabilities", "file"))
    except FileNotFoundError:  # of other weights
        return None
    if "label" not in columns or "prediction" not in columns:
        return None
    return confusion(columns["label"], columns["prediction"], classes)
