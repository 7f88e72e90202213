"""All networks: a timeline, families as cards, or every network as a row of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnnlab.i18n import formats
from cnnlab.models import listing
from cnnlab.models.listing import Family
from cnnlab.registry import Entry
from cnnlab.ui import choices
from cnnlab.ui.edge import edge, safely
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import DESIGN_PAGE, NETWORKS_PAGE
from cnnlab.ui.networks import words
from cnnlab.ui.text import distinct, plain

_ALL = "all"
_WORDS, _GROUP, _VIEW, _MEASURE = "networks_words", "networks_group", "networks_view", "networks_measure"
_VIEWS = ("families", "table")
_MEASURES = ("parameters", "macs")
_ROWS = 24  # of the table in view at once


def draw() -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(t("networks_page.title"), anchor=False, width="content")
        if st.button(t("networks_page.design"), icon=":material/design_services:", key="networks_design"):
            st.switch_page(DESIGN_PAGE)
    st.caption(t("networks_page.caption"))
    typed, group = _filters()
    found = _found(typed, group)
    with st.container(border=True), edge():
        _timeline(found, chosen=bool(typed or group))
    if not found:
        _nothing()
        return
    view = _count_and_view(found)
    if view == "table":
        _table(found)
    else:
        _cards(listing.families(found))


def open_network(name: str) -> None:
    st.switch_page(NETWORKS_PAGE, query_params={"network": name})


def _filters() -> tuple[str, str | None]:
    with st.container(horizontal=True, vertical_alignment="center"):
        typed = st.text_input(
            t("networks_page.search"),
            placeholder=t("networks_page.search_hint"),
            icon=":material/search:",
            max_chars=200,
            live="0.4s",
            key=_WORDS,
            persist_state="session",
            label_visibility="collapsed",
            width=300,
        )
        present = {listing.group_of(entry) for entry in listing.select()}
        groups = [_ALL, *(group for group in listing.GROUPS if group in present)]
        group = choices.one_of(
            groups,
            t("networks_page.which"),
            words.group_words,
            key=_GROUP,
            draw=st.pills,
            label_visibility="collapsed",
            wrap=True,
        )
    return typed or "", None if group == _ALL else group


def _found(typed: str, group: str | None) -> list[Entry]:
    with edge():  # a name of timm's where timm is not installed
        return listing.select(typed, group, language=language())
    return []


def _timeline(found: Sequence[Entry], *, chosen: bool) -> None:
    """Every family, those that are chosen in the accent; a click on a mark chooses its family."""
    from cnnlab.plots import networks  # Plotly, when there is something to draw
    from cnnlab.plots.palette import palette

    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{t('networks_page.timeline')}**", help=t("networks_page.timeline_help"), width="content")
        measure = choices.one_of(
            _MEASURES,
            t("networks_page.timeline"),
            lambda name: t(f"networks_page.measure.{name}"),
            key=_MEASURE,
            label_visibility="collapsed",
        )
    names = {entry.name for entry in found} if chosen else set()
    marks = _marks(measure, names)
    if not marks:
        st.caption(t("networks_page.no_figures"))
        return
    figure = networks.timeline(
        marks,
        palette(st.context.theme.type),
        language(),
        x_axis=t("networks_page.year"),
        y_axis=t(f"networks_page.axis.{measure}"),
    )
    st.plotly_chart(
        figure,
        key="networks_timeline",
        on_select=safely(_mark_chosen),
        selection_mode="points",
        config={"displayModeBar": False},
        alt=t("networks_page.timeline_alt", count=len(marks), first=marks[0].year, last=marks[-1].year),
    )


def _marks(measure: str, chosen: set[str]) -> list[Any]:
    from cnnlab.plots.networks import Mark

    marks = []
    for family in listing.families(listing.select()):
        value, extent = listing.number_of(family.first, measure), family.extent(measure)
        if not value or extent is None or listing.year_of(family.first) > 9000:
            continue
        marks.append(
            Mark(
                key=_key(family),
                label=family.name,
                group=words.group_words(family.group),
                year=listing.year_of(family.first),
                value=value,
                low=max(1.0, extent[0]),
                high=max(1.0, extent[1]),
                hover=words.hover(family),
                chosen=any(entry.name in chosen for entry in family.members),
            )
        )
    return marks


def _mark_chosen() -> None:
    """The family of the mark becomes what is searched for; a click beside the marks shows all again."""
    found = family_at(st.session_state["networks_timeline"]["selection"]["points"])
    st.session_state[_WORDS] = found.name if found else ""
    st.session_state[_GROUP] = found.group if found else _ALL


def family_at(points: Sequence[Any]) -> Family | None:
    """Of the first of Plotly's selected points."""
    wanted = points[0].get("customdata", [""])[0] if points else ""
    return next((family for family in listing.families(listing.select()) if _key(family) == wanted), None)


def _key(family: Family) -> str:
    """Two groups may each have a family of one name."""
    return f"{family.group} {family.name}"


def _count_and_view(found: Sequence[Entry]) -> str:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        count = t("networks_page.networks", count=len(found))
        families = t("networks_page.families", count=len(listing.families(found)))
        st.caption(f"{count} · {families}", width="content")
        return choices.one_of(
            _VIEWS,
            t("networks_page.view.label"),
            lambda name: t(f"networks_page.view.{name}"),
            key=_VIEW,
            label_visibility="collapsed",
        )


def _cards(families: Sequence[Family]) -> None:
    with st.grid(3, min_column_width=290, border=True) as grid:
        for family in families:
            with grid.cell():
                _card(family)


def _card(family: Family) -> None:
    alone = len(family.members) == 1
    heading = words.title(family.first) if alone else family.name
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{plain(heading)}**", width="content")
        st.badge(words.group_words(family.group), color="gray")
    st.caption(words.family_facts(family))
    st.markdown(plain(words.first_sentence(family.first.text("summary", language()))))
    labels = distinct({entry.name: plain(words.title(entry)) for entry in family.members})
    with st.container(horizontal=True, gap="small"):
        for entry in family.members:
            label = t("networks_page.open") if alone else labels[entry.name]
            if st.button(label, type="tertiary", help=_member_help(entry), key=f"network_{entry.name}"):
                open_network(entry.name)


def _member_help(entry: Entry) -> str:
    said = [t("networks_page.open_help", title=plain(words.title(entry)))]
    for name in _MEASURES:
        if (value := listing.number_of(entry, name)) is not None:
            said.append(t(f"networks_page.{name}", **{name: formats.short(value, language())}))
    return " · ".join(said)


def _table(found: Sequence[Entry]) -> None:
    """Every network; choosing a row opens it."""
    config, share = st.column_config, t("networks_page.at_default")
    event: Any = st.dataframe(
        {name: [value(entry) for entry in found] for name, value in _CELLS.items()},
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="networks_table",
        placeholder=formats.UNKNOWN,
        alt=t("networks_page.networks", count=len(found)),
        column_config={
            "title": config.TextColumn(t("networks_page.column.title"), pinned=True),
            "year": config.NumberColumn(t("networks_page.year"), format="%d"),
            "family": config.TextColumn(t("networks_page.column.family")),
            "group": config.TextColumn(t("networks_page.column.group")),
            "parameters": config.NumberColumn(t("networks_page.measure.parameters"), format="compact", help=share),
            "macs": config.NumberColumn(t("networks_page.measure.macs"), format="compact", help=share),
            "size": config.NumberColumn(t("networks_page.column.size"), help=t("networks_page.column.size_help")),
            "pretrained": config.CheckboxColumn(t("networks_page.column.pretrained")),
        },
        height="content" if len(found) <= _ROWS else 860,
    )
    rows = event.selection.rows
    if rows and rows[0] < len(found):
        open_network(found[rows[0]].name)


_CELLS: dict[str, Any] = {
    "title": words.title,
    "year": lambda entry: entry.facts.get("year"),
    "family": listing.family_of,
    "group": lambda entry: words.group_words(listing.group_of(entry)),
    "parameters": lambda entry: listing.number_of(entry, "parameters"),
    "macs": lambda entry: listing.number_of(entry, "macs"),
    "size": lambda entry: listing.number_of(entry, "minimum_size"),
    "pretrained": lambda entry: bool(entry.facts.get("pretrained")),
}


def _nothing() -> None:
    with st.container(border=True):
        st.markdown(t("networks_page.no_match"))
        st.button(t("networks_page.show_all"), icon=":material/filter_alt_off:", key="networks_all", on_click=_show_all)


def _show_all() -> None:
    st.session_state[_WORDS], st.session_state[_GROUP] = "", _ALL
