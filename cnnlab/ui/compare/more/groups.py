"""Runs by the values of one setting: mean, spread, how many, interval."""

from __future__ import annotations

import streamlit as st

from cnnlab.evaluation.compared import Compared, headline
from cnnlab.evaluation.compared_words import GROUP_COLUMNS, group_rows
from cnnlab.runs import table_words
from cnnlab.ui.compare import choice
from cnnlab.ui.compare.more import crowd
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain


def draw(found: Compared) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _, columns = crowd.choose(found)
        metric = headline(columns)
        offered = [one for one in columns if one.kind == "setting" and one.varies]
        if metric is None or not offered:
            st.markdown(t("compare.more.nothing_varies"))
            return
        titles = {one.name: table_words.title(one.name, language()) for one in columns}
        results = {one.name: titles[one.name] for one in columns if one.kind == "metric"}
        result = choice.select("result", t("compare.more.result"), results, first=metric.name)
        by_name = choice.select("by", t("compare.more.by"), {one.name: titles[one.name] for one in offered})
    by, of = (next(one for one in columns if one.name == name) for name in (by_name, result))
    said = t("compare.group.said", setting=titles[by.name], metric=table_words.inline(of.name, language()))
    st.markdown(said)
    heads = [t(f"compare.group.{name}") for name in GROUP_COLUMNS]
    rows = [[plain(cell) for cell in row] for row in group_rows(by, of, language())]
    st.table([dict(zip(heads, row, strict=True)) for row in rows], border="horizontal", hide_index=True)
    st.caption(t("compare.group.note"))
