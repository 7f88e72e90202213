"""What a scorecard comes to for one method, in two badges."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cnnlab.ui.language import t


@dataclass(frozen=True)
class Verdicts:
    """In how many scores a control was beaten, and of how many."""

    random: tuple[int, int]
    edges: tuple[int, int]


def draw(verdicts: Verdicts) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        for name in ("random", "edges"):
            won, of = getattr(verdicts, name)
            better = 2 * won > of
            st.badge(
                t(f"explain_page.beats.{name}", won=won, of=of),  # short: a card of a phone is narrow, and cuts
                help=t(f"explain_page.beats_help.{name}", won=won, of=of),
                icon=":material/check:" if better else ":material/warning:",
                color="green" if better else "orange",
            )
