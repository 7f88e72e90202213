"""The images behind a number: what the network said of each, and the way to its explanation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlab.errors import LabError
from cnnlab.i18n import formats
from cnnlab.runs.reviews import Review
from cnnlab.ui import pictures, reviewing
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import EXPLAIN_PAGE
from cnnlab.ui.text import message, plain

PAGE = 12
_COLUMNS = 6
_SIDE = 112
_TOGETHER = 6  # what Explain shows at once
_SECOND = 0.05  # a second class with less is not worth a line


def draw(case: Case, places: Sequence[int], *, key: str) -> None:
    """``places`` in the case's split, in the order in which they are shown; ``key`` names this gallery on the page.

    Without the dataset, what is known of the samples stands in a table, and why there are no images.
    """
    if not len(places):
        st.caption(t("gallery.none"))
        return
    at = _pager(case, places, key)
    shown = [int(place) for place in places[at : at + PAGE]]
    try:
        images = case.images(shown)
    except LabError as error:  # the dataset was removed, or is another by now
        st.markdown(t("gallery.no_images", why=message(error)))
        _table(case, shown)
        return
    reviewed = _reviewable(case, key)
    with st.grid(_COLUMNS, min_column_width=150, key=f"gallery_{key}") as grid:
        for place, pixels in zip(shown, images, strict=True):
            with grid.cell():
                _one(case, place, pixels)
                if reviewed:
                    reviewing.said(case.reviews.get(place, Review()))
                    reviewing.popover(case, place, where=key, lazy=True)
                _to_explain(case, [place], t("gallery.explain"))


def _reviewable(case: Case, key: str) -> bool:
    """After what was just said of an image. Damaged reviews hide no images; why they can't be read is said."""
    try:
        reviewing.last_change(case, where=key)
        return case.reviews is not None
    except LabError as error:
        st.caption(message(error))
        return False


def _one(case: Case, place: int, pixels: pictures.Pixels) -> None:
    judged = case.judged
    file, label = judged.files[place], int(judged.labels[place])
    pictures.draw(pixels, alt=t("gallery.alt", index=place, file=file), side=_SIDE, width=_SIDE)
    right = bool(judged.right[place])
    icon = ":material/check_circle:" if right else ":material/cancel:" if label >= 0 else ":material/help:"
    said = int(judged.predictions[place])
    lines = [f"{icon} {t('gallery.said', name=case.name(said), share=_percent(judged.confidence[place]))}"]
    if label >= 0 and not right:
        truth = t("gallery.truth", name=case.name(label))
        lines.append(f"{truth} {_percent(judged.probabilities[place, label])}")
    second = _second(judged.probabilities[place], said)
    if second is not None and second != label:
        lines.append(t("gallery.second", name=case.name(second), share=_percent(judged.probabilities[place, second])))
    st.markdown("  \n".join(lines))
    st.caption(plain(file))


def _to_explain(case: Case, places: Sequence[int], label: str) -> None:
    query = {"run": case.run.run_id, "index": ",".join(str(int(place)) for place in places)}
    if case.split != "test":
        query["split"] = case.split
    st.page_link(EXPLAIN_PAGE, label=label, icon=":material/center_focus_strong:", query_params=query)


def _second(shares: NDArray[np.float32], first: int) -> int | None:
    """The class that came second, where it counts."""
    if len(shares) < 2:
        return None
    place = next(int(one) for one in np.argsort(-shares)[:2] if one != first)
    return place if shares[place] >= _SECOND else None


def _percent(share: float) -> str:
    return formats.percent(float(share), language())


def _table(case: Case, shown: Sequence[int]) -> None:
    judged = case.judged
    labels = [int(judged.labels[place]) for place in shown]
    columns = {
        t("gallery.column.index"): shown,
        t("gallery.column.file"): [judged.files[place] for place in shown],
        t("gallery.column.said"): [judged.names[int(judged.predictions[place])] for place in shown],
        t("gallery.column.share"): [100 * float(judged.confidence[place]) for place in shown],
        t("gallery.column.truth"): [judged.names[label] if label >= 0 else formats.UNKNOWN for label in labels],
    }
    share = t("gallery.column.share")
    st.dataframe(columns, hide_index=True, column_config={share: st.column_config.NumberColumn(format="%.1f")})


def _pager(case: Case, places: Sequence[int], key: str) -> int:
    """The first image of the page that is shown, and the way to Explain with several of them."""
    count = len(places)
    pages = -(-count // PAGE)
    first = 0
    with st.container(horizontal=True, vertical_alignment="center"):
        if pages > 1:
            page = st.pagination(pages, key=f"gallery_page_{case.stamp}_{key}", persist_state="session")
            first = (page - 1) * PAGE
            shown = {
                "first": formats.whole(first + 1, language()),
                "last": formats.whole(min(first + PAGE, count), language()),
                "count": formats.whole(count, language()),
            }
            st.caption(t("gallery.position", **shown), width="content")
        if count > 1:
            _to_explain(case, places[first : first + _TOGETHER], t("gallery.open"))
    return first
