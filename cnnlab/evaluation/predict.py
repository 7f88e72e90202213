"""Predictions for new files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from cnnlab.data.types import Batch
from cnnlab.errors import LabError, Problem
from cnnlab.evaluation.trained import TrainedModel, read_image
from cnnlab.failures import is_disk_full
from cnnlab.home import write_atomically

BATCH = 64


@dataclass(frozen=True)
class Predicted:
    file: str
    label: str
    probability: float
    probabilities: tuple[float, ...]


def predict_files(model: TrainedModel, paths: Sequence[Path]) -> tuple[list[Predicted], list[Problem]]:
    """A prediction for each file that can be read, in their order, and a problem for each that can't."""
    predicted: list[Predicted] = []
    problems: list[Problem] = []
    for start in range(0, len(paths), BATCH):
        inputs, names = [], []
        for path in paths[start : start + BATCH]:
            try:
                inputs.append(model.input_of(read_image(path)))
                names.append(str(path))
            except LabError as error:
                problems.extend(error.problems)
        if inputs:
            predicted.extend(_predict(model, torch.cat(inputs), names))
    return predicted, problems


def _predict(model: TrainedModel, inputs: torch.Tensor, names: Sequence[str]) -> list[Predicted]:
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


def write_csv(path: Path, predicted: Iterable[Predicted]) -> None:
    """Columns file, label, probability. Raises ``LabError`` ("not_writable")."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["file", "label", "probability"])
    for row in predicted:
        writer.writerow([_inert(row.file), _inert(row.label), f"{row.probability:.6f}"])
    try:
        write_atomically(path, text.getvalue())
    except (OSError, ValueError) as error:  # ValueError: an empty path has no name
        if is_disk_full(error):
            raise
        raise LabError("not_writable", field="--out", value=str(path)) from error


def _inert(cell: str) -> str:
    """A spreadsheet runs cells that begin like a formula: a leading apostrophe keeps them text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell
