"""Where groups come from, as a reader chooses it: a column, a picture's property, a pattern in file names, a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.errors import LabError
from cnnlab.ui import address
from cnnlab.ui.language import language, t
from cnnlab.ui.text import message, plain

if TYPE_CHECKING:
    from cnnlab.data.store import Prepared
    from cnnlab.evaluation.groups.grouping import Grouping, Offered

_SOURCES = ("column", "pattern", "table")


@st.cache_resource(max_entries=8, show_spinner=False)
def _offered(folder: str, _prepared: Prepared) -> Offered:  # noqa: ARG001  # names the prepared images
    from cnnlab.evaluation.groups.grouping import Offered

    return Offered(_prepared)


def offered_by(prepared: Prepared) -> Offered:
    """The groupings of a dataset, each made once for all sessions."""
    return _offered(prepared.folder.name, prepared)


def choose(offered: Offered, key: str, *, parameter: str) -> Grouping | None:
    """``None`` while nothing that can be used is given; the page has said why.

    ``key`` begins the names of the widgets; ``parameter``: of the column in the address.
    """
    labels = {name: t(f"groups_page.source.{name}") for name in _SOURCES}
    widget = f"{key}_source"
    source = st.segmented_control(
        t("groups_page.by"),
        _SOURCES,
        default=None if widget in st.session_state else _SOURCES[0],
        required=True,
        format_func=labels.__getitem__,
        key=widget,
        persist_state="session",
    )
    try:
        if source == "pattern":
            return _pattern(offered, f"{key}_pattern")
        if source == "table":
            return _table(offered, f"{key}_table")
        return _column(offered, f"{key}_column", parameter)
    except LabError as error:
        st.error(message(error), icon=":material/error:")
        return None


def _title(name: str) -> str:
    """A picture's property and a size by their names; what the data name as it is."""
    from cnnlab.evaluation.groups.statistics import STATISTICS
    from cnnlab.evaluation.groups.words import title

    return title(name, "statistic" if name in STATISTICS else "column", language())


def _column(offered: Offered, key: str, parameter: str) -> Grouping | None:
    known = offered.columns
    if not known:
        st.markdown(t("groups.nothing"))
        return None
    if address.asked(parameter) in known:
        st.session_state[key] = address.asked(parameter)
    if st.session_state.get(key) not in known:
        st.session_state[key] = known[0]
    titles = {name: _title(name) for name in known}
    name = st.selectbox(
        t("groups_page.column"), known, format_func=titles.__getitem__, key=key, persist_state="session", width=320
    )
    address.keep_unusual(parameter, name, known[0])
    with st.spinner(t("progress.groups")):
        return offered.by(str(name or known[0]))


def _pattern(offered: Offered, key: str) -> Grouping | None:
    from cnnlab.evaluation.groups.grouping import of_pattern

    pattern = st.text_input(
        t("groups_page.pattern"),
        key=key,
        persist_state="session",
        max_chars=300,
        help=t("groups_page.pattern_help"),
        width=420,
    )
    st.caption(t("groups_page.pattern_example", file=plain(str(offered.files[0]))))
    return of_pattern(offered.files, pattern) if pattern else None


def _table(offered: Offered, key: str) -> Grouping | None:
    from cnnlab.evaluation.groups.grouping import MOST_BYTES, of_table

    limit = MOST_BYTES // 1_000_000
    given = st.file_uploader(t("groups_page.table"), type="csv", key=key, max_upload_size=limit, width=420)
    return of_table(offered.files, given.getvalue(), given.name) if given else None
