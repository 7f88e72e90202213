"""The images as a table: the picture, the truth, and what each network said, right or wrong."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import streamlit as st
from PIL import Image

from cnnlab.i18n import formats
from cnnlab.ui.compare.images.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.pictures import Pixels, enlarged
from cnnlab.ui.text import distinct

PAGE = 10
_SIDE = 56


def draw(case: Case, places: Sequence[int]) -> int | None:
    """Gives the image of the chosen row, by its place in the test split; the first unless another is chosen."""
    first = _pager(len(places))
    shown = list(places[first : first + PAGE])
    event: Any = st.dataframe(
        _columns(case, shown),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"compare_images_table_{hash((tuple(shown), tuple(run.run_id for run in case.runs)))}",
        row_height=_SIDE + 8,
        height="content",
        placeholder=formats.UNKNOWN,
        alt=t("compare_images.alt", count=len(shown)),
        column_config={
            "picture": st.column_config.ImageColumn(t("compare_images.column.picture"), width="small"),
            "index": st.column_config.NumberColumn(t("compare_images.column.index"), width="small"),
            "truth": t("compare_images.column.truth"),
            "divergence": st.column_config.NumberColumn(
                t("compare_images.column.divergence"),
                format="%.2f",
                help=t("compare_images.column.divergence_help"),
                width="small",
            ),
            "file": t("compare_images.column.file"),
        },
    )
    st.caption(t("compare_images.choose"))
    rows = [row for row in event.selection.rows if row < len(shown)]
    return shown[rows[0]] if rows else shown[0]


def _columns(case: Case, shown: Sequence[int]) -> dict[str, list[Any]]:
    panel = case.panel
    pictures = case.images(shown)
    columns: dict[str, list[Any]] = {} if pictures is None else {"picture": [_data_url(one) for one in pictures]}
    columns["truth"] = [_class(case, int(panel.labels[place])) for place in shown]
    names = distinct({str(number): name for number, name in enumerate(case.names)})
    for number, name in enumerate(names.values()):
        columns[_free(name, columns)] = [_said(case, number, place) for place in shown]
    columns["divergence"] = [float(panel.divergence[place]) for place in shown]
    columns["index"] = list(shown)
    columns["file"] = [panel.files[place] for place in shown]
    return columns


def _free(name: str, taken: dict[str, list[Any]]) -> str:
    """A run may be called like one of our columns."""
    own = (*taken, "picture", "truth", "divergence", "index", "file")
    return name if name not in own else f"{name} "


def _said(case: Case, number: int, place: int) -> str:
    panel = case.panel
    mark = "" if panel.labels[place] < 0 else "✓ " if panel.right[number, place] else "✗ "
    share = formats.percent(float(panel.confidence[number, place]), language(), 0)
    return f"{mark}{_class(case, int(panel.predictions[number, place]))} · {share}"


def _class(case: Case, number: int) -> str:
    return case.panel.names[number] if number >= 0 else formats.UNKNOWN


def _data_url(pixels: Pixels) -> str:
    content = io.BytesIO()
    Image.fromarray(enlarged(pixels, _SIDE)).save(content, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"


def _pager(count: int) -> int:
    """The first image of the page that is shown."""
    pages = -(-count // PAGE)
    if pages == 1:
        return 0
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(pages, key=f"compare_images_page_{count}", persist_state="session")
        first = (page - 1) * PAGE
        numbers = {"first": first + 1, "last": min(first + PAGE, count), "count": count}
        words = {name: formats.whole(value, language()) for name, value in numbers.items()}
        st.caption(t("gallery.position", **words), width="content")
    return first
