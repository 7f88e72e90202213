"""The journal: a run's folder, which is the truth about it, whatever else is away or broken.

``experiment.yaml``  the description                     ``epochs.jsonl``   a line an epoch, after its checkpoint
``state.json``       state, attempt, worker (atomic)     ``system.jsonl``   samples of processor and memory
``progress.json``    where within the epoch (atomic)     ``result.json``    what came out (atomic)
``checkpoints/``     see cnnlab.training.checkpoints     ``log.txt``        what the worker said
``stop``             exists when a stop was asked for    ``worker.lock``    held by the worker for life
``environment.json`` what the worker's process is given

Every change of state is a compare-and-set under a short lock, so of a stop, an end and a loss that race,
exactly one wins.
"""

from __future__ import annotations

import getpass
import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from cnnlab.errors import Problem, RunError
from cnnlab.experiment import Experiment
from cnnlab.home import Home, write_atomically
from cnnlab.names import friendly_name
from cnnlab.runs import first_weights
from cnnlab.runs.json_files import append, damaged, lines, read_json
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState


@dataclass(frozen=True)
class Status:
    """``state.json``: the state of a run and who is at work on it."""

    run_id: str
    state: RunState
    attempt: int = 1
    worker: ProcessIdentity | None = None
    reason: Problem | None = None  # why FAILED or LOST, or STOPPED by force
    stop_reason: str | None = None  # "completed", "early_stopping", "user": why training ended
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    parent: str | None = None
    group: str | None = None
    resumed_from: int | None = None  # the epoch whose end the last attempt started from

    def as_dict(self) -> dict[str, Any]:
        values = {**self.__dict__, "state": self.state.value}
        values["worker"] = self.worker.as_dict() if self.worker else None
        values["reason"] = self.reason.as_dict() if self.reason else None
        return values

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        values = dict(stored)
        values["state"] = RunState(values["state"])
        values["worker"] = ProcessIdentity.from_dict(values["worker"]) if values.get("worker") else None
        values["reason"] = Problem.from_dict(values["reason"]) if values.get("reason") else None
        return cls(**values)


@dataclass(frozen=True)
class Progress:
    """``progress.json``: what is being done now. ``phase`` is a catalogue key, or one below "phase."."""

    phase: str
    epoch: int = 0  # counted from 1; 0 before the first
    epochs: int = 0
    step: int = 0  # batches done in this epoch
    steps: int = 0
    loss: float | None = None
    seconds_left: float | None = None
    longest: float | None = None  # seconds that the longest batch of this attempt took
    time: float = field(default_factory=time.time)

    @property
    def key(self) -> str:
        """The catalogue key of the phase: data are prepared in phases of their own ("progress.downloading")."""
        return self.phase if "." in self.phase else f"phase.{self.phase}"


class Journal:
    """Reads and writes one run's folder. Cheap to make; holds no file open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run_id = folder.name

    @classmethod
    def create(
        cls,
        home: Home,
        experiment: Experiment,
        *,
        parent: str | None = None,
        group: str | None = None,
        worker: ProcessIdentity | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """A new run. Its folder appears whole: a reader never meets a half-made one.

        It is QUEUED, or with ``worker`` at once STARTING under that process, so that no queue takes it as well.
        ``environment`` is what the process that trains it will find in its own. The run whose weights it begins with is
        its parent. Raises what ``first_weights.find`` raises, before anything is written.
        """
        home.ensure()
        if experiment.model.weights_from:
            first_weights.find(experiment.model.weights_from, home)
        run_id = secrets.token_hex(16)
        named = experiment.to_dict()
        named["name"] = experiment.name or friendly_name(run_id)
        named["owner"] = experiment.owner or getpass.getuser()
        staging = home.runs / f".{run_id}.new"
        (staging / "checkpoints").mkdir(parents=True)
        write_atomically(staging / "experiment.yaml", Experiment.from_dict(named).to_yaml(), durable=True)
        cls(staging).record_environment(environment or {})
        if experiment.model.weights_from:
            parent = experiment.model.weights_from
            first_weights.keep(parent, home, staging)
        state = RunState.STARTING if worker else RunState.QUEUED
        status = Status(run_id, state, worker=worker, created=time.time(), parent=parent, group=group)
        write_atomically(staging / "state.json", json.dumps(status.as_dict()), durable=True)
        staging.rename(home.runs / run_id)
        return cls(home.runs / run_id)

    @classmethod
    def open(cls, home: Home, run_id: str) -> Self:
        """The journal of an existing run. Raises ``RunError`` ("unknown_run")."""
        folder = home.run_folder(run_id)
        if not (folder / "state.json").is_file():
            raise RunError("unknown_run", value=run_id)
        return cls(folder)

    # the description and the state

    def experiment(self) -> Experiment:
        """Raises ``RunError`` ("journal_damaged") where it can't be read, ``ExperimentError`` for what it says."""
        path = self.folder / "experiment.yaml"
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise damaged(path) from error
        return Experiment.from_yaml(text, source=path.name)

    def environment(self) -> dict[str, str]:
        """Names and values that the process which trains this run finds in its environment."""
        return read_json(self.folder / "environment.json") or {}

    def record_environment(self, environment: Mapping[str, str]) -> None:
        path = self.folder / "environment.json"
        write_atomically(path, json.dumps(dict(environment)))
        path.chmod(0o600)  # a tracking address may hold a password

    def status(self) -> Status:
        """Raises ``FileNotFoundError`` while the run is being deleted, ``RunError`` ("journal_damaged")."""
        path = self.folder / "state.json"
        try:
            return Status.from_dict(json.loads(path.read_text("utf-8")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise damaged(path) from error

    def transition(
        self,
        to: RunState,
        *,
        allowed: Iterable[RunState],
        attempt: int | None = None,
        next_attempt: bool = False,
        **fields: Any,
    ) -> Status | None:
        """Moves to ``to`` if the state is one of ``allowed`` (and the attempt is ``attempt``); else ``None``.

        ``fields`` replace other fields of the status in the same step; ``next_attempt`` makes every process stale
        that was started for the present attempt.
        """
        with FileLock(self.folder / "state.lock"):
            status = self.status()
            if status.state not in set(allowed) or (attempt is not None and status.attempt != attempt):
                return None
            if next_attempt:
                fields = {"attempt": status.attempt + 1, **fields}
            if to.is_final:
                fields = {"ended": time.time(), "worker": None, **fields}
            status = replace(status, state=to, **fields)
            write_atomically(self.folder / "state.json", json.dumps(status.as_dict()), durable=True)
            return status

    def worker_lock(self) -> FileLock:
        """Held by a worker for life. Two processes can never write the same run."""
        return FileLock(self.folder / "worker.lock")

    def is_held(self) -> bool:
        """Whether a worker holds the run at this moment."""
        lock = self.worker_lock()
        if not Path(lock.lock_file).exists():
            return False
        try:
            with lock.acquire(timeout=0):
                return False
        except Timeout:
            return True

    def request_stop(self) -> None:
        """Asking again changes nothing: the file's time says when it was asked first."""
        if not self.stop_requested():
            (self.folder / "stop").touch()

    def clear_stop(self) -> None:
        (self.folder / "stop").unlink(missing_ok=True)

    def stop_requested(self) -> bool:
        return (self.folder / "stop").exists()

    def stop_asked(self) -> float | None:
        """When a stop was asked for, in seconds since the epoch."""
        try:
            return (self.folder / "stop").stat().st_mtime
        except FileNotFoundError:
            return None

    # what happens while it runs

    def append_epoch(self, record: Mapping[str, Any]) -> None:
        """One line, on the disk before this returns. ``record`` has "epoch" and "time"."""
        append(self.folder / "epochs.jsonl", record, durable=True)

    def epochs(self) -> list[dict[str, Any]]:
        return lines(self.folder / "epochs.jsonl")

    def truncate_epochs(self, last: int) -> None:
        """Forgets epochs after ``last``: they were written by an attempt whose checkpoint is gone."""
        path = self.folder / "epochs.jsonl"
        kept = [record for record in self.epochs() if record["epoch"] <= last]
        write_atomically(path, "".join(json.dumps(record) + "\n" for record in kept), durable=True)

    def append_system(self, record: Mapping[str, Any]) -> None:
        append(self.folder / "system.jsonl", record, durable=False)

    def system(self) -> list[dict[str, Any]]:
        return lines(self.folder / "system.jsonl")

    def write_progress(self, progress: Progress) -> None:
        write_atomically(self.folder / "progress.json", json.dumps(progress.__dict__))

    def progress(self) -> Progress | None:
        path = self.folder / "progress.json"
        stored = read_json(path)
        try:
            return Progress(**stored) if stored else None
        except TypeError as error:
            raise damaged(path) from error

    def write_result(self, result: Mapping[str, Any]) -> None:
        write_atomically(self.folder / "result.json", json.dumps(result), durable=True)

    def result(self) -> dict[str, Any]:
        return read_json(self.folder / "result.json") or {}

    def log(self, line: str) -> None:
        stamp = time.strftime("%Y-%m-%d %H:%M:%S")
        with (self.folder / "log.txt").open("a", encoding="utf-8") as file:
            file.write(f"{stamp} {line}\n")

    def log_text(self, limit_bytes: int = 200_000) -> str:
        """The end of the log."""
        path = self.folder / "log.txt"
        if not path.exists():
            return ""
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - limit_bytes))
            return file.read().decode("utf-8", errors="replace")

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"
