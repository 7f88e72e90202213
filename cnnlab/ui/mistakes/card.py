"""One card: the image, what the network says of it, its review, and folded the maps and the nearest training images."""

from __future__ import annotations

import streamlit as st

from cnnlab.evaluation.mistakes import Card
from cnnlab.i18n import formats
from cnnlab.runs.reviews import Review
from cnnlab.ui import pictures, reviewing, trained
from cnnlab.ui.edge import edge, safely
from cnnlab.ui.language import language, t
from cnnlab.ui.mistakes import choice, closer
from cnnlab.ui.mistakes.case import Case
from cnnlab.ui.navigation import EXPLAIN_PAGE
from cnnlab.ui.text import plain

_SIDE = 112


def draw(case: Case, card: Card, *, alone: bool = False) -> None:
    """``alone``: the whole width and nothing folded."""
    index = formats.whole(card.index, language())
    st.markdown(f"**{t('mistakes.image', index=index)}** · {plain(card.file)}")
    with st.container(horizontal=True, gap="small"):
        with st.container(width=_SIDE):
            _pictures(case, card)
        with st.container(width="stretch"):
            _badges(card)
            _said(case, card, alone=alone)
    if card.control_of is not None:
        of = formats.whole(card.control_of, language())
        st.caption(f"{t('mistakes.control_of', index=of)}: {_brief(case, card.control_of)}")
    _buttons(case, card, alone=alone)
    reviewing.said(case.reviews.get(card.index, Review()))
    if alone:
        closer.draw(case, card)
        return
    fold = st.expander(t("mistakes_page.fold"), key=f"mistakes_fold_{card.index}", on_change="rerun")
    if fold.open:
        with fold, edge():
            closer.draw(case, card)


def _pictures(case: Case, card: Card) -> None:
    """The image as the network gets it; of a control, its mistake too."""
    indexes, captions = [card.index], [None if card.control_of is None else t("mistakes_page.control")]
    alts = [t("mistakes_page.alt.image", index=card.index, file=card.file)]
    if card.control_of is not None:
        indexes.append(card.control_of)
        captions.append(t("mistakes_page.its_mistake"))
        alts.append(t("mistakes_page.alt.mistake", index=card.control_of))
    pixels = trained.dataset_of(case.run).test.pick(indexes).inputs.permute(0, 2, 3, 1).numpy()
    for picture, alt, caption in zip(pixels, alts, captions, strict=True):
        pictures.draw(picture, alt=alt, caption=caption, side=_SIDE, width=_SIDE)


def _badges(card: Card) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        if card.right:
            st.badge(t("mistakes.right"), icon=":material/check_circle:", color="green")
        else:
            st.badge(t("mistakes.wrong"), icon=":material/cancel:", color="red")
        if card.suspected:
            st.badge(t("mistakes_page.suspected"), icon=":material/label_off:", color="orange")


def _said(case: Case, card: Card, *, alone: bool) -> None:
    """The three classes with their probabilities; why the label is suspected."""
    from cnnlab.evaluation import mistake_words as words

    rows = words.rows(card, case.judged.names, language(), case.strong)
    st.markdown("  \n".join(f"{role}: {name} {share}" for role, name, share in rows))
    if card.suspected and alone:
        st.caption(words.suspicion(card, case.judged.names, language(), case.strong))
    elif card.suspected:
        margin = formats.number(card.margin, 2, language())
        st.caption(t("mistakes_page.counts_as", likely=case.strong(case.judged.names[card.likely]), margin=margin))


def _brief(case: Case, index: int) -> str:
    """What became of the mistake that a control belongs to."""
    judged = case.judged
    share = formats.percent(float(judged.confidence[index]), language())
    return t("mistakes_page.taken_for", label=case.name(int(judged.predictions[index])), probability=share)


def _buttons(case: Case, card: Card, *, alone: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        reviewing.popover(case, card.index)
        if not alone:
            st.button(
                t("mistakes_page.open"),
                icon=":material/open_in_full:",
                type="tertiary",
                key=f"mistakes_open_{card.index}",
                on_click=safely(choice.open_card),
                args=(card.index,),
            )
        if card.control_of is not None:
            st.button(
                t("mistakes_page.its_mistake"),
                icon=":material/cancel:",
                type="tertiary",
                key=f"mistakes_of_{card.index}",
                on_click=safely(choice.open_card),
                args=(card.control_of,),
            )
        st.page_link(
            EXPLAIN_PAGE,
            label=t("mistakes_page.explain"),
            icon=":material/center_focus_strong:",
            query_params={"run": case.run.run_id, "index": str(card.index)},
        )
