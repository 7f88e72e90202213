"""Which class was taken for which: the matrix, a map of the worst part of a large one, and the pairs as a table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from cnnlab.evaluation.confusion import Counts, Mistaken, by_confusion, confusion, most_confused, worst_pairs
from cnnlab.evaluation.picks import Pick
from cnnlab.i18n import formats
from cnnlab.plots.palette import Palette
from cnnlab.ui import choices, figures
from cnnlab.ui.edge import safely
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.evaluate.quality import picking
from cnnlab.ui.language import language, t

LARGEST = 30  # classes that are drawn; of more, those that are confused most
_PAIRS = 300
_SHOW, _SORT = "quality_cells", "quality_sort"
_ROWS_HEIGHT = 420


def draw(case: Case, pick: Pick | None) -> None:
    counts = _counts(case.stamp, case.run.run_id, case)
    large = len(counts) > LARGEST
    with st.container(horizontal=True, vertical_alignment="center"):
        show = _choose_show(large)
        by_mistakes = (
            not large
            and show != "pairs"
            and st.toggle(t("quality_page.by_mistakes"), key=_SORT, persist_state="session", width="content")
        )
    if show == "pairs":
        _pairs(case, counts)
        return
    if large:
        count = formats.whole(len(counts), language())
        st.caption(t("quality_page.large", count=count, shown=LARGEST))
    everything = by_confusion(counts) if by_mistakes else list(range(len(counts)))
    order = most_confused(counts, LARGEST) if large else everything
    _chart(case, counts, order, pick, as_rates=show == "rates")


def _choose_show(large: bool) -> str:
    options = ("pairs", "counts", "rates") if large else ("counts", "rates", "pairs")
    return choices.one_of(
        options,
        t("run.confusion.show"),
        lambda name: t(f"quality_page.cells.{name}"),
        key=f"{_SHOW}_{large}",
        label_visibility="collapsed",
    )


def _chart(case: Case, counts: Counts, order: Sequence[int], pick: Pick | None, *, as_rates: bool) -> None:
    from cnnlab.plots import confusion as plot  # plotly takes half a second to import

    names, spoken = [case.judged.names[place] for place in order], language()
    word = "" if pick is None else pick.word

    def made(colours: Palette) -> Any:
        figure = plot.heatmap(
            counts[order][:, order],
            names,
            plot.words_in(spoken),
            colours,
            as_rates=as_rates,
            language=spoken,
            of_truth=counts.sum(1)[order],
            zoomable=len(counts) > LARGEST,
        )
        plot.clickable(figure, names, order, word, colours)
        return figure

    right, total = formats.whole(int(counts.trace()), language()), formats.whole(int(counts.sum()), language())
    # what is chosen is drawn into the chart: another choice is another chart, without a selection of its own
    key = f"quality_matrix_{case.stamp}_{word}"
    figures.plotly(
        made,
        "confusion",
        of=case.title,
        key=key,
        on_select=partial(safely(_cell_chosen), key),
        selection_mode="points",
        alt=t("quality_page.matrix_alt", right=right, total=total),
    )


def _pairs(case: Case, counts: Counts) -> None:
    pairs = worst_pairs(counts, _PAIRS)
    if not pairs:
        st.markdown(t("quality_page.no_mistake"))
        return
    names = case.judged.names
    columns = {
        t("run.confusion.true"): [names[pair.label] for pair in pairs],
        t("run.confusion.predicted"): [names[pair.prediction] for pair in pairs],
        t("run.confusion.count"): [pair.count for pair in pairs],
        t("run.confusion.rate"): [100 * pair.rate for pair in pairs],
    }
    key = f"quality_pairs_{case.stamp}_{picking.turn('confusion')}"
    rate = t("run.confusion.rate")
    st.dataframe(
        columns,
        hide_index=True,
        height="content" if len(pairs) <= 11 else _ROWS_HEIGHT,
        column_config={rate: st.column_config.NumberColumn(f"{rate} (%)", format="%.1f")},
        key=key,
        on_select=partial(safely(_pair_chosen), key, pairs),
        selection_mode="single-row",
    )


def _cell_chosen(key: str) -> None:
    if word := picking.clicked(key):
        picking.take("confusion", word)
        picking.turn_over("confusion")


def _pair_chosen(key: str, pairs: Sequence[Mistaken]) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    chosen = pairs[rows[0]] if rows else None
    picking.take("confusion", f"cell-{chosen.label}-{chosen.prediction}" if chosen else None)


@st.cache_resource(max_entries=12, show_spinner=False)
def _counts(stamp: str, run_id: str, _case: Case) -> Counts:  # noqa: ARG001  # name the weights and the split
    judged = _case.judged
    return confusion(judged.labels.tolist(), judged.predictions.tolist(), len(judged.names))
