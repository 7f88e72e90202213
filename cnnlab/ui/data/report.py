"""What came of an import: how many images, and which files were left out or are worth a look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from cnnlab.data.importing import ImportReport
from cnnlab.data.intake import Remark
from cnnlab.i18n import formats
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import DATA_PAGE
from cnnlab.ui.text import plain

_READ_WHOLE = 12  # rows


def draw(report: ImportReport, forget: Callable[[], None]) -> None:
    """What was imported and what was not; ``forget`` puts the report away."""
    with st.container(border=True):
        st.badge(t("data_import.done"), icon=":material/check_circle:", color="green")
        st.markdown(headline(report))
        st.caption(_counts(report.samples.items(), len(report.classes)))
        remarks("skipped", report.skipped, expanded=True)
        remarks("noted", report.noted, expanded=True)
        with st.container(horizontal=True):
            if st.button(t("data_import.open"), type="primary", icon=":material/image_search:", key="import_open"):
                forget()
                st.switch_page(DATA_PAGE, query_params={"dataset": report.dataset})
            if st.button(t("data_import.another"), icon=":material/upload:", key="import_another"):
                forget()
                st.rerun()


def headline(report: ImportReport) -> str:
    count = formats.Counted(sum(report.samples.values()), language())
    return t("data_page.import_done", name=plain(report.dataset), count=count)


def remarks(kind: str, rows: Sequence[Remark], *, expanded: bool = False) -> None:
    """What was "skipped" or "noted": how many, why, and each with its file."""
    if not rows:
        return
    icon = ":material/block:" if kind == "skipped" else ":material/flag:"
    with st.expander(t(f"data_page.{kind}", count=len(rows)), icon=icon, expanded=expanded, key=f"remarks_{kind}"):
        files = [row.file for row in rows]
        reasons = [t(f"data.{kind}.{row.reason}", **row.params) for row in rows]
        names = t("data_page.column.file"), t("data_page.column.reason")
        if len(rows) <= _READ_WHOLE:  # a table breaks long lines; a data frame scrolls through many
            cells = [plain(file) for file in files], [plain(reason) for reason in reasons]
            st.table(dict(zip(names, cells, strict=True)), border="horizontal", hide_index=True)
            return
        st.dataframe(
            {"file": files, "reason": reasons},
            hide_index=True,
            height=400,
            column_config={
                "file": st.column_config.TextColumn(names[0], width="medium"),
                "reason": st.column_config.TextColumn(names[1], width="large"),
            },
            alt=t(f"data_page.{kind}", count=len(rows)),
            key=f"remarks_table_{kind}",
        )


def _counts(samples: Iterable[tuple[str, int]], classes: int) -> str:
    """``3 classes · Training 120 · Test 20``"""
    samples = list(samples)
    if sum(count > 0 for _, count in samples) == 1:
        return " · ".join([t("data_page.classes", count=classes), t("data_import.unsplit")])
    parts = [f"{t(f'data_page.part.{part}')} {formats.whole(count, language())}" for part, count in samples if count]
    return " · ".join([t("data_page.classes", count=classes), *parts])
