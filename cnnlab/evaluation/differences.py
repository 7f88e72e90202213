"""The test results of several runs, compared image by image from the predictions that they stored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnlab.errors import RunError
from cnnlab.evaluation.paired import Pair, compare
from cnnlab.evaluation.stored import stored_predictions


def pairs_of(folders: Sequence[Path | None]) -> list[Pair]:
    """Every pair of the runs in ``folders``, by their places there; a run without predictions is in none.

    Empty where fewer than two can be compared, or where they did not see the same images with the same labels.
    """
    answers = {place: found for place, folder in enumerate(folders) if (found := _answers(folder)) is not None}
    places = list(answers)
    images = {(tuple(index), tuple(labels)) for index, labels, _ in answers.values()}
    if len(places) < 2 or len(images) > 1 or not next(iter(images))[0]:
        return []
    return [_renamed(pair, places) for pair in compare([right for _, _, right in answers.values()])]


def _answers(folder: Path | None) -> tuple[list[int], list[int], NDArray[np.bool_]] | None:
    if folder is None:
        return None
    try:
        columns = stored_predictions(folder, "test", without=("probabilities", "file"))
        labels, predictions = columns["label"], columns["prediction"]
    except (FileNotFoundError, RunError, KeyError):  # never measured, damaged, or of a task without classes
        return None
    return columns["index"], labels, np.array(labels) == np.array(predictions)


def _renamed(pair: Pair, places: Sequence[int]) -> Pair:
    return Pair(**{**vars(pair), "first": places[pair.first], "second": places[pair.second]})
