"""The scorecard of the maps shown: every number beside that of a random map and of the image's edges."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.runs.run import Run
from cnnlab.ui import background, going, trained
from cnnlab.ui.explain import scorecard
from cnnlab.ui.explain.badges import Verdicts
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain, sentence

if TYPE_CHECKING:
    from cnnlab.explain.grading.scorecard import Card
    from cnnlab.explain.report import Table
    from cnnlab.explain.several import Asked
    from cnnlab.explain.sheet import Strip

Place = tuple[str, str]
"""Of a strip: the id of its run, the digest of its image."""

_WORK = "explain_grading"  # in the session: the name of what was graded last


@dataclass(frozen=True)
class Graded:
    """``cards``: of each strip one a panel, ``None`` where there is no map."""

    cards: Mapping[Place, Sequence[Card | None]]


def found(runs: Sequence[Run], made: Sequence[Strip], asked: Asked) -> Graded | None:
    """What was graded before, for these very maps."""
    work = background.find(_name(runs, made, asked))
    result: Graded | None = work.result if work is not None and work.ended else None
    return result


def verdicts(graded: Graded | None) -> dict[Place, list[Verdicts | None]]:
    if graded is None:
        return {}
    return {
        place: [None if card is None else _verdicts(card) for card in cards] for place, cards in graded.cards.items()
    }


def _verdicts(card: Card) -> Verdicts:
    random, edges = card.beats("random"), card.beats("edges")
    return Verdicts((random.won, random.of), (edges.won, edges.of))


def tables(graded: Graded | None, made: Sequence[Strip], titles: Sequence[str]) -> list[Table]:
    """For the report: one a strip and class."""
    if graded is None:
        return []
    return [scorecard.table(one) for one in _selections(graded, made, titles)]


def draw(
    runs: Sequence[Run], made: Sequence[Strip], asked: Asked, titles: Sequence[str], graded: Graded | None
) -> None:
    """A button, how far it is, or the card; and where to go on, because one image proves little."""
    name = _name(runs, made, asked)
    with st.container(border=True):
        st.subheader(t("explain_page.scorecard"), anchor=False)
        if graded is not None:
            chosen = _select(_selections(graded, made, titles))
            if chosen is not None:
                scorecard.draw(chosen)
            return
        if background.going(name):
            going.draw(name, t("explain_page.cancel"), key="explain_end")
            return
        _offer(name, runs, made, asked)


def _offer(name: str, runs: Sequence[Run], made: Sequence[Strip], asked: Asked) -> None:
    work = background.find(name)
    if work is not None and work.problems:
        st.error(" ".join(sentence(problem) for problem in work.problems), icon=":material/error:")
    st.markdown(t("explain_page.grade_about"))
    ready = any(panel.cell.explanation is not None for strip in made for panel in strip.panels)
    if st.button(t("explain_page.grade"), icon=":material/grading:", key="explain_grade", disabled=not ready):
        going.begin(name, _work(runs, made, asked), slot=_WORK)
        st.rerun()


def _work(runs: Sequence[Run], made: Sequence[Strip], asked: Asked) -> Any:
    """What a thread does: everything of the page is read before it begins."""
    models = {run.run_id: trained.model_of(run) for run in runs}
    places = {strip.row.subject.index for strip in made}
    dataset = trained.dataset_of(runs[0]) if places != {None} else None

    def work(progress: Progress) -> Graded:
        from cnnlab.explain.grading.sheet_cards import sheet_cards

        cards = sheet_cards(made, models, dataset, asked.options, progress=progress)
        return Graded({_place(strip): found for strip, found in zip(made, cards, strict=True)})

    return work


def _selections(graded: Graded, made: Sequence[Strip], titles: Sequence[str]) -> list[scorecard.Shown]:
    """The scores of one strip and one class together: only those have the same controls."""
    from cnnlab.explain import words

    shown = []
    several = len({strip.source.run_id for strip in made}) > 1
    for strip in made:
        cards = graded.cards.get(_place(strip), [])
        known = [(title, card) for title, card in zip(titles, cards, strict=False) if card is not None]
        for target in dict.fromkeys(card.target for _, card in known):
            where = words.image_title(strip.row.subject, language())
            parts = [where, *([strip.source.name] if several else []), strip.source.class_names[target]]
            these = [(title, card) for title, card in known if card.target == target]
            shown.append(scorecard.Shown(" · ".join(parts), _distinct(these)))
    return shown


def _distinct(known: Sequence[tuple[str, Card]]) -> dict[str, Card]:
    """Two roles that mean one class have one card."""
    found: dict[str, Card] = {}
    for title, card in known:
        if all(card.method != other.method for other in found.values()):
            found[title] = card
    return found


def _select(shown: Sequence[scorecard.Shown]) -> scorecard.Shown | None:
    if not shown:
        return None
    if len(shown) == 1:
        return shown[0]
    labels = [plain(one.title).replace("\\", "") for one in shown]
    place = st.selectbox(
        t("explain_page.scorecard_of"),
        range(len(shown)),
        format_func=labels.__getitem__,
        key="explain_scorecard_of",
        width=360,
    )
    return shown[place or 0]


def _place(strip: Strip) -> Place:
    return strip.source.run_id, strip.row.subject.digest


def _name(runs: Sequence[Run], made: Sequence[Strip], asked: Asked) -> str:
    """Of the work: it changes with the weights, the images, what is asked, and which maps are there."""
    parts = [f"{run.run_id} {trained.stamp(run)}" for run in runs]
    parts += [
        f"{strip.row.subject.digest} {[panel.cell.explanation is not None for panel in strip.panels]}" for strip in made
    ]
    return background.own(f"grade {hashlib.sha256(repr((parts, asked)).encode()).hexdigest()}")
