"""The comparison for others: its address, and the same as a command."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from cnnlab.ui.language import t


def draw(run_ids: Sequence[str]) -> None:
    with st.popover(t("compare.share"), icon=":material/link:", key="compare_share"):
        address = st.context.url
        if address:
            st.caption(t("compare.link"))
            chosen = {name: value for name, value in st.query_params.items() if name not in ("runs", "lang")}
            more = f"&{urlencode(chosen)}" if chosen else ""
            st.code(f"{address.partition('?')[0]}?runs={','.join(run_ids)}{more}", language=None, wrap_lines=True)
        st.caption(t("run.files.command"))
        st.code(f"python -m cnnlab compare {' '.join(run_ids)}", language=None, wrap_lines=True)
