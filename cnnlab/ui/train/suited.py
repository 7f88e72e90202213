"""The settings that suit the chosen network: what choosing it brought along, or what would be recommended for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnlab import recommended
from cnnlab.ui import settings
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain, setting_name
from cnnlab.ui.train.choosing import entry_of, set_anew
from cnnlab.ui.train.form import Filled, Form, current

_NETWORK = "model.architecture"


def draw(form: Form) -> None:
    """One line, and none where there is nothing to say."""
    filled = form.filled
    if filled is not None and filled.network == form[_NETWORK] and (still := _still(form, filled)):
        _line("filled", form, still, "undo_filled", ":material/undo:", _undo)
        return
    differing = recommended.differing(str(form[_NETWORK]), form.__getitem__)
    if differing:
        _line("recommended", form, differing, "use_recommended", ":material/auto_fix_high:", _use)


def _line(key: str, form: Form, what: Mapping[str, Any], name: str, icon: str, act: Any) -> None:
    entry = entry_of(form[_NETWORK])
    network = entry.text("title", language()) if entry is not None else str(form[_NETWORK])
    values = " · ".join(f"{setting_name(field)}: {settings.shown(field, value)}" for field, value in what.items())
    with st.container(horizontal=True, vertical_alignment="center", key=f"suited_{key}"):
        st.markdown(f":small[{t(f'train.suited.{key}', network=plain(network), values=values)}]", width="stretch")
        st.button(t(f"train.suited.{name}"), icon=icon, type="tertiary", key=name, on_click=safely(act))


def _still(form: Form, filled: Filled) -> dict[str, Any]:
    """What was filled and nobody has set since."""
    return {field: value for field, value in filled.now.items() if form[field] == value}


def _undo() -> None:
    form = current()
    if form.filled is not None:
        before = form.filled.before
        set_anew(form, {field: before[field] for field in _still(form, form.filled)})
        form.filled = None


def _use() -> None:
    form = current()
    now = recommended.differing(str(form[_NETWORK]), form.__getitem__)
    form.filled = Filled(str(form[_NETWORK]), {field: form[field] for field in now}, now)
    set_anew(form, now)
