"""Any metric against any cost or setting that is a number, with the Pareto front drawn and named."""

from __future__ import annotations

import streamlit as st

from cnnlab.evaluation.compared import Compared, axes, front, headline
from cnnlab.evaluation.compared_words import energy_basis, front_words
from cnnlab.plots import columns as columns_drawn
from cnnlab.plots import tradeoff
from cnnlab.runs import table, table_words
from cnnlab.ui import figures
from cnnlab.ui.compare import choice
from cnnlab.ui.compare.more import crowd
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.compare.slots import slots
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_HEIGHT = 420
_MOST_NAMED = 8


def draw(found: Compared) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        runs, columns = crowd.choose(found)
        metric, offered = headline(columns), axes(columns)
        if metric is None or not offered:
            st.markdown(t("compare.more.nothing"))
            return
        titles = {one.name: table_words.title(one.name, language()) for one in columns}
        results = {one.name: titles[one.name] for one in columns if one.kind == "metric"}
        result_name = choice.select("result", t("compare.more.result"), results, first=metric.name)
        against_name = choice.select("against", t("compare.more.against"), {o.name: titles[o.name] for o in offered})
        log = choice.toggle("log_x", t("compare.more.log_x"))
    result = next(one for one in columns if one.name == result_name)
    against = next(one for one in offered if one.name == against_name)

    names, cues = names_of(runs), slots([run.run_id for run in found.runs])
    dots = columns_drawn.dots(against, result, names, cues)
    on_front = front(against, result)
    shown = [plain(names[place]) for place in on_front[:_MOST_NAMED]]
    if more := on_front[_MOST_NAMED:]:
        shown.append(t("compare.more.and_more", count=len(more)))
    said = front_words(against, result, shown, range(len(shown)), language())
    st.markdown(said)
    ends = (table_words.axis(against.name, language()), table_words.axis(result.name, language()))
    front_name, line = t("compare.more.front"), columns_drawn.front_ends(against, result)
    figures.echarts(
        lambda colours: tradeoff.scatter(dots, line, ends, front_name, colours, log=log),
        "scatter",
        of="",
        height=_HEIGHT,
        key="compare_scatter",
        alt=said,
    )
    better = t("compare.more.higher" if table.more_is_better(against.name) else "compare.more.lower")
    notes = [t("compare.more.read", cost=table_words.inline(against.name, language()), better=better)]
    if against.name in ("energy_kwh", "co2_kg"):
        notes.append(energy_basis(runs, language()))
    st.caption(" ".join(filter(None, notes)))
