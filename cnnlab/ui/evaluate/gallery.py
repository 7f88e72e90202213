"""The images behind a number: what the network said of each, and the way to its explanation."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.ui import pictures
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import EXPLAIN_PAGE
from cnnlab.ui.text import plain

PAGE = 12
_COLUMNS = 6
_SIDE = 112


def draw(case: Case, places: Sequence[int], *, key: str) -> None:
    """``places`` in the case's split, in the order in which they are shown; ``key`` names this gallery on the page."""
    if not len(places):
        st.caption(t("gallery.none"))
        return
    at = _pager(len(places), key)
    shown = [int(place) for place in places[at : at + PAGE]]
    with st.grid(_COLUMNS, min_column_width=150, key=f"gallery_{key}") as grid:
        for place, pixels in zip(shown, case.images(shown), strict=True):
            with grid.cell():
                _one(case, place, pixels)


def _one(case: Case, place: int, pixels: pictures.Pixels) -> None:
    judged = case.judged
    file, label = judged.files[place], int(judged.labels[place])
    alt = t("gallery.alt", index=place, file=file)
    pictures.draw(pixels, alt=alt, side=_SIDE, width=_SIDE)
    share = formats.percent(float(judged.confidence[place]), language())
    right = bool(judged.right[place])
    icon = ":material/check_circle:" if right else ":material/cancel:" if label >= 0 else ":material/help:"
    said = t("gallery.said", name=case.name(int(judged.predictions[place])), share=share)
    lines = [f"{icon} {said}"]
    if label >= 0 and not right:
        lines.append(t("gallery.truth", name=case.name(label)))
    st.markdown("  \n".join(lines))
    st.caption(plain(file))
    if case.split == "test":
        query = {"run": case.run.run_id, "index": str(place)}
        st.page_link(
            EXPLAIN_PAGE, label=t("gallery.explain"), icon=":material/center_focus_strong:", query_params=query
        )


def _pager(count: int, key: str) -> int:
    """The first image of the page that is shown."""
    pages = -(-count // PAGE)
    if pages == 1:
        return 0
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(pages, key=f"gallery_page_{key}", persist_state="session")
        first = (page - 1) * PAGE
        shown = {
            "first": formats.whole(first + 1, language()),
            "last": formats.whole(min(first + PAGE, count), language()),
            "count": formats.whole(count, language()),
        }
        st.caption(t("gallery.position", **shown), width="content")
    return first
