"""Predictions for new files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from cnnlab.data.image import open_image
from cnnlab.data.types import Batch
from cnnlab.errors import LabError, Problem
from cnnlab.evaluation.csv_cells import inert
from cnnlab.evaluation.reading.reading import Reading
from cnnlab.evaluation.trained import TrainedModel, read_image
from cnnlab.failures import is_disk_full
from cnnlab.home import write_atomically

BATCH = 64


@dataclass(frozen=True)
class Predicted:
    file: str
    label: str  # the most probable class, unless a kept threshold decides
    probability: float  # of that class
    probabilities: tuple[float, ...]  # in the order of the network's classes

    def ranked(self) -> list[int]:
        """Classes by their probability, the most probable first."""
        return sorted(range(len(self.probabilities)), key=lambda place: (-self.probabilities[place], place))


def predict_files(model: TrainedModel, paths: Sequence[Path]) -> tuple[list[Predicted], list[Problem]]:
    """A prediction for each file that can be read, in their order, and a problem for each that can't."""
    return _predict_all(model, [(str(path), partial(read_image, path)) for path in paths])


def predict_uploads(model: TrainedModel, uploads: Sequence[tuple[str, bytes]]) -> tuple[list[Predicted], list[Problem]]:
    """The same for (name, content) of files that are on no disk."""
    return _predict_all(model, [(name, partial(open_image, content, name=name)) for name, content in uploads])


def _predict_all(
    model: TrainedModel, sources: Sequence[tuple[str, Callable[[], Image.Image]]]
) -> tuple[list[Predicted], list[Problem]]:
    predicted: list[Predicted] = []
    problems: list[Problem] = []
    for start in range(0, len(sources), BATCH):
        inputs, names = [], []
        for name, read in sources[start : start + BATCH]:
            try:
                inputs.append(model.input_of(read()))
                names.append(name)
            except LabError as error:
                problems.extend(error.problems)
        if inputs:
            predicted.extend(predict_inputs(model, torch.cat(inputs), names))
    return predicted, problems


def predict_inputs(model: TrainedModel, inputs: torch.Tensor, names: Sequence[str]) -> list[Predicted]:
    """``inputs``: [N, C, H, W] uint8, as ``TrainedModel.input_of`` makes them; a name for each."""
    batch = Batch(inputs, None, None, torch.arange(len(inputs)))
    with torch.inference_mode():
        columns = model.task.decode(model.task.forward(model.network, batch), batch).columns
    classes = model.card.outputs.class_names
    return [
        Predicted(name, classes[prediction], probability, tuple(probabilities))
        for name, prediction, probability, probabilities in zip(
            names,
            columns["prediction"].tolist(),
            columns["probability"].tolist(),
            columns["probabilities"].tolist(),
            strict=True,
        )
    ]


def read(predicted: Sequence[Predicted], reading: Reading, class_names: Sequence[str]) -> list[Predicted]:
    """``predicted``, which has the network's own probabilities, as ``reading`` says it."""
    if not predicted or reading.is_plain:
        return list(predicted)
    said = reading.say(np.array([row.probabilities for row in predicted]))
    return [
        replace(row, label=class_names[number], probability=probability, probabilities=tuple(probabilities))
        for row, number, probability, probabilities in zip(
            predicted, said.decided.tolist(), said.probability.tolist(), said.probabilities.tolist(), strict=True
        )
    ]


def write_csv(path: Path, predicted: Iterable[Predicted], class_names: Sequence[str]) -> None:
    """``csv_text`` in a file. Raises ``LabError`` ("not_writable")."""
    try:
        write_atomically(path, csv_text(predicted, class_names))
    except (OSError, ValueError) as error:  # ValueError: an empty path has no name
        if is_disk_full(error):
            raise
        raise LabError("not_writable", field="--out", value=str(path)) from error


def csv_text(predicted: Iterable[Predicted], class_names: Sequence[str]) -> str:
    """Columns file, label, probability, and for each class ``p_NAME``, its probability."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["file", "label", "probability", *(f"p_{name}" for name in class_names)])
    for row in predicted:
        shares = [f"{share:.6f}" for share in (row.probability, *row.probabilities)]
        writer.writerow([inert(row.file), inert(row.label), *shares])
    return text.getvalue()
