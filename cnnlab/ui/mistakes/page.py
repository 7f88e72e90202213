"""The parts of "Why did it fail?": run, what to do next, which cards, the cards or one of them."""

from __future__ import annotations

import streamlit as st

from cnnlab.evaluation.mistakes import Filter
from cnnlab.i18n import formats
from cnnlab.runs.run import Run
from cnnlab.ui import reviewing, run_choice, trained
from cnnlab.ui.edge import edge
from cnnlab.ui.language import language, t
from cnnlab.ui.mistakes import card, choice, exports
from cnnlab.ui.mistakes.case import Case, case_of
from cnnlab.ui.navigation import RUN_PAGE

PAGE = 6
_COLUMNS = 3


def head() -> None:
    st.title(t("mistakes_page.title"), anchor=False)
    st.caption(t("mistakes_page.caption"))


def choose_run() -> Run | None:
    return run_choice.choose(t("mistakes_page.empty"))


def read(run: Run) -> Case | None:
    """``None`` while the run trains: nobody looks at its test split before the end; the page has said so."""
    if run.state.is_final:
        return case_of(run)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(t("mistakes_page.still_training"))
        st.page_link(RUN_PAGE, label=t("mistakes_page.to_run"), query_params={"run": run.run_id})
    return None


def draw(case: Case) -> None:
    """All cards that are asked for, or the one that the address names."""
    with edge():
        reviewing.last_change(case)
    trained.dataset_of(case.run)  # what is wrong with the images is said once, and not on every card
    index = choice.opened(case)
    if index is not None:
        _one(case, index)
        return
    _summary(case)
    _advice(case)
    kind, only = choice.kind_and_filter(case)
    found = choice.cards_of(case, kind, only)
    if not found:
        choice.nothing(case, kind, only)
        return
    at = _pager(len(found), pager_key(case.run.run_id, kind, only))
    with st.grid(_COLUMNS, min_column_width=300, border=True, key="mistakes_cards") as grid:
        for shown in found[at : at + PAGE]:
            with grid.cell(), edge():
                card.draw(case, shown)
    with edge():
        exports.draw(case, kind, found, only)


def _one(case: Case, index: int) -> None:
    """The card that a link names, unfolded."""
    from cnnlab.evaluation.mistakes import card_of

    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        if st.button(t("mistakes_page.all"), icon=":material/arrow_back:", type="tertiary", key="mistakes_all"):
            choice.close()
            st.rerun()
        choice.method(case)
    with st.container(border=True), edge():
        card.draw(case, card_of(case.judged, index), alone=True)


def _summary(case: Case) -> None:
    """``24 mistakes in 270 test images · 7 suspected labels · 2 reviewed``"""
    judged = case.judged
    wrong, suspected = int(judged.wrong.sum()), int(judged.issues.suspected.sum())
    said = [
        t("mistakes_page.count.mistakes", count=_count(wrong), total=formats.whole(len(judged), language())),
        t("mistakes_page.count.suspected", count=_count(suspected)),
        t("mistakes_page.count.reviewed", count=_count(len(case.reviews))),
    ]
    st.caption(" · ".join(said))


def _count(number: int) -> formats.Counted:
    return formats.Counted(number, language())


def _advice(case: Case) -> None:
    from cnnlab.evaluation import mistake_words as words
    from cnnlab.evaluation.advice import advice

    st.markdown(f"**{t('mistakes_page.next')}**")
    for place, said in enumerate(advice(case.judged)):
        sentence = words.advice_words(said, case.judged.names, language(), case.strong)
        words_beside, button = st.columns([6, 1], vertical_alignment="center")
        words_beside.markdown(sentence)
        with button:
            choice.follow(case, said, key=f"mistakes_follow_{place}")


def pager_key(run_id: str, kind: str, only: Filter) -> str:
    """Another choice of cards begins at its first page, and an earlier one where it was left."""
    return f"mistakes_page_{run_id}_{kind}_{only.true_class}_{only.predicted_class}_{only.state}"


def _pager(count: int, key: str) -> int:
    """The first card of the page that is shown."""
    pages = -(-count // PAGE)
    if pages == 1:
        return 0
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(pages, key=key, persist_state="session")
        first = (page - 1) * PAGE
        shown = {
            "first": formats.whole(first + 1, language()),
            "last": formats.whole(min(first + PAGE, count), language()),
            "count": formats.whole(count, language()),
        }
        st.caption(t("mistakes_page.position", **shown), width="content")
    return first
