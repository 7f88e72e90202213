"""The scorecards that ``explain`` gives its maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cnnlab.cli.output import Output
from cnnlab.cli.progress import ProgressBar
from cnnlab.explain.grading import words as score_words
from cnnlab.home import Home
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from cnnlab.evaluation.trained import TrainedModel
    from cnnlab.explain.grading.scorecard import Card, Options
    from cnnlab.explain.grading.sheet_cards import Cards
    from cnnlab.explain.report import Table
    from cnnlab.explain.sheet import Strip


def cards_of(
    made: Sequence[Strip],
    models: Mapping[str, TrainedModel],
    options: Options,
    wanted: bool | None,
    journal: Journal,
    home: Home,
    output: Output,
) -> Cards:
    """One a panel. ``wanted``: ``None`` grades a map that is alone. ``journal``: of whose splits the images are."""
    from cnnlab.evaluation.evaluate import dataset_of
    from cnnlab.explain.grading.sheet_cards import sheet_cards

    alone = sum(len(strip.panels) for strip in made) == 1
    if not (alone if wanted is None else wanted):
        return [[None] * len(strip.panels) for strip in made]
    indexed = any(strip.row.subject.index is not None for strip in made)
    dataset = dataset_of(journal, home) if indexed else None
    with ProgressBar(output) as bar:
        return sheet_cards(made, models, dataset, options, progress=bar)


def tables(made: Sequence[Strip], cards: Cards, language: str) -> list[Table]:
    """For a report: one for each image, network and class, whose maps have the same controls."""
    return [
        _table(strip, [card for card in graded if card is not None and card.target == target], language)
        for strip, graded in zip(made, cards, strict=True)
        for target in dict.fromkeys(card.target for card in graded if card is not None)
    ]


def _table(strip: Strip, cards: list[Card], language: str) -> Table:
    from cnnlab.explain.report import Table
    from cnnlab.explain.words import method_title
    from cnnlab.i18n import translate

    distinct = list({card.method: card for card in cards}.values())  # two roles may mean one class
    controls = [translate(f"scores.control.{name}", language) for name in ("random", "edges")]
    titles = [method_title(card.method, language) for card in distinct]
    parts = [strip.row.subject.name, strip.source.name, strip.source.class_names[distinct[0].target]]
    verdicts = " ".join(
        f"{title}: {score_words.verdict(card, language)}" for title, card in zip(titles, distinct, strict=True)
    )
    rows = tuple(score_words.card_rows(distinct, language))
    return Table(" · ".join(parts), ("", *titles, *controls), rows, verdicts)
