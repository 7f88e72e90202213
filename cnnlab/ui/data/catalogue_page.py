"""All datasets as cards: what they show, how large they are, whether they are here."""

from __future__ import annotations

import streamlit as st

from cnnlab.data import catalogue
from cnnlab.data.catalogue import DatasetInfo
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.ui import background, choices
from cnnlab.ui.data import importing, thumbnails, trash, undo
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import DATA_PAGE
from cnnlab.ui.text import plain

_SHOW = ("all", "stored", "to_download", "imported")
_LONGEST_SOURCE = 60


def draw() -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(t("data_page.title"), anchor=False, width="content")
        importing.button(primary=True)
    st.caption(t("data_page.caption"))
    undo.draw()
    importing.progress()
    words, show = _filters()
    found = [info for info in catalogue.listing(Home.current()) if _matches(info, words, show)]
    if found:
        thumbnails.ensure(found)
        with st.grid(3, min_column_width=290, border=True) as grid:
            for info in found:
                with grid.cell():
                    _card(info)
    else:
        _nothing(words, show)
    trash.draw()


def facts(info: DatasetInfo) -> str:
    """``1 797 images · 10 classes · 8 × 8 · grey``"""
    words = []
    if info.samples:
        words.append(t("data_page.images", count=formats.Counted(info.samples, language())))
    if info.classes:
        words.append(t("data_page.classes", count=len(info.classes)))
    size = info.native_size
    words.append(f"{size} × {size}" if size else t("data_page.sizes"))
    words.append(t("data_page.grey" if info.channels == 1 else "data_page.colour"))
    return " · ".join(words)


def badge(info: DatasetInfo) -> None:
    """Whether it is here, and if not what it takes: as a word and an icon."""
    if info.imported:
        st.badge(t("data_page.imported"), icon=":material/folder:", color="violet")
    elif info.stored:
        st.badge(t("data_page.stored"), icon=":material/check_circle:", color="green")
    elif (work := background.find(f"download {info.name}")) is not None and not work.ended:
        st.badge(t("data_page.downloading"), icon=":material/downloading:", color="blue")
    elif info.download_bytes is not None:
        size = formats.size(info.download_bytes, language())
        st.badge(t("data_import.about", size=size), icon=":material/cloud_download:", color="gray")
    else:
        st.badge(t("data_page.to_download"), icon=":material/cloud_download:", color="gray")


def _filters() -> tuple[str, str]:
    with st.container(horizontal=True, vertical_alignment="center"):
        words = st.text_input(
            t("data_page.search"),
            placeholder=t("data_page.search_hint"),
            icon=":material/search:",
            max_chars=200,
            live="0.4s",
            key="data_words",
            persist_state="session",
            label_visibility="collapsed",
            width=300,
        )
        show = choices.one_of(
            _SHOW,
            t("data_page.which"),
            lambda name: t(f"data_page.show.{name}"),
            key="data_show",
            draw=st.pills,
            label_visibility="collapsed",
            wrap=True,
        )
    return words or "", show


def _matches(info: DatasetInfo, words: str, show: str) -> bool:
    shown = {"stored": info.stored, "to_download": not info.stored, "imported": info.imported}
    if not shown.get(show, True):
        return False
    texts = [info.name, info.title(language()), info.summary(language()), *info.classes]
    searched = " ".join(texts).casefold()
    return all(word in searched for word in words.casefold().split())


def _card(info: DatasetInfo) -> None:
    thumbnails.draw(info)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{plain(info.title(language()))}**", width="content")
        # a page link to the page that is open would be drawn as the one where the reader is
        label, icon = t("run.open"), ":material/arrow_forward:"
        if st.button(label, icon=icon, icon_position="right", type="tertiary", key=f"open_{info.name}"):
            st.switch_page(DATA_PAGE, query_params={"dataset": info.name})
    st.caption(facts(info))
    st.caption(_origin(info))
    badge(info)


def _origin(info: DatasetInfo) -> str:
    source, licence = info.source_text(language()), info.licence_text(language())
    source = source if len(source) <= _LONGEST_SOURCE else f"{source[: _LONGEST_SOURCE - 1]}…"
    return plain(f"{source} · {licence}" if licence else source)


def _nothing(words: str, show: str) -> None:
    with st.container(border=True):
        if show == "imported" and not words:
            st.markdown(t("data_import.nothing_imported"))
        else:
            st.markdown(t("data_page.no_match"))
        importing.button(key="data_import_first")
