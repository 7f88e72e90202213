"""Images that are far from everything learned, and images that show nothing."""

from __future__ import annotations

import streamlit as st

from cnnlab.home import Home
from cnnlab.ui.evaluate import computing, gallery
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t


def draw(case: Case) -> None:
    from cnnlab.evaluation.space import words
    from cnnlab.evaluation.space.space import kept_outliers, outliers

    st.caption(t("samples_page.about.outliers"))
    home, journal, dataset, split = Home.current(), case.journal, case.dataset, case.split
    found = kept_outliers(journal, dataset, home, split)
    if found is None:
        computing.draw(
            f"outliers {case.stamp}",
            lambda progress: outliers(journal, dataset, home, split, progress=progress),
            label=t("samples_page.find.outliers"),
            key="outliers",
            primary=True,
        )
        return
    said = words.outlier_words(found, language())
    st.markdown(said[0])
    gallery.draw(case, found.far(), key=f"far_{split}")
    if found.empty():
        st.subheader(said[1], anchor=False)
        gallery.draw(case, found.empty(), key=f"empty_{split}")
