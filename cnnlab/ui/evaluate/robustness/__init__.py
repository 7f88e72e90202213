"""How a network bears images that are not as those it learned from, and how far it is invariant to translation."""

from __future__ import annotations

import streamlit as st

from cnnlab.ui.edge import edge
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.evaluate.robustness import asked, corrupted, moved
from cnnlab.ui.language import t


def draw(case: Case) -> None:
    subjects = asked.choose(case)
    if not subjects:
        return
    with edge():
        corrupted.draw(case, subjects)
    st.subheader(t("robustness_page.shift.title"), anchor=False)
    with edge():
        moved.draw(case, subjects[0])
