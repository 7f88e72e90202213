"""Whether the differences between the compared runs are real, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.evaluation.differences import pairs_of
from cnnlab.evaluation.paired import Pair
from cnnlab.evaluation.paired_words import between, sentence
from cnnlab.i18n import formats
from cnnlab.i18n.statistics import p_words, points
from cnnlab.runs.comparison import Verdict
from cnnlab.runs.run import Run
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain


def pairs(runs: Sequence[Run], found: Verdict) -> list[Pair]:
    """Tests of every pair; none where the verdict already says why they can't be compared."""
    return [] if found.best is None else pairs_of([run.folder for run in runs])


def words(runs: Sequence[Run], found: Verdict, tested: Sequence[Pair]) -> str:
    """What the test says of the first two; empty where they could not be tested."""
    if found.best is None or found.second is None:
        return ""
    pair = between(tested, found.best, found.second)
    return sentence(pair, [plain(name) for name in names_of(runs)], language()) if pair else ""


def behind(place: int, found: Verdict, tested: Sequence[Pair]) -> str:
    """Whether what this run is behind the first is real; empty for the first itself and where nothing may be said."""
    pair = between(tested, found.best, place) if found.best is not None else None
    if pair is None or pair.difference <= 0:
        return ""
    return t("compare.tested.behind_real" if pair.real else "compare.tested.behind_chance")


def draw(runs: Sequence[Run], tested: Sequence[Pair]) -> None:
    """The table of all pairs, folded."""
    if not tested:
        return
    names = [plain(name) for name in names_of(runs)]
    columns = ("pair", "difference", "interval", "only_first", "only_second", "p", "verdict")
    rows = [dict(zip([t(f"compare.pairs.{name}") for name in columns], _row(p, names), strict=True)) for p in tested]
    with st.expander(t("compare.pairs.title"), icon=":material/balance:", key="compare_pairs"):
        st.table(rows, border="horizontal", hide_index=True)
        images = formats.whole(tested[0].images, language())
        st.caption(t("compare.pairs.method", count=len(tested), images=images))


def _row(pair: Pair, names: Sequence[str]) -> tuple[str, ...]:
    low, high = points(pair.low, language()), points(pair.high, language())
    return (
        f"{names[pair.first]} · {names[pair.second]}",
        points(pair.difference, language()),
        t("compare.pairs.between", low=low, high=high),
        formats.whole(pair.only_first, language()),
        formats.whole(pair.only_second, language()),
        p_words(pair.adjusted, language()).removeprefix("= "),
        t("compare.pairs.real" if pair.real else "compare.pairs.chance"),
    )
