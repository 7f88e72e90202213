"""The parts of Inside: which network, which image, what there is to see."""

from __future__ import annotations

import streamlit as st

from cnnlab.runs.run import Run
from cnnlab.ui import pictures
from cnnlab.ui.edge import edge
from cnnlab.ui.explain.image import Shown
from cnnlab.ui.inside import choice, field, image, views
from cnnlab.ui.inside.looked import Looked
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_SIDE = 180
_TABS = ("through", "maps", "filters", "field")


def head() -> None:
    st.title(t("inside_page.title"), anchor=False)
    st.caption(t("inside_page.caption"))


def choose_network() -> Looked | None:
    found = choice.choose()
    if found is not None:
        _whose_weights(found)
    return found


def choose_image(looked: Looked) -> Shown | None:
    """``None`` while there is no image; filters are there without one."""
    with st.container(border=True):
        words, picture = st.columns([4, 1], gap="medium")
        with words, edge():
            shown = image.choose(looked)
            if shown is not None:
                st.caption(plain(shown.name))
                with picture:
                    _picture(shown)
                return shown
    return None


def _picture(shown: Shown) -> None:
    """As the network gets it."""
    from cnnlab.explain.render import picture_of

    pictures.draw(picture_of(shown.inputs), alt=t("explain_page.alt.image", name=shown.name), side=_SIDE, width=_SIDE)


def draw(looked: Looked, shown: Shown | None) -> None:
    labels = [t(f"inside_page.tab.{name}") for name in _TABS]
    tabs = st.tabs(labels, key=f"inside_tabs_{language()}", on_change="rerun")
    for tab, name in zip(tabs, _TABS, strict=True):
        if not tab.open:
            continue
        with tab, edge():
            if name == "filters":
                views.filters(looked)
            elif shown is None:
                st.caption(t("inside_page.image.needed"))
            elif name == "field":
                field.draw(looked, shown)
            else:
                (views.through if name == "through" else views.maps_of_layer)(looked, shown)


def _whose_weights(looked: Looked) -> None:
    if isinstance(looked, Run):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if looked.spec.pretrained:
            st.badge(t("inside_page.badge.pretrained"), icon=":material/cloud_done:", color="blue")
        else:
            st.badge(t("inside_page.badge.untrained"), icon=":material/casino:", color="orange")
        key = "pretrained" if looked.spec.pretrained else "untrained"
        st.markdown(t(f"inside_page.note.{key}", title=plain(looked.title)))
