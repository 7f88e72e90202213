"""The same test images through all compared runs: where they disagree, who is right, and what each looked at."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnlab.errors import LabError
from cnnlab.runs.run import Run
from cnnlab.ui.compare.images import agreement, choice, listed, maps
from cnnlab.ui.compare.images.case import Case, case_of
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.edge import edge
from cnnlab.ui.language import language, t
from cnnlab.ui.text import message, plain


def draw(runs: Sequence[Run]) -> None:
    """Folded: it reads every prediction of every run, which only who opens it should wait for."""
    folded = st.expander(
        t("compare_images.title"), icon=":material/image_search:", key="compare_images", on_change="rerun"
    )
    if not folded.open:
        return
    with folded, edge():
        try:
            case = case_of(runs)
        except LabError as error:
            st.markdown(message(error))
            return
        _parts(case)


def _parts(case: Case) -> None:
    from cnnlab.evaluation.disagreements import words

    everyone = [plain(name) for name in names_of(case.asked)]
    for said in words.left_out_words(case.panel, everyone, language()):
        st.warning(said, icon=":material/info:")
    st.markdown(words.counts_words(case.panel, language()))
    st.markdown(words.ensemble_words(case.ensemble, [plain(name) for name in case.names], language()))
    agreement.draw(case)
    places = choice.places(case)
    if not places:
        st.markdown(t("compare_images.nothing"))
        return
    chosen = listed.draw(case, places)
    if chosen is not None:
        maps.draw(case, chosen)
