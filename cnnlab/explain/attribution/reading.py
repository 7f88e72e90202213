"""What the network says of a batch, and the score that is explained of each input."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from cnnlab.data.types import Batch
from cnnlab.errors import LabError
from cnnlab.models.network import Network
from cnnlab.tasks.base import Task


class Reading:
    """``targets``: of each of ``pixels`` [N, C, H, W]; None: the predicted class, known once the outputs are read.

    As the score of a method that first asks the network about the pixels as they are, it reads those outputs, so that
    the prediction costs no pass of its own.
    """

    def __init__(self, task: Task, pixels: Tensor, targets: Sequence[int | None]) -> None:
        self._task = task
        self._batch = Batch(pixels, None, None, torch.zeros(len(pixels), dtype=torch.int64))
        self._wanted = targets
        self.predicted: list[int] = []
        self.probabilities: list[tuple[float, ...]] = []
        self.targets: list[int] = []

    def ask(self, network: Network) -> None:
        with torch.no_grad():
            self.read(self._task.forward(network, self._batch))

    def read(self, raw: Tensor) -> None:
        """Raises ``LabError`` ("unknown_class")."""
        columns = self._task.decode(raw.detach(), self._batch).columns
        self.predicted = [int(prediction) for prediction in columns["prediction"]]
        self.probabilities = [tuple(row) for row in columns["probabilities"].tolist()]
        chosen = zip(self._wanted, self.predicted, strict=True)
        self.targets = [_checked(target, len(self.probabilities[0]), best) for target, best in chosen]

    def score(self, raw: Tensor) -> Tensor:
        """[N]: of each row the score of its target."""
        if not self.targets:
            self.read(raw)
        return self._task.score(raw, target=torch.tensor(self.targets, device=raw.device))


def _checked(target: int | None, classes: int, predicted: int) -> int:
    if target is None:
        return predicted
    if not 0 <= target < classes:
        raise LabError("unknown_class", field="--target", value=target, known=f"0–{classes - 1}")
    return target
