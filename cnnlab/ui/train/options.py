"""The options of a network, dataset or task, from what its data file says: nothing here knows any one of them.

A list of named values, such as the blocks of a network, is a line an item that opens to its values.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnlab.registry import Entry, Option
from cnnlab.ui.language import language, t
from cnnlab.ui.options import choice_words
from cnnlab.ui.text import capitalized, plain
from cnnlab.ui.train.fields import rate_text, read_rate, say
from cnnlab.ui.train.form import Form, current
from cnnlab.ui.train.problems import within

Path = tuple[str | int, ...]
Describe = Callable[[int], str]
"""What is said of the i-th item of a list beside its values: what a block makes of the maps."""

_COLUMN_WIDTH = 190


@dataclass(frozen=True)
class Place:
    """Where a value stands: in the options of ``entry`` that the part ``part`` ("model") of the draft gives."""

    part: str
    entry: Entry
    path: Path = ()

    def below(self, *more: str | int) -> Place:
        return Place(self.part, self.entry, (*self.path, *more))

    @property
    def field(self) -> str:
        """As ``checks`` names it: ``model.options.blocks[2].filters``."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return f"{self.part}.options{''.join(steps)}"

    def key(self, form: Form) -> str:
        moved = f"_{form.rows}" if any(isinstance(step, int) for step in self.path) else ""
        return form.key(f"{self.part}.options.{self.entry.name}{moved}.{'.'.join(map(str, self.path))}")

    def read(self, form: Form, default: Any) -> Any:
        value: Any = form[f"{self.part}.options"]
        for depth, step in enumerate(self.path):
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return default if depth or self.path[0] not in self.entry.options else self._default(default)
        return value

    def _default(self, default: Any) -> Any:
        """Of the entry's own default at this path, such as the filters of its second block."""
        value: Any = self.entry.options[str(self.path[0])].default
        for step in self.path[1:]:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return default
        return value

    def write(self, form: Form, value: Any) -> None:
        options = copy.deepcopy(dict(form[f"{self.part}.options"]))
        name = str(self.path[0])
        option = self.entry.options[name]
        if len(self.path) == 1:
            if value == option.default and name not in options:
                return
            options[name] = value
        else:
            whole = options.setdefault(name, copy.deepcopy(option.default))
            for step in self.path[1:-1]:
                whole = whole[step]
            whole[self.path[-1]] = value
        form.change({f"{self.part}.options": options})


def draw(form: Form, part: str, entry: Entry, describe: Mapping[str, Describe] | None = None) -> None:
    """Every option of ``entry``: single values in a grid, then each list. ``describe``: by the name of a list."""
    place = Place(part, entry)
    single = {name: option for name, option in entry.options.items() if not _is_list_of_groups(option)}
    if single:
        _group(form, place, single)
    for name, option in entry.options.items():
        if name not in single:
            _items(form, place.below(name), option, (describe or {}).get(name, lambda _: ""))
    _unknown(form, place)


def _unknown(form: Form, place: Place) -> None:
    """Options of a loaded file that ``place.entry`` does not have: no field shows them, so here they are removed."""
    given = form[f"{place.part}.options"]
    for name in [name for name in given if name not in place.entry.options]:
        problem = form.problem(f"{place.part}.options.{name}")
        if problem is not None:
            say(problem, form)
        label = t("train.remove_option", name=plain(str(name)))
        key = form.key(f"remove.{place.part}.{name}")
        if st.button(label, icon=":material/delete:", type="tertiary", key=key):
            form.change({f"{place.part}.options": {other: given[other] for other in given if other != name}})
            st.rerun()


def _is_list_of_groups(option: Option) -> bool:
    return option.type == "list" and isinstance(option.items, Mapping)


def _group(form: Form, place: Place, options: Mapping[str, Option]) -> None:
    columns = min(3, len(options))
    with st.grid(columns, min_column_width=_COLUMN_WIDTH) as grid:
        for name, option in options.items():
            with grid.cell():
                _widget(form, place.below(name), option)


def _widget(form: Form, place: Place, option: Option) -> None:
    label, value = capitalized(option.label[language()]), place.read(form, option.default)
    common: dict[str, Any] = {"key": place.key(form), "help": option.help[language()], "on_change": _changed}
    form.fill(common["key"], lambda: _shown(option, value))
    common["args"] = (place, option)
    if option.type == "bool":
        st.toggle(label, **common)
    elif option.type == "choice":
        shown = st.session_state[common["key"]]
        known = option.choices if shown in option.choices else (*option.choices, shown)
        words = {code: choice_words(code) for code in known}
        st.selectbox(label, known, format_func=words.__getitem__, **common)
    elif option.type == "list":
        st.text_input(label, placeholder=t("train.no_items"), **common)
    else:
        step: float = 1 if option.type == "int" else 0.05
        if st.session_state[common["key"]] is None:
            common["value"] = None
        st.number_input(label, step=step, format="%d" if option.type == "int" else "%g", **common)
    _wrong(form, place)


def _shown(option: Option, value: Any) -> Any:
    if option.type == "bool":
        return bool(value)
    if option.type == "choice":
        return str(value)
    if option.type == "list":
        return ", ".join(rate_text(item) for item in value) if isinstance(value, list) else str(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if option.type == "int" else float(value)


def _changed(place: Place, option: Option) -> None:
    form = current()
    value = st.session_state[place.key(form)]
    if option.type == "list":
        value = [_item_of(part) for part in value.replace(";", ",").split(",") if part.strip()]
    place.write(form, value)


def _item_of(written: str) -> Any:
    value = read_rate(written)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _wrong(form: Form, place: Place) -> None:
    """What is wrong with a value, or with one of a written list."""
    for problem in form.review.problems:
        inside = problem.field.startswith(f"{place.field}[") and "." not in problem.field[len(place.field) :]
        if problem.field == place.field or inside:
            say(problem, form)


def _items(form: Form, place: Place, option: Option, describe: Describe) -> None:
    """One line an item; only the open ones are drawn, since a network may have many blocks."""
    rows = place.read(form, option.default)
    items = option.items if isinstance(option.items, Mapping) else {}
    st.markdown(f"**{capitalized(option.label[language()])}**", help=option.help[language()])
    for problem in form.review.problems:
        if problem.field == place.field:
            say(problem, form)
    for number in range(len(rows) if isinstance(rows, list) else 0):
        _item(form, place.below(number), items, number, describe)
    if st.button(t("train.add_item"), icon=":material/add:", key=place.below("add", 0).key(form), type="tertiary"):
        _rearrange(form, place, option, lambda all_rows: [*all_rows, copy.deepcopy(all_rows[-1]) if all_rows else {}])


def _item(form: Form, place: Place, items: Mapping[str, Option], number: int, describe: Describe) -> None:
    is_wrong = within(form, [place.field])
    words = [t("train.item", number=number + 1), _first_value(form, place, items), describe(number)]
    line = st.expander(
        " · ".join(word for word in words if word),
        expanded=is_wrong,
        key=f"{place.key(form)}_line",
        icon=":material/error:" if is_wrong else None,
        on_change="rerun",
    )
    with line:
        if not line.open:
            return
        _group(form, place, items)
        whole = Place(place.part, place.entry, place.path[:-1])
        option = place.entry.options[str(place.path[0])]
        with st.container(horizontal=True):
            _move(form, whole, option, "copy", "content_copy", lambda rows: _copied(rows, number), number)
            if number:
                _move(form, whole, option, "up", "arrow_upward", lambda rows: _raised(rows, number), number)
            _move(form, whole, option, "remove", "delete", lambda rows: rows[:number] + rows[number + 1 :], number)


def _first_value(form: Form, place: Place, items: Mapping[str, Option]) -> str:
    """What tells items apart while they are closed: the value that their description names first."""
    for name, option in items.items():
        value = place.below(name).read(form, option.default)
        return f"{capitalized(option.label[language()])} {plain(rate_text(value))}"
    return ""


def _move(
    form: Form,
    place: Place,
    option: Option,
    name: str,
    icon: str,
    change: Callable[[list[Any]], list[Any]],
    number: int,
) -> None:
    key = f"{place.below(number, name).key(form)}_do"
    if st.button(t(f"train.item_{name}"), icon=f":material/{icon}:", type="tertiary", key=key):
        _rearrange(form, place, option, change)


def _copied(rows: list[Any], number: int) -> list[Any]:
    return [*rows[: number + 1], copy.deepcopy(rows[number]), *rows[number + 1 :]]


def _raised(rows: list[Any], number: int) -> list[Any]:
    return [*rows[: number - 1], rows[number], rows[number - 1], *rows[number + 1 :]]


def _rearrange(form: Form, place: Place, option: Option, change: Callable[[list[Any]], list[Any]]) -> None:
    place.write(form, change(copy.deepcopy(list(place.read(form, option.default)))))
    form.rows += 1
    st.rerun()
