"""The settings that train a network well."""

from __future__ import annotations

import streamlit as st

from cnnlab.recommended import settings
from cnnlab.registry import Entry
from cnnlab.ui.language import t
from cnnlab.ui.networks.inputs import Chosen
from cnnlab.ui.settings import shown
from cnnlab.ui.text import setting_name


def draw(entry: Entry, chosen: Chosen) -> None:  # noqa: ARG001  # every tab is given the same
    found = settings(entry.name)
    if not found:
        st.markdown(t("network_page.settings_default"))
        return
    st.markdown(t("network_page.settings"))
    names, values = t("network_page.column.setting"), t("network_page.column.value")
    rows = {setting_name(field): shown(field, value) for field, value in found.items()}
    st.table({names: list(rows), values: list(rows.values())}, hide_index=True)
