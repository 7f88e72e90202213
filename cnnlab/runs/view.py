"""The merged view: a folder on this machine gives the state and live progress, MLflow gives the rest.

Reading writes nothing. A run whose worker vanished is shown as LOST before anybody has written that down.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from cnnlab.errors import LabError, Problem, RunError
from cnnlab.experiment import Experiment
from cnnlab.home import RUN_ID, Home
from cnnlab.runs import position
from cnnlab.runs.journal import Journal, Status
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState

__all__ = ["Run", "foreign", "listing", "observed_status", "view"]

# how long a run may be STARTING before a process has said that it works on it: on a busy machine the imports
# alone take a minute
START_SECONDS = 180.0
_FILES = ("experiment.yaml", "epochs.jsonl", "progress.json", "result.json", position.FILE)
_REMEMBERED = 5000  # runs
_LONG = 1000  # epochs; a run of more is read again rather than kept in memory

_Stamp = tuple[int, int, int]


def view(home: Home, run_id: str) -> Run:
    """One run, of this home or else as MLflow knows it. Raises ``RunError`` ("unknown_run")."""
    folder = home.run_folder(run_id)
    if (folder / "state.json").is_file():
        return _local(Journal(folder))
    for run in foreign(home, run_id=run_id):
        return run
    raise RunError("unknown_run", value=run_id)


def listing(home: Home, *, limit: int = 50, states: Collection[RunState] | None = None) -> list[Run]:
    """The newest runs of this home, newest first, only those in ``states`` when given. Imports no MLflow."""
    statuses = [(status, journal) for journal in _journals(home) if (status := _readable_status(journal))]
    statuses.sort(key=lambda pair: pair[0].created, reverse=True)
    found: list[Run] = []
    for status, journal in statuses:
        if len(found) >= limit:
            break
        observed = observed_status(journal, status)
        if states is None or observed.state in states:
            found.append(_local(journal, observed))
    return found


def foreign(home: Home, *, limit: int = 50, run_id: str | None = None) -> list[Run]:
    """Runs that only MLflow knows: of other homes and machines, or whose folder is gone. Newest first.

    Only the one asked for by ``run_id`` comes with its epochs: MLflow reads them metric by metric.
    """
    from cnnlab.runs.foreign import read_foreign  # MLflow takes seconds to import

    return read_foreign(home, limit=limit, run_id=run_id)


def observed_status(journal: Journal, status: Status | None = None) -> Status:
    """The status as it is, not as it was last written: active without a living worker is LOST."""
    status = status or journal.status()
    if not status.state.is_active or _is_worked_on(journal, status):
        return status
    written = journal.status()  # the worker may have ended well between the two looks
    if written != status:
        return written if not written.state.is_active or _is_worked_on(journal, written) else _lost(written)
    return _lost(status)


def _is_worked_on(journal: Journal, status: Status) -> bool:
    if status.worker is None and status.state is RunState.STARTING:
        said = (journal.folder / "state.json").stat().st_mtime
        if time.time() - said < START_SECONDS:
            return True
    if status.worker is not None and status.worker.is_alive():
        return True
    return journal.is_held()


def _lost(status: Status) -> Status:
    return replace(status, state=RunState.LOST, worker=None, reason=Problem("worker_vanished"))


def _journals(home: Home) -> list[Journal]:
    if not home.runs.is_dir():
        return []
    return [Journal(folder) for folder in home.runs.iterdir() if RUN_ID.fullmatch(folder.name)]


def _readable_status(journal: Journal) -> Status | None:
    """``None`` for a run that is being deleted; one whose file is damaged is shown as such, not hidden."""
    try:
        written = _stamp(journal.folder / "state.json")
        return _parsed_status(journal.folder, written) if written else journal.status()
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, OSError):
        return _damaged(journal)


@functools.lru_cache(maxsize=_REMEMBERED)
def _parsed_status(folder: Path, _written: _Stamp) -> Status:
    return Journal(folder).status()


def _damaged(journal: Journal) -> Status:
    created = journal.folder.stat().st_mtime
    reason = Problem("journal_damaged", "state.json", {"value": journal.run_id})
    return Status(journal.run_id, RunState.LOST, reason=reason, created=created)


def _local(journal: Journal, status: Status | None = None) -> Run:
    if status is None:
        status = _readable_status(journal)
        if status is None:
            raise RunError("unknown_run", value=journal.run_id)
        status = observed_status(journal, status)
    if not status.state.is_final:
        return _read(journal, status)
    return _ended(journal, status)


_ENDED: dict[Path, tuple[tuple[_Stamp | None, ...], Status, Run]] = {}


def _ended(journal: Journal, status: Status) -> Run:
    """A run that has ended, from memory while its files are the same: parsing them is most of a listing's cost."""
    stamps = tuple(_stamp(journal.folder / name) for name in _FILES)
    known = _ENDED.get(journal.folder)
    if known is not None and known[0] == stamps and known[1] == status:
        return known[2]
    run = _read(journal, status)
    if len(run.epochs) <= _LONG:
        while len(_ENDED) >= _REMEMBERED:
            _ENDED.pop(next(iter(_ENDED)), None)
        _ENDED[journal.folder] = (stamps, status, run)
    return run


def _stamp(path: Path) -> _Stamp | None:
    """Changes with every write: files are replaced whole (another inode) or appended to (another size)."""
    try:
        said = path.stat()
    except OSError:
        return None
    return said.st_ino, said.st_mtime_ns, said.st_size


def _read(journal: Journal, status: Status) -> Run:
    experiment = _experiment(journal)
    progress = journal.progress()
    published = position.read_position(journal.folder)
    heard = time.time() - progress.time if progress and status.state.is_active else None
    return Run(
        run_id=status.run_id,
        name=experiment.name if experiment else journal.run_id[:8],
        owner=experiment.owner if experiment else "",
        state=status.state,
        reason=status.reason,
        stop_reason=status.stop_reason,
        attempt=status.attempt,
        dataset=experiment.data.dataset if experiment else "",
        architecture=experiment.model.architecture if experiment else "",
        experiment=experiment,
        created=status.created,
        started=status.started,
        ended=status.ended,
        parent=status.parent,
        group=status.group,
        resumed_from=status.resumed_from,
        epochs=journal.epochs(),
        progress=progress,
        result=journal.result(),
        worker_pid=status.worker.pid if status.worker else None,
        folder=journal.folder,
        heard_seconds=heard,
        mlflow_run_id=published.get("mlflow_run_id"),
        mlflow_experiment_id=published.get("mlflow_experiment_id"),
        mlflow_tracking_uri=published.get("mlflow_tracking_uri"),
    )


def _experiment(journal: Journal) -> Experiment | None:
    path = journal.folder / "experiment.yaml"
    try:
        return _parsed_experiment(path, path.stat().st_mtime_ns)
    except (OSError, UnicodeDecodeError, LabError):
        return None  # the run is shown without its description; training it says what is wrong with the file


@functools.lru_cache(maxsize=2048)
def _parsed_experiment(path: Path, _written: int) -> Experiment:
    # a description never changes, and parsing it is most of the cost of a listing
    return Experiment.from_yaml(path.read_text("utf-8"), source=path.name)
