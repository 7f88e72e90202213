"""What the compared runs say over seeds, where some of them repeat one another."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.i18n.statistics import points
from cnnlab.runs import seeds
from cnnlab.runs.run import Run
from cnnlab.runs.seeds_words import sentences
from cnnlab.ui import metrics
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_COLUMNS = ("group", "runs", "mean", "deviation", "interval")


def draw(runs: Sequence[Run]) -> None:
    """Mean, spread and interval of each group, and of every two what is real; nothing where no run repeats another."""
    found = seeds.groups(runs)
    if not found:
        return
    names = [plain(name) for name in names_of(runs)]
    rows = [dict(zip([t(f"compare.seeds.{name}") for name in _COLUMNS], _row(g, names), strict=True)) for g in found]
    with st.container(border=True, key="compare_seeds"):
        st.subheader(t("compare.seeds.title"), anchor=False)
        for said in sentences(found, names, language()):
            st.markdown(said)
        st.table(rows, border="horizontal", hide_index=True)
        st.caption(t("compare.seeds.note", metric=metrics.inline(found[0].metric)))


def _row(group: seeds.Group, names: Sequence[str]) -> tuple[str, ...]:
    if metrics.parts(group.metric)[1] in metrics.SHARES:
        low, high = points(group.low, language()), points(group.high, language())
        spread = t("compare.points", points=formats.number(100 * group.deviation, 2, language()))
    else:
        low, high = formats.number(group.low, 3, language()), formats.number(group.high, 3, language())
        spread = formats.number(group.deviation, 3, language())
    return (
        names[group.places[0]],
        str(len(group.places)),
        metrics.formatted(group.metric, group.mean),
        spread,
        t("compare.pairs.between", low=low, high=high),
    )
