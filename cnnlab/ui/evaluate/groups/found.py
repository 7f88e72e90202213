"""One grouping: its gap in words, a chart and a table, its mistakes as images, fairness, classes joined with groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnlab.i18n import formats
from cnnlab.ui import download, figures
from cnnlab.ui.evaluate import gallery
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.evaluation.groups.gaps import Codes, Gaps
    from cnnlab.evaluation.groups.grouping import Grouping
    from cnnlab.evaluation.groups.look import Look

_MOST_CELLS = 30  # rows or columns of the table of classes and groups
_CLASSES = 10
_LINES = 40  # groups in the table


def draw(case: Case, seen: Look, grouping: Grouping, metric: str, positive: int) -> None:
    from cnnlab.evaluation.groups import words
    from cnnlab.evaluation.groups.fairness import odds

    codes = seen.of_split(grouping)
    found = _gaps(case.stamp, grouping.name, grouping.codes.tobytes(), metric, positive, seen, grouping)
    for line in words.sentences(found, language(), case.judged.names[positive]):
        st.markdown(plain(line))
    _chart(case, found, positive)
    _table(found)
    apart = odds(case.judged, codes, len(grouping.groups), positive)
    st.markdown(plain(words.odds_words(apart, case.judged.names[positive], language())))
    _mistakes(case, grouping, codes, found)
    _classes(case, grouping, codes)
    _joined(case, seen, grouping)


@st.cache_data(max_entries=40, show_spinner=False)
def _gaps(
    stamp: str,  # noqa: ARG001  # with the next ones: what the result depends on
    name: str,  # noqa: ARG001
    codes: bytes,  # noqa: ARG001
    metric: str,
    positive: int,
    _seen: Look,
    _grouping: Grouping,
) -> Gaps:
    return _seen.gaps(_grouping, metric, positive=positive)


def _chart(case: Case, found: Gaps, positive: int) -> None:
    from cnnlab.evaluation.groups import words
    from cnnlab.plots.groups import MOST, by_group

    speech, name = language(), case.judged.names[positive]
    values = [group.value for group in found.groups if group.value is not None][:MOST]
    if not values:
        return
    title = words.metric_title(found.metric, name, speech)
    ends = {
        "low": words.value(found.metric, min(values), speech),
        "high": words.value(found.metric, max(values), speech),
    }
    figures.plotly(
        lambda colours: by_group(found, name, colours, speech),
        "groups",
        of=f"{case.title} · {words.title(found.grouping, found.kind, speech)}",
        key="groups_chart",
        alt=t("groups_page.chart_alt", metric=title, **ends),
    )


def _table(found: Gaps) -> None:
    from cnnlab.evaluation.groups import words
    from cnnlab.evaluation.groups.table import as_csv

    speech = language()
    shown = found.groups[:_LINES]
    small = t("groups.too_small")
    st.table(
        {
            t("groups_page.group"): [f"{plain(g.name)} {small}" if g.too_small else plain(g.name) for g in shown],
            t("groups_page.images"): [formats.whole(g.images, speech) for g in shown],
            t("groups_page.value"): [words.value(found.metric, g.value, speech) for g in shown],
            t("groups_page.interval"): [words.between(found.metric, g, speech) for g in shown],
        },
        border="horizontal",
        hide_index=True,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words.rule(speech))
        download.button(t("groups_page.csv"), as_csv([found]), "groups.csv", key="groups_csv")


def _mistakes(case: Case, grouping: Grouping, codes: Codes, found: Gaps) -> None:
    """The wrong ones of a group, the surest first; at first those of the worst group."""
    names = [group.name for group in found.groups if group.images]
    if not names:
        return
    key = f"groups_shown_{grouping.kind}_{grouping.name[:40]}"
    name = st.selectbox(t("groups_page.show"), names, key=key, width=320)
    wrong = np.flatnonzero(case.judged.wrong & (codes == grouping.groups.index(str(name or names[0]))))
    order = np.argsort(-case.judged.confidence[wrong], kind="stable")
    gallery.draw(case, wrong[order].tolist(), key="groups")


def _classes(case: Case, grouping: Grouping, codes: Codes) -> None:
    from cnnlab.evaluation.groups.fairness import worst_by_class

    speech = language()
    rows = worst_by_class(case.judged, codes, len(grouping.groups))[:_CLASSES]
    with st.expander(t("groups_page.classes"), icon=":material/table_rows:", key="groups_classes"):
        if not rows:
            st.markdown(t("groups_page.classes_none"))
            return
        between = [
            t("groups.between", low=formats.percent(one.low, speech), high=formats.percent(one.high, speech))
            for one in rows
        ]
        st.table(
            {
                t("groups_page.class_column"): [case.name(one.label) for one in rows],
                t("groups_page.recall"): [formats.percent(one.recall, speech) for one in rows],
                t("groups_page.worst"): [plain(grouping.groups[one.group]) for one in rows],
                t("groups_page.images"): [formats.whole(one.images, speech) for one in rows],
                t("groups_page.in_group"): [formats.percent(one.share, speech) for one in rows],
                t("groups_page.interval"): between,
            },
            border="horizontal",
            hide_index=True,
        )


def _joined(case: Case, seen: Look, grouping: Grouping) -> None:
    """A planted shortcut shows here before any network is trained: the data alone are looked at."""
    from cnnlab.evaluation.groups import words

    with st.expander(t("groups_page.joined"), icon=":material/link:", key="groups_joined"):
        st.markdown(words.joined_words(seen.joined(grouping), language()))
        table = seen.cross_table(grouping)
        if max(table.shape) > _MOST_CELLS:
            st.caption(t("groups_page.joined_large", limit=_MOST_CELLS))
            return
        shares = table / np.maximum(table.sum(1, keepdims=True), 1)
        columns = {t("groups_page.class_column"): [case.name(k) for k in range(len(table))]}
        for place, group in enumerate(grouping.groups):
            columns[plain(group)] = [formats.percent(float(row[place]), language(), 0) for row in shares]
        st.table(columns, border="horizontal", hide_index=True)
        st.caption(t("groups_page.joined_note"))
