"""The comparison for others: its address, and the same as a command."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.ui.language import t


def draw(run_ids: Sequence[str]) -> None:
    with st.popover(t("compare.share"), icon=":material/link:", key="compare_share"):
        address = st.context.url
        if address:
            st.caption(t("compare.link"))
            st.code(f"{address.partition('?')[0]}?runs={','.join(run_ids)}", language=None, wrap_lines=True)
        st.caption(t("run.files.command"))
        st.code(f"python -m cnnlab compare {' '.join(run_ids)}", language=None, wrap_lines=True)
