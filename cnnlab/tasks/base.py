"""The contract of a task: what is predicted, how that is scored, and nothing about any one kind of it.

The worker, the journal and the metrics know only this. A task is a data file and a code file in this package;
the code file has ``create(experiment, outputs, training_counts) -> Task``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from torch import Tensor, nn

from cnnlab.data.types import Batch, OutputSpec


@dataclass(frozen=True)
class Predictions:
    """One record a sample, by columns: tensors, arrays or lists, of lists too (boxes become Parquet lists)."""

    index: Any
    columns: Mapping[str, Any]


class Metrics(Protocol):
    """Accumulates over batches; ``compute`` gives plain names without a split ("accuracy")."""

    def update(self, predictions: Predictions, batch: Batch) -> None: ...
    def compute(self) -> dict[str, float]: ...


class Task(Protocol):
    """How a network is called, trained and measured; one that is not classification is a module beside it."""

    monitor: str  # what early stopping and the best checkpoint look at unless the experiment says otherwise
    mode: Literal["min", "max"]

    def direction(self, metric: str) -> Literal["min", "max"]:
        """Whether less or more of ``metric`` (a name without its split) is better."""
        ...

    def forward(self, network: nn.Module, batch: Batch) -> Any:
        """The raw outputs; the task owns how its network is called."""
        ...

    def losses(self, raw: Any, batch: Batch) -> dict[str, Tensor]:
        """0-d means over the batch; key "loss" is what is minimised, the others are reported for training."""
        ...

    def decode(self, raw: Any, batch: Batch) -> Predictions: ...

    def metrics(self, outputs: OutputSpec) -> Metrics: ...

    def score(self, raw: Any, target: int | Tensor) -> Tensor:
        """[N]: the scalar an explanation explains."""
        ...
