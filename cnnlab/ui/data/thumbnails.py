"""A picture for each card: drawn once in the background, then a file."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.data import thumbnails
from cnnlab.data.catalogue import DatasetInfo
from cnnlab.home import Home
from cnnlab.ui import background
from cnnlab.ui.language import language, t
from cnnlab.ui.polling import while_there

_WORK = "thumbnails"
_TRIED = "data_thumbnails_tried"  # in the session: one that can't be made is not tried again and again


def ensure(infos: Sequence[DatasetInfo]) -> None:
    """Has those drawn that are missing and cheap. The page is drawn again when they are there."""
    home = Home.current()
    tried: set[str] = st.session_state.setdefault(_TRIED, set())
    missing = [
        info
        for info in infos
        if info.name not in tried and thumbnails.find(info, home) is None and thumbnails.can_be_made(info, home)
    ]
    if missing:
        tried.update(info.name for info in missing)
        background.begin(_WORK, lambda _: thumbnails.make_missing(missing, home))
    if background.going(_WORK):
        while_there(lambda: background.going(_WORK), lambda _: None, seconds=1.0)


def draw(info: DatasetInfo) -> None:
    """Empty tiles of the same size where there is none yet, so that the cards stay in line."""
    home = Home.current()
    path = thumbnails.find(info, home)
    if path is not None:
        st.image(str(path), alt=t("data_page.thumbnails", dataset=info.title(language())), width="stretch")
    else:
        alt = t("data_import.no_picture", dataset=info.title(language()))
        st.image(str(thumbnails.empty(home)), alt=alt, width="stretch")
