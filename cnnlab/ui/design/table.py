"""The layers, one below the other; the chosen one is open and can be set, moved, copied and deleted."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnlab.i18n import formats
from cnnlab.models.design import MOST_LAYERS, OUTPUT, LayerRow
from cnnlab.registry import registry
from cnnlab.ui.design import form, words
from cnnlab.ui.design.desk import Desk, current
from cnnlab.ui.design.sketch import Layer
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

_LAYER_WIDTH = 312  # with the figures beside it on a screen, above them on a phone
_WIDTHS = {"output": 92, "parameters": 76, "field": 72}


def draw(desk: Desk) -> None:
    _bar(desk)
    if desk.report is None:
        return
    if desk.sketch.layers and desk.report.rows:
        with st.container(gap="xxsmall"):
            _heading()
            for row in desk.report.rows:
                _row(desk, row)
    for found in desk.report.problems:
        if found.code != "no_layers" and not any(found in row.problems for row in desk.report.rows):
            st.markdown(f":red[:material/error: {words.problem(found, '')}]")
    _add(desk)


def _bar(desk: Desk) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(t("design_page.layers"), anchor=False, width="content")
        with st.container(horizontal=True, width="content", gap="xsmall"):
            st.button(
                t("design_page.undo"),
                icon=":material/undo:",
                key="undo",
                type="tertiary",
                disabled=not desk.past,
                on_click=safely(_undo),
            )
            st.button(
                t("design_page.redo"),
                icon=":material/redo:",
                key="redo",
                type="tertiary",
                disabled=not desk.future,
                on_click=safely(_redo),
            )


def _heading() -> None:
    with _line("layer_heading"):
        st.caption(t("design_page.column.layer"), width=_LAYER_WIDTH)
        with st.container(horizontal=True, width="content", gap="xsmall"):
            for name, width in _WIDTHS.items():
                words_of = t("design_page.column.field_help") if name == "field" else None
                st.caption(t(f"design_page.column.{name}"), width=width, text_alignment="right", help=words_of)


def _line(key: str) -> DeltaGenerator:
    return st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="xsmall", key=key
    )


def _row(desk: Desk, row: LayerRow) -> None:
    """``desk.sketch.layers`` has no row for the output: that follows from the classes."""
    place = row.number - 1
    parameters = formats.UNKNOWN if row.parameters is None else formats.short(row.parameters, language())
    figures = (words.shape(row), parameters, words.receptive(row.receptive))
    with _line(f"layer_{place}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width=_LAYER_WIDTH):
            _name(desk, row, place)
            if said := words.settings(row.kind, row.options):
                st.markdown(f":small[{plain(said)}]", width="content")
        with st.container(horizontal=True, width="content", gap="xsmall"):
            for width, figure in zip(_WIDTHS.values(), figures, strict=True):
                st.markdown(f":small[{plain(figure)}]", width=width, text_alignment="right")
    for found in row.problems:
        st.markdown(f":red[:material/error: {words.problem(found, row.kind)}]")
    if desk.selected == place and row.kind != OUTPUT:
        with st.container(border=True, key=f"open_{place}"):
            _actions(desk, place)
            form.draw(desk, place, row)


def _name(desk: Desk, row: LayerRow, place: int) -> None:
    label = f"{row.number} · {plain(words.kind_title(row.kind))}"
    if row.kind == OUTPUT and place >= len(desk.sketch.layers):
        st.markdown(f":small[{words.icon(row.kind)} {label}]", width="content")
        return
    st.button(
        label,
        icon=":material/error:" if row.problems else words.icon(row.kind),
        key=f"choose_{place}",
        type="secondary" if desk.selected == place else "tertiary",
        on_click=safely(_choose),
        args=(place,),
        help=t("design_page.close" if desk.selected == place else "design_page.open"),
    )


def _actions(desk: Desk, place: int) -> None:
    last = len(desk.sketch.layers) - 1
    actions = {
        "up": ("arrow_upward", place == 0),
        "down": ("arrow_downward", place == last),
        "copy": ("content_copy", len(desk.sketch.layers) >= MOST_LAYERS),
        "remove": ("delete", False),
    }
    with st.container(horizontal=True, gap="xsmall"):
        for name, (symbol, impossible) in actions.items():
            st.button(
                t(f"design_page.action.{name}"),
                icon=f":material/{symbol}:",
                key=f"{name}_layer",
                type="tertiary",
                disabled=impossible,
                on_click=safely(_act),
                args=(name, place),
            )


def _add(desk: Desk) -> None:
    """A button a kind: one click, and the new layer is open."""
    full = len(desk.sketch.layers) >= MOST_LAYERS
    if desk.selected is not None and desk.selected < len(desk.sketch.layers):
        st.markdown(t("design_page.add_after", number=desk.selected + 1))
    else:
        st.markdown(t("design_page.add"))
    with st.container(horizontal=True, gap="xsmall", key="add_layer"):
        for kind, entry in registry("layer").items():
            st.button(
                words.kind_title(kind),
                icon=words.icon(kind),
                key=f"add_{kind}",
                help=entry.text("summary", language()),
                disabled=full,
                on_click=safely(_added),
                args=(kind,),
            )
    if full:
        st.caption(t("design_page.full", limit=MOST_LAYERS))


def _choose(place: int) -> None:
    desk = current()
    desk.selected = None if desk.selected == place else place
    desk.revision += 1


def _undo() -> None:
    current().undo()


def _redo() -> None:
    current().redo()


def _added(kind: str) -> None:
    desk = current()
    layers = list(desk.sketch.layers)
    after = len(layers) if desk.selected is None else min(desk.selected + 1, len(layers))
    layers.insert(after, {"kind": kind})
    desk.arrange(tuple(layers), after)


def _act(name: str, place: int) -> None:
    """On the open layer; one that has gone meanwhile is left alone."""
    desk = current()
    layers: list[Layer] = list(desk.sketch.layers)
    if place >= len(layers):
        return
    if name == "remove":
        del layers[place]
        desk.arrange(tuple(layers), None)
        return
    if name == "copy":
        layers.insert(place + 1, dict(layers[place]))
        desk.arrange(tuple(layers), place + 1)
        return
    other = place - 1 if name == "up" else place + 1
    if 0 <= other < len(layers):
        layers[place], layers[other] = layers[other], layers[place]
        desk.arrange(tuple(layers), other)
