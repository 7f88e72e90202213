"""Which network: its group, then its name, searched as one types. Networks of the designer go by their own names."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnlab import designs, recommended
from cnnlab.design_use import settings_for
from cnnlab.designs import Design
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.models.listing import GROUPS, group_of, number_of, select, year_of
from cnnlab.registry import Entry, registry
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.text import setting_name
from cnnlab.ui.train import data, fields
from cnnlab.ui.train.form import Filled, Form, current

DESIGNED = "designed"
SAVED = "design:"  # before the name of a saved design, among the networks to choose from
TIMM = "timm"
_NETWORK = "model.architecture"
_OWN = "own"
_TIMM_FIRST = "timm/resnet18"
_LAST = "network by group"  # in what the form keeps


def draw(form: Form) -> None:
    group = group_chosen(form)
    _groups(form, group)
    if group == TIMM:
        fields.text(form, _NETWORK, placeholder=_TIMM_FIRST, limit=120)
    else:
        _members(form, group)


def entry_of(name: Any) -> Entry | None:
    """``None`` for a name that stands for nothing here: why is said at its field."""
    try:
        return registry("architecture")[str(name)]
    except LabError:
        return None


def group_chosen(form: Form) -> str:
    name = str(form[_NETWORK])
    if name.startswith(f"{TIMM}/"):
        return TIMM
    entry = entry_of(name)
    return group_of(entry) if entry is not None and group_of(entry) in GROUPS else GROUPS[0]


def select_key(form: Form) -> str:
    """Of the list on the page. Each time another group is chosen it is a new one: browsers remember what was chosen in
    a list that is gone, and say so once more when it comes back.
    """
    return form.key(f"{_NETWORK}.{form.lists}")


def choose(form: Form, code: str) -> None:
    """Another network, with what belongs to it: its options as they were, its layers, the settings that suit it.

    ``code``: a name in the registry, or ``design:NAME``. Raises ``LabError`` for a design that is not there.
    """
    before, group = str(form[_NETWORK]), group_chosen(form)
    own = _of_design(form, code.removeprefix(SAVED)) if code.startswith(SAVED) else _of_entry(form, code)
    form.kept[f"model {before}"] = {"model.options": dict(form["model.options"]), "model.layers": form["model.layers"]}
    name = own[_NETWORK]
    filled = recommended.on_change(before, name, form.__getitem__)
    filled |= {field: value for field, value in own.items() if field.startswith("data.")}
    form.filled = Filled(name, {field: form[field] for field in filled}, filled) if filled else None
    set_anew(form, {**own, **filled, "model.weights_from": None})  # those of a run fit the network it had
    form.kept.setdefault(_LAST, {}).update({group: before, group_chosen(form): name})
    form.lists += group_chosen(form) != group


def saved_design(form: Form) -> Design | None:
    """The saved design whose layers the form holds."""
    layers = form["model.layers"]
    if form[_NETWORK] != DESIGNED or not layers:
        return None
    return next((one for one in designs.listing(Home.current()) if list(one.layers) == layers), None)


def _of_entry(form: Form, name: str) -> dict[str, Any]:
    entry, kept = entry_of(name), form.kept.get(f"model {name}", {})
    facts = entry.facts if entry is not None else {}
    return {
        _NETWORK: name,
        "model.options": kept.get("model.options", {}),
        "model.layers": kept.get("model.layers") if facts.get("layers") else None,
        "model.pretrained": bool(form["model.pretrained"]) and bool(facts.get("pretrained")),
    }


def _of_design(form: Form, name: str) -> dict[str, Any]:
    return settings_for(designs.find(name, Home.current()), data.shape(form))


def set_anew(form: Form, changes: Mapping[str, Any]) -> None:
    """Changes settings whose widgets may be on the page: they are filled again."""
    for field in changes:
        st.session_state.pop(form.key(field), None)
    form.change(changes)


def _show(form: Form, key: str, value: str) -> None:
    """Fills a widget that shows another value, or none yet: something else has chosen."""
    if st.session_state.get(key) != value:
        form.drawn.discard(key)
    form.fill(key, lambda: value)


def _groups(form: Form, group: str) -> None:
    codes = [*GROUPS, *([TIMM] if group == TIMM or _timm_is_here() else [])]
    words = {code: t(f"train.network.group.{code}") for code in codes}
    key = form.key("network.group")
    _show(form, key, group)
    st.pills(
        t("train.network.group_label"),
        codes,
        required=True,
        format_func=words.__getitem__,
        wrap=True,
        key=key,
        help=t("train.network.group_help"),
        on_change=safely(_group_changed),
        args=(key,),
    )


def _timm_is_here() -> bool:
    return importlib.util.find_spec("timm") is not None


def _group_changed(key: str) -> None:
    form, group = current(), st.session_state.get(key)
    if group is None or group == group_chosen(form):
        return
    last = form.kept.get(_LAST, {}).get(group)
    _choose_or_say(form, last or (_TIMM_FIRST if group == TIMM else _first(group)))


def _first(group: str) -> str:
    """The one that the registry's order puts first."""
    return next(name for name, entry in registry("architecture").items() if group_of(entry) == group)


def _members(form: Form, group: str) -> None:
    words = {entry.name: _words(entry) for entry in select(group=group)}
    if group == _OWN:
        words |= {f"{SAVED}{one.name}": _design_words(one) for one in designs.listing(Home.current())}
    design = saved_design(form)
    chosen = f"{SAVED}{design.name}" if design is not None else str(form[_NETWORK])
    words.setdefault(chosen, chosen)
    key = select_key(form)
    _show(form, key, chosen)
    st.selectbox(
        setting_name(_NETWORK),
        list(words),
        format_func=words.__getitem__,
        key=key,
        help=t("help.model.architecture"),
        on_change=safely(_network_changed),
        args=(key, tuple(words)),
    )
    fields.wrong(form, _NETWORK)


def _words(entry: Entry) -> str:
    """``ResNet-50 · 2015 · 23.5 M``: what networks are told apart by, as a list shows it."""
    words = [entry.text("title", language())]
    if "year" in entry.facts:
        words.append(str(year_of(entry)))
    if (parameters := number_of(entry, "parameters")) is not None:
        words.append(t("train.network.parameters", parameters=formats.short(parameters, language())))
    return " · ".join(words)


def _design_words(design: Design) -> str:
    return f"{design.name} · {t('train.network.layers', count=len(design.layers))}"


def _network_changed(key: str, known: tuple[str, ...]) -> None:
    form, code = current(), st.session_state.get(key)
    # a list that is gone may speak up once more when something else is clicked
    if key == select_key(form) and code in known:
        _choose_or_say(form, str(code))


def _choose_or_say(form: Form, code: str) -> None:
    try:
        choose(form, code)
    except LabError as error:  # a design that was deleted meanwhile
        form.refuse(error.problems)
