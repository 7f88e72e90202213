"""A form for what a registry entry can be set to. Nothing here knows any one option: the entry's data file says all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnlab import i18n
from cnnlab.registry import Option
from cnnlab.ui.language import language, t
from cnnlab.ui.text import capitalized


def draw(options: Mapping[str, Option], given: Mapping[str, Any], *, key: str) -> dict[str, Any]:
    """One widget an option, at its ``given`` value or its default; gives the values. ``key`` begins their keys."""
    return {name: _widget(option, given.get(name, option.default), f"{key}_{name}") for name, option in options.items()}


def choice_words(choice: str | float) -> str:
    name = f"option_choice.{choice}"
    return t(name) if i18n.has(name) else str(choice)


def _widget(option: Option, value: Any, key: str) -> Any:
    label, help_text = capitalized(option.label[language()]), option.help[language()]
    if option.type == "bool":
        return st.toggle(label, value=bool(value), help=help_text, key=key)
    if option.type == "choice":
        place = option.choices.index(str(value)) if str(value) in option.choices else 0
        words = {choice: choice_words(choice) for choice in option.choices}  # in the language of this run of the page
        return st.selectbox(label, option.choices, index=place, format_func=words.__getitem__, help=help_text, key=key)
    if option.type in ("int", "float"):
        return _number(option, value, label, help_text, key)
    return _list(option, value, label, help_text, key)


def _number(option: Option, value: Any, label: str, help_text: str, key: str) -> Any:
    kind = int if option.type == "int" else float
    low, high = (None if limit is None else kind(limit) for limit in (option.minimum, option.maximum))
    start = kind(value) if isinstance(value, int | float) else kind(option.default)
    start = max(start, low) if low is not None else start
    start = min(start, high) if high is not None else start
    step = 1 if kind is int else 0.05
    return st.number_input(label, low, high, start, step=step, help=help_text, key=key)


def _list(option: Option, value: Any, label: str, help_text: str, key: str) -> list[Any]:
    """A table with a row an item; rows are added at its end and deleted by their left edge."""
    st.markdown(f"**{label}**", help=help_text)
    items = option.items
    if isinstance(items, dict):
        rows = [{name: row.get(name, one.default) for name, one in items.items()} for row in value]
        columns = {name: _column(one) for name, one in items.items()}
        empty: dict[str, list[Any]] = {name: [] for name in items}
    else:
        assert items is not None, "a list option states its items"  # noqa: S101
        rows, columns, empty = [{"item": one} for one in value], {"item": _column(items)}, {"item": []}
    edited = st.data_editor(rows or empty, num_rows="dynamic", column_config=columns, hide_index=True, key=key)
    return [one for row in _records(edited) if (one := _item(items, row)) is not None]


def _records(edited: Any) -> list[dict[str, Any]]:
    if isinstance(edited, dict):
        names = list(edited)
        return [dict(zip(names, cells, strict=True)) for cells in zip(*edited.values(), strict=True)]
    return [dict(row) for row in edited]


def _item(items: Option | Mapping[str, Option] | None, row: Mapping[str, Any]) -> Any:
    """A row as a value; ``None`` for one that nothing was entered in."""
    if isinstance(items, Mapping):
        entered = {name: value for name, value in row.items() if name in items and value is not None}
        return entered or None
    return row.get("item")


def _column(option: Option) -> Any:
    label, help_text = capitalized(option.label[language()]), option.help[language()]
    config = st.column_config
    if option.type == "bool":
        return config.CheckboxColumn(label, help=help_text, default=option.default)
    if option.type == "choice":
        return config.SelectboxColumn(
            label, help=help_text, options=list(option.choices), default=str(option.default), format_func=choice_words
        )
    step = 1 if option.type == "int" else None
    return config.NumberColumn(
        label, help=help_text, min_value=option.minimum, max_value=option.maximum, step=step, default=option.default
    )
