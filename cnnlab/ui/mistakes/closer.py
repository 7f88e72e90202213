"""Maps for the predicted, the true and the runner-up class, and the training images that are nearest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.evaluation.mistakes import Card
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.journal import Journal
from cnnlab.ui import background, pictures, trained
from cnnlab.ui.data.progress import words as progress_words
from cnnlab.ui.language import language, t
from cnnlab.ui.mistakes import choice
from cnnlab.ui.mistakes.case import Case
from cnnlab.ui.polling import while_there
from cnnlab.ui.text import plain, sentence

if TYPE_CHECKING:
    from cnnlab.evaluation.close_up import CloseUp, Neighbour
    from cnnlab.evaluation.features import Features

_MAP, _NEAR = 160, 96  # pixels of one picture, at most
_IN_A_ROW = 3


def draw(case: Case, card: Card) -> None:
    from cnnlab.evaluation.features import stored

    dataset, home = trained.dataset_of(case.run), Home.current()
    features = stored(case.journal, dataset, home)
    with st.spinner(t("mistakes_page.computing")):
        looked = _looked_at(case, card, features)
    _maps(case, looked)
    if features is None:
        _find(case, card)
        return
    for number, near in looked.neighbours.items():
        _neighbours(case, number, near)
    layer = features.layer.removeprefix("body.") or "–"
    st.caption(t("mistakes_page.likeness", layer=plain(layer)))


def _looked_at(case: Case, card: Card, features: Features | None) -> CloseUp:
    from cnnlab.evaluation.close_up import close_up
    from cnnlab.evaluation.trained import weights_fingerprint
    from cnnlab.explain.cache import Cache

    store = Cache(Home.current(), weights_fingerprint(case.journal.folder))
    return close_up(
        trained.model_of(case.run),
        trained.dataset_of(case.run),
        card,
        method=choice.method_of(case),
        features=features,
        store=store,
    )


def _maps(case: Case, looked: CloseUp) -> None:
    from cnnlab.evaluation import mistake_words as words

    for problem in looked.problems:
        st.error(sentence(problem), icon=":material/error:")
    if not looked.maps:
        return
    with st.grid(_IN_A_ROW, min_column_width=70, width=_IN_A_ROW * (_MAP + 16)) as grid:
        for one in looked.maps:
            role = words.role_of(looked.card, one.target, language())
            name = case.judged.names[one.target]
            with grid.cell():
                alt = t("mistakes_page.alt.map", label=name, role=role)
                pictures.draw(one.picture, alt=alt, side=_MAP, width="stretch")
                st.caption(f"{case.strong(name)} · {role}")
    scale = "signed" if looked.scale is not None and looked.scale.diverging else "unsigned"
    st.caption(f"{t('mistakes_page.one_scale')} {t(f'mistakes.read.{scale}')}")


def _neighbours(case: Case, number: int, near: tuple[Neighbour, ...]) -> None:
    st.markdown(t("mistakes.nearest", label=case.strong(case.judged.names[number])))
    if not near:
        st.caption(t("mistakes_page.no_neighbour"))
    with st.grid(_IN_A_ROW, min_column_width=70, width=_IN_A_ROW * (_NEAR + 16)) as grid:
        for one in near:
            alt = t("mistakes_page.alt.near", label=case.judged.names[number], file=one.file)
            with grid.cell():
                pictures.draw(one.picture, alt=alt, side=_NEAR, width="stretch")
                st.caption(f"{plain(one.file)} · {formats.number(one.cosine, 2, language())}")


def _find(case: Case, card: Card) -> None:
    """The button that looks at all training images once, and how far that is."""
    name = _work(case)
    work = background.find(name)
    if work is not None and not work.ended:
        _follow(name, card.index)
        return
    if work is not None:
        for problem in work.problems:
            st.error(sentence(problem), icon=":material/error:")
    count = formats.Counted(len(trained.dataset_of(case.run).train), language())
    if st.button(
        t("mistakes_page.find"),
        icon=":material/image_search:",
        key=f"mistakes_find_{card.index}",
        help=t("mistakes_page.find_help", count=count),
    ):
        background.begin(name, _features_of(case.run.run_id))
        st.rerun()


def _follow(name: str, index: int) -> None:
    def draw_progress(work: background.Work) -> None:
        st.progress(work.share or 0.0, text=progress_words(work))
        if st.button(t("mistakes_page.cancel"), icon=":material/close:", key=f"mistakes_cancel_{index}"):
            work.cancel()

    while_there(lambda: background.going(name), draw_progress, seconds=0.5)


def _features_of(run_id: str) -> Callable[[Progress], None]:
    home = Home.current()

    def compute(progress: Progress) -> None:
        from cnnlab.evaluation.evaluate import dataset_of
        from cnnlab.evaluation.features import training_features

        journal = Journal.open(home, run_id)
        training_features(journal, dataset_of(journal, home), home, progress=progress)

    return compute


def _work(case: Case) -> str:
    """The same for all sessions: the features are the run's."""
    return f"features {case.run.run_id} {trained.stamp(case.run)}"
