"""Labels that may be wrong, in any split, and what a suspicion is worth there."""

from __future__ import annotations

import streamlit as st

from cnnlab.ui.evaluate import gallery
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import MISTAKES_PAGE


def draw(case: Case) -> None:
    from cnnlab.evaluation.space.words import suspect_words

    st.caption(t("samples_page.about.suspects"))
    ranked = case.judged.issues.ranked()
    said, evidence = suspect_words(len(ranked), len(case.judged), case.split, language())
    st.markdown(f"**{said}** {evidence}")
    if case.split == "test":
        st.page_link(
            MISTAKES_PAGE,
            label=t("samples_page.to_mistakes"),
            icon=":material/rate_review:",
            query_params={"run": case.run.run_id, "kind": "labels"},
        )
    gallery.draw(case, ranked, key=f"suspects_{case.split}")
