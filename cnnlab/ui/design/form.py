"""The settings of the open layer, from what its data file says. What was entered is kept, whether it can be or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from cnnlab.models.design import LayerRow
from cnnlab.registry import Option, registry
from cnnlab.ui.design.desk import Desk, current
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.options import choice_words
from cnnlab.ui.text import capitalized, plain

_COLUMN_WIDTH = 150
_DECIMAL_STEP = 0.05


def draw(desk: Desk, place: int, row: LayerRow) -> None:
    layer = desk.sketch.layers[place]
    kinds = registry("layer")
    known = kinds[row.kind].options if row.kind in kinds else {}
    if row.kind in kinds:
        st.caption(kinds[row.kind].text("summary", language()))
    if known:
        with st.grid(min(4, len(known)), min_column_width=_COLUMN_WIDTH) as grid:
            for name, option in known.items():
                with grid.cell():
                    _widget(desk, place, name, option, layer.get(name, option.default))
    for name in [name for name in layer if name not in known and name != "kind"]:
        st.button(
            t("design_page.remove_option", name=plain(str(name))),
            icon=":material/delete:",
            type="tertiary",
            key=desk.key(f"{place}_remove_{name}"),
            on_click=safely(_without),
            args=(place, name),
        )


def _widget(desk: Desk, place: int, name: str, option: Option, value: Any) -> None:
    """Its value is its default: one set beside it is lost where a click ends the run of the page that sets it."""
    key, shown = desk.key(f"{place}_{name}"), _shown(option, value)
    common: dict[str, Any] = {
        "key": key,
        "help": option.help[language()],
        "on_change": safely(_changed),
        "args": (place, name, key),
    }
    label = capitalized(option.label[language()])
    if option.type == "bool":
        st.toggle(label, shown, **common)
    elif option.type == "choice":
        known = option.choices if shown in option.choices else (*option.choices, shown)
        spelled = {code: choice_words(code) for code in known}
        st.selectbox(label, known, known.index(shown), format_func=spelled.__getitem__, **common)
    else:
        step: float = 1 if option.type == "int" else _DECIMAL_STEP
        written = "%d" if option.type == "int" else "%g"
        st.number_input(label, value=shown, step=step, format=written, **common)


def _shown(option: Option, value: Any) -> Any:
    """What a widget can hold; a word where a number belongs is an empty field, with its sentence above."""
    if option.type == "bool":
        return value is True
    if option.type == "choice":
        return str(value)[:80]
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 2**53:
        return None
    return int(value) if option.type == "int" else float(value)


def _changed(place: int, name: str, key: str) -> None:
    desk = current()
    layers = list(desk.sketch.layers)
    if key not in st.session_state or place >= len(layers) or key != desk.key(f"{place}_{name}"):
        return  # another design came in the same breath
    layers[place] = {**layers[place], name: st.session_state[key]}
    desk.change(replace(desk.sketch, layers=tuple(layers)))


def _without(place: int, name: str) -> None:
    desk = current()
    layers = list(desk.sketch.layers)
    layers[place] = {other: value for other, value in layers[place].items() if other != name}
    desk.arrange(tuple(layers), place)
