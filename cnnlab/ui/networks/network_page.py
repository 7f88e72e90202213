"""One network: what it is, what it costs for an input, its layers, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.models import listing
from cnnlab.registry import Entry, registry
from cnnlab.ui.edge import edge
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import DESIGN_PAGE, INSIDE_PAGE, NETWORKS_PAGE, TRAIN_PAGE
from cnnlab.ui.networks import costs, inputs, list_page, recommended, trying, words
from cnnlab.ui.networks.inputs import Chosen
from cnnlab.ui.text import distinct, plain

_TABS = ("layers", "costs", "settings", "try")
_WEIGHT_BYTES = 4


def requested() -> Entry | None:
    """What the address names. Raises ``LabError`` ("unknown_architecture")."""
    wanted = st.query_params.get("network", "")
    if not wanted:
        return None
    if st.button(t("network_page.back"), icon=":material/arrow_back:", type="tertiary", key="networks_back"):
        st.switch_page(NETWORKS_PAGE)
    return registry("architecture")[wanted[:120]]


def draw(entry: Entry) -> None:
    title = words.title(entry)
    st.set_page_config(page_title=f"{title} · CNN Lab")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(plain(title), anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            _actions(entry)
    st.markdown(f":small[{words.facts(entry)}]")  # a caption would fade the link
    _family(entry)
    _about(entry)
    with st.container(border=True):
        chosen = inputs.choose(entry)
        with edge():
            costs.totals(entry, chosen)
    _tabs(entry, chosen)


def _actions(entry: Entry) -> None:
    if st.button(t("network_page.train"), type="primary", icon=":material/model_training:", key="network_train"):
        st.switch_page(TRAIN_PAGE, query_params={"network": entry.name})
    if st.button(t("network_page.inside"), icon=":material/biotech:", key="network_inside"):
        st.switch_page(INSIDE_PAGE, query_params={"network": entry.name})
    if entry.facts.get("sequence"):
        label, icon = t("network_page.design"), ":material/design_services:"
        if st.button(label, icon=icon, help=t("network_page.design_help"), key="network_design"):
            st.switch_page(DESIGN_PAGE, query_params={"network": entry.name})


def _family(entry: Entry) -> None:
    """The relatives, from the smallest to the largest, this one among them; the neighbours by two buttons."""
    members = listing.relatives(entry)
    if len(members) < 2:
        return
    names = [member.name for member in members]
    labels = distinct({member.name: words.title(member) for member in members})
    at = names.index(entry.name)
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, icon, step in (("smaller", "chevron_left", -1), ("larger", "chevron_right", 1)):
            there = 0 <= at + step < len(names)
            help_text = plain(labels[names[at + step]]) if there else None
            label, key = t(f"network_page.{name}"), f"network_{name}_one"
            if st.button(label, icon=f":material/{icon}:", help=help_text, disabled=not there, key=key):
                list_page.open_network(names[at + step])
        chosen = st.selectbox(
            t("network_page.family"),
            names,
            index=at,
            format_func=labels.__getitem__,
            key=f"network_family_{entry.name}",
            label_visibility="collapsed",
            width=280,
        )
        place = {"at": formats.whole(at + 1, language()), "count": formats.whole(len(names), language())}
        st.caption(t("network_page.place", **place), width="content")
    if chosen != entry.name:
        list_page.open_network(chosen)


def _about(entry: Entry) -> None:
    texts = entry.texts[language()]
    st.markdown(plain(texts["summary"]))
    for key, heading in (("input", "input_for"), ("small_images", "small_images")):
        if key in texts:
            st.markdown(f"**{t(f'network_page.{heading}')}** {plain(texts[key])}")
    if entry.facts.get("pretrained"):
        count = listing.number_of(entry, "parameters")
        size = formats.size(count * _WEIGHT_BYTES if count else None, language())
        st.markdown(f":small[:material/cloud_download: {t('network_page.pretrained', size=size)}]")


def _tabs(entry: Entry, chosen: Chosen) -> None:
    labels = [t(f"network_page.tab.{name}") for name in _TABS]
    tabs = st.tabs(labels, key=f"network_tabs_{language()}", on_change="rerun")
    drawn = {"layers": costs.layers, "costs": costs.bars, "settings": recommended.draw, "try": trying.draw}
    for tab, name in zip(tabs, _TABS, strict=True):
        if tab.open:
            with tab, edge():
                drawn[name](entry, chosen)
