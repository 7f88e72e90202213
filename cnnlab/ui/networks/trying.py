"""One batch of the chosen dataset through a network of the catalogue."""

from __future__ import annotations

import streamlit as st

from cnnlab import recommended
from cnnlab.registry import Entry
from cnnlab.ui.design import try_it
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import DATA_PAGE
from cnnlab.ui.networks.inputs import Chosen
from cnnlab.ui.text import plain


def draw(entry: Entry, chosen: Chosen) -> None:
    """With the settings recommended for it. Raises ``ExperimentError`` for what can't be trained."""
    st.markdown(t("network_page.try.about"))
    info = chosen.dataset
    if info is None:
        st.caption(t("network_page.try.dataset"))
    elif not info.stored:
        st.markdown(t("network_page.try.not_here", dataset=plain(info.title(language()))))
        if st.button(t("network_page.try.to_data"), icon=":material/database:", key="trying_data"):
            st.switch_page(DATA_PAGE, query_params={"dataset": info.name})
    else:
        experiment = recommended.start(entry.name).changed({"data.dataset": info.name})
        try_it.offer(experiment, key=f"trial_{entry.name}_{info.name}")
