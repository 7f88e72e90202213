"""``Run``: all that a page or the command line knows about a run, wherever it was trained."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnlab.errors import Problem
from cnnlab.experiment import Experiment
from cnnlab.runs.epochs import Epochs
from cnnlab.runs.journal import Progress
from cnnlab.runs.json_files import DAMAGED
from cnnlab.runs.states import RunState


@dataclass(frozen=True)
class Run:
    """A snapshot. Times are seconds since the epoch; metrics are named ``train_loss``, ``val_accuracy``, ….

    ``local`` is whether its folder is in this home; of others MLflow is all we know, and Stop, Resume and Delete
    can't reach them.
    """

    run_id: str
    name: str
    owner: str
    state: RunState
    reason: Problem | None = None
    stop_reason: str | None = None
    attempt: int = 1
    dataset: str = ""
    architecture: str = ""
    experiment: Experiment | None = None  # None: elsewhere and not stored with the run, or its file is broken
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    parent: str | None = None
    group: str | None = None
    resumed_from: int | None = None
    epochs: Sequence[dict[str, Any]] = field(default_factory=list)
    progress: Progress | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    worker_pid: int | None = None
    folder: Path | None = None
    local: bool = True
    by_cnnlab: bool = True  # False: another program logged it to MLflow, and its id is MLflow's own
    heard_seconds: float | None = None  # since an active run last said something; None for the others
    mlflow_run_id: str | None = None
    mlflow_experiment_id: str | None = None
    mlflow_tracking_uri: str | None = None
    host: str = ""
    note: str = ""  # what a person wrote of it
    tags: Mapping[str, str] = field(default_factory=dict)  # of a person; a plain label has an empty value

    @property
    def monitor(self) -> str:
        """The metric that early stopping looks at."""
        return self.experiment.training.early_stopping.monitor if self.experiment else "val_loss"

    @property
    def planned_epochs(self) -> int | None:
        return self.experiment.training.epochs if self.experiment else None

    @property
    def done_epochs(self) -> int:
        """Epochs completed."""
        return int(self.epochs[-1]["epoch"]) if self.epochs else int(self.result.get("epochs") or 0)

    @property
    def best_record(self) -> dict[str, Any] | None:
        """The epoch whose weights are kept."""
        if isinstance(self.epochs, Epochs):
            return self.epochs.best
        return next((record for record in reversed(self.epochs) if record.get("best")), None)

    @property
    def best_epoch(self) -> int | None:
        record = self.best_record
        return int(record["epoch"]) if record else self.result.get("best_epoch")

    @property
    def best_value(self) -> float | None:
        """The monitored metric in the best epoch."""
        record = self.best_record
        return record.get(self.monitor) if record else None

    @property
    def waited_epochs(self) -> int:
        """Epochs since the best one: early stopping ends the run when this reaches its patience."""
        counted_from = self.experiment.training.unfrozen_after if self.experiment else 0
        return max(0, self.done_epochs - max(self.best_epoch or 0, counted_from))

    @property
    def patience(self) -> int:
        """0 when early stopping is off."""
        return self.experiment.training.early_stopping.patience if self.experiment else 0

    @property
    def seconds(self) -> float | None:
        """Wall-clock time of the last attempt, so far or in all."""
        if self.started is None:
            return None
        return max(0.0, (self.ended or time.time()) - self.started)

    @property
    def train_seconds(self) -> float:
        """Time in training and validation, over all attempts."""
        measured = self.result.get("train_seconds")
        if measured is not None:
            return float(measured)
        if isinstance(self.epochs, Epochs):
            return self.epochs.seconds
        return float(sum(record.get("seconds") or 0.0 for record in self.epochs))

    @property
    def last(self) -> dict[str, Any]:
        """The newest epoch's record; empty before the first."""
        return self.epochs[-1] if self.epochs else {}

    @property
    def is_damaged(self) -> bool:
        """Whether a file of its folder can't be read, which is then its reason."""
        return self.reason is not None and self.reason.code == DAMAGED

    @property
    def can_stop(self) -> bool:
        return self.local and not self.state.is_final

    @property
    def can_resume(self) -> bool:
        return self.local and self.state.can_resume and not self.is_damaged
