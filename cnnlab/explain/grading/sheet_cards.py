"""Scorecards of all maps of a sheet: one a panel, with the controls of its image and its class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnlab.data.load import Dataset
from cnnlab.data.types import Progress
from cnnlab.evaluation.trained import TrainedModel
from cnnlab.evaluation.truth import objects_at
from cnnlab.explain.grading.scorecard import Card, Options, scorecards
from cnnlab.explain.sheet import Strip

Cards = list[list[Card | None]]
"""Of each strip one a panel; ``None`` where there is no map."""


def sheet_cards(
    made: Sequence[Strip],
    models: Mapping[str, TrainedModel],
    dataset: Dataset | None,
    options: Options,
    *,
    progress: Progress | None = None,
) -> Cards:
    """``models``: by their runs. ``dataset``: that of the images which have an index in one of its splits."""
    found: Cards = []
    for number, strip in enumerate(made):
        subject, model = strip.row.subject, models[strip.source.run_id]
        masks = None
        # a network that takes another size has no mask of its own here
        if dataset is not None and subject.index is not None and subject.inputs.shape[1:] == dataset.kind.shape:
            masks = objects_at(dataset, [subject.index], subject.split)
        maps = [panel.cell.explanation for panel in strip.panels]
        cards = iter(
            scorecards(
                model.network,
                model.task,
                subject.inputs,
                [one for one in maps if one is not None],
                mask=None if masks is None else masks[0],
                options=options,
                progress=_of_all(progress, number, len(made)),
            )
        )
        found.append([None if one is None else next(cards) for one in maps])
    return found


def _of_all(progress: Progress | None, place: int, count: int) -> Progress | None:
    if progress is None:
        return None
    return lambda phase, done, total: progress(phase, place * total + done, count * total)
