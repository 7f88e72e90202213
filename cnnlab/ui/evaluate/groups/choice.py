"""What is compared, and where the groups come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.errors import LabError
from cnnlab.ui import address
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.text import message, plain

if TYPE_CHECKING:
    from cnnlab.evaluation.groups.gaps import Gaps
    from cnnlab.evaluation.groups.grouping import Grouping
    from cnnlab.evaluation.groups.look import Look

_METRIC, _CLASS, _SOURCE, _COLUMN = "groups_metric", "groups_class", "groups_source", "groups_column"
_SOURCES = ("column", "pattern", "table")
_KEPT = 12


def look_of(case: Case) -> Look:
    return _look(case.stamp, case)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _look(stamp: str, _case: Case) -> Look:  # noqa: ARG001  # names the weights and the split
    from cnnlab.evaluation.groups.look import of

    return of(_case.judged, _case.dataset.prepared, _case.dataset.split, _case.split)


def surveys(case: Case) -> dict[Any, list[Gaps]]:
    """What was compared so far, by metric and class."""
    return _surveys(case.stamp)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _surveys(stamp: str) -> dict[Any, list[Gaps]]:  # noqa: ARG001  # names the weights and the split
    return {}


def measure(case: Case) -> tuple[str, int]:
    """The metric, and the class that rates and odds are of."""
    from cnnlab.evaluation.groups.gaps import METRICS
    from cnnlab.evaluation.groups.words import metric_title

    names = case.judged.names
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.session_state.get(_CLASS) not in range(len(names)):
            st.session_state[_CLASS] = len(names) - 1
        positive = int(
            st.selectbox(
                t("groups_page.class"), range(len(names)), format_func=lambda place: names[place], key=_CLASS, width=200
            )
        )
        if address.asked("metric") in METRICS:
            st.session_state[_METRIC] = address.asked("metric")
        st.session_state.setdefault(_METRIC, METRICS[0])
        titles = {name: metric_title(name, names[positive], language()) for name in METRICS}
        metric = st.selectbox(
            t("groups_page.metric"),
            METRICS,
            format_func=titles.__getitem__,
            key=_METRIC,
            persist_state="session",
            width=280,
        )
    address.keep("metric", metric if metric != METRICS[0] else None)
    return metric, positive


def grouping(seen: Look) -> Grouping | None:
    """``None`` while nothing that can be used is given; the page has said why."""
    labels = {name: t(f"groups_page.source.{name}") for name in _SOURCES}
    source = st.segmented_control(
        t("groups_page.by"),
        _SOURCES,
        default=None if _SOURCE in st.session_state else _SOURCES[0],
        required=True,
        format_func=labels.__getitem__,
        key=_SOURCE,
        persist_state="session",
    )
    try:
        if source == "pattern":
            return _pattern(seen)
        if source == "table":
            return _table(seen)
        return _column(seen)
    except LabError as error:
        st.error(message(error), icon=":material/error:")
        return None


def _column(seen: Look) -> Grouping | None:
    from cnnlab.evaluation.groups.grouping import columns
    from cnnlab.evaluation.groups.words import title

    known = columns(seen.prepared)
    if not known:
        st.markdown(t("groups.nothing"))
        return None
    address.rename("by", "group", known.__contains__)
    if address.asked("group") in known:
        st.session_state[_COLUMN] = address.asked("group")
    if st.session_state.get(_COLUMN) not in known:
        st.session_state[_COLUMN] = known[0]
    titles = {name: title(name, _kind(name), language()) for name in known}
    name = st.selectbox(
        t("groups_page.column"), known, format_func=titles.__getitem__, key=_COLUMN, persist_state="session", width=320
    )
    address.keep("group", name if name != known[0] else None)
    with st.spinner(t("progress.groups")):
        return seen.by(str(name or known[0]))


def _kind(name: str) -> str:
    from cnnlab.evaluation.groups.statistics import STATISTICS

    return "statistic" if name in STATISTICS else "column"


def _pattern(seen: Look) -> Grouping | None:
    from cnnlab.evaluation.groups.grouping import of_pattern

    pattern = st.text_input(
        t("groups_page.pattern"),
        key="groups_pattern",
        persist_state="session",
        max_chars=300,
        help=t("groups_page.pattern_help"),
        width=420,
    )
    st.caption(t("groups_page.pattern_example", file=plain(str(seen.files[0]))))
    return of_pattern(seen.files, pattern) if pattern else None


def _table(seen: Look) -> Grouping | None:
    from cnnlab.evaluation.groups.grouping import MOST_BYTES, of_table

    given = st.file_uploader(
        t("groups_page.table"), type="csv", key="groups_table", max_upload_size=MOST_BYTES // 1_000_000, width=420
    )
    return of_table(seen.files, given.getvalue(), given.name) if given else None
