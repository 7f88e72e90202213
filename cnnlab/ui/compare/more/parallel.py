"""Runs as lines over axes of settings, costs and a result, which colours them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.evaluation.compared import Compared, headline
from cnnlab.plots import tradeoff
from cnnlab.plots.columns import dimension
from cnnlab.runs import table_words
from cnnlab.ui import figures
from cnnlab.ui.compare import choice
from cnnlab.ui.compare.more import crowd
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.language import language, t

_HEIGHT = 420
_START = 5  # axes unless the reader says otherwise


def draw(found: Compared) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        runs, columns = crowd.choose(found)
        metric = headline(columns)
        offered = [one for one in columns if one.kind != "setting" or one.varies]
        if metric is None:
            st.markdown(t("compare.more.nothing"))
            return
        titles = {one.name: table_words.title(one.name, language()) for one in offered}
        results = {one.name: titles[one.name] for one in columns if one.kind == "metric"}
        result = choice.select("result", t("compare.more.result"), results, first=metric.name)
    others = [one for one in offered if one.name != result]
    settings = [one.name for one in others if one.kind == "setting"]
    start = [*settings[: _START - 1], *(name for name in ("train_seconds",) if name in titles)]
    axes = _several("axes", [one.name for one in others], start, titles)
    chosen = [*(one for one in others if one.name in axes), next(one for one in offered if one.name == result)]
    numeric = [one.name for one in chosen if one.numeric and all(value is None or value > 0 for value in one.values)]
    with st.container(horizontal=True):
        log = _several("log_axes", numeric, [], titles)
        flipped = _several("flipped", [one.name for one in chosen], [], titles)
    spoken, names = language(), names_of(runs)
    dimensions = [dimension(one, spoken, log=one.name in log, flipped=one.name in flipped) for one in chosen]
    drawn = tradeoff.complete(dimensions, names)
    alt = t("compare.more.parallel_alt", axes=", ".join(titles[one.name] for one in chosen))
    figures.echarts(
        lambda colours: tradeoff.parallel(dimensions, names, colours),
        "parallel",
        of="",
        height=_HEIGHT,
        key="compare_parallel",
        alt=alt,
    )
    without = len(names) - len(drawn)
    notes = [t("compare.more.coloured", result=table_words.inline(result, language()))]
    if without:
        notes.append(t("compare.more.left_out", count=without))
    st.caption(" ".join(notes))


def _several(name: str, options: Sequence[str], start: Sequence[str], titles: dict[str, str]) -> list[str]:
    return st.multiselect(
        t(f"compare.more.{name}"),
        options,
        default=list(start),
        format_func=titles.__getitem__,
        placeholder=t("compare.more.choose"),
        select_all=False,
        key=f"compare_{name}_{'_'.join(options)}",
        persist_state="session",
    )
