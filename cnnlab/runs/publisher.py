"""Tells MLflow about a run from a thread beside the training, which never waits for it.

The thread follows the journal. While the store is locked or away it tries again, for ever; at the end of the run it
gets a few seconds to finish, and what is missing then is brought in later by ``repair_all``.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from filelock import FileLock, Timeout

from cnnlab.errors import RunError
from cnnlab.home import RUN_ID, Home
from cnnlab.runs import artifacts, labels, labels_published, reviews
from cnnlab.runs.journal import Journal
from cnnlab.runs.position import is_complete

if TYPE_CHECKING:  # MLflow is imported in the thread: training must not wait for it
    from cnnlab.runs.publication import Publication

POLL_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0
CLOSING_PAUSE_SECONDS = 0.5
DRAIN_SECONDS = 10.0
IMPORT_YIELD_SECONDS = 20.0  # for so long importing MLflow leaves the interpreter to the first training step
YIELD_SECONDS = 1.0  # and for so long talking to it does
FAILURES_IN_A_ROW = 3  # then it is the store that is away, and trying each run would take minutes


class Publisher:
    """Publishes ``journal``'s run while the ``with`` block, or what is between ``start`` and ``close``, runs."""

    def __init__(self, journal: Journal, home: Home) -> None:
        self._journal = journal
        self._home = home
        self._closing = threading.Event()
        self._abandoned = threading.Event()
        self._publication: Publication | None = None
        self._complaint = ""
        self._made = time.time()
        self._thread = threading.Thread(target=self._publish, name="mlflow-publisher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self, drain_seconds: float = DRAIN_SECONDS) -> bool:
        """Waits until all is told, at most ``drain_seconds``; whether it is."""
        self._closing.set()
        self._thread.join(drain_seconds)
        if not self._thread.is_alive():
            return True
        self._abandoned.set()
        self._log("MLflow: not everything was stored yet; the rest follows later")
        return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _publish(self) -> None:
        self._yield_to_training()
        lock = publishing_lock(self._journal)
        while not self._abandoned.is_set():  # a repair may have it for a moment
            with contextlib.suppress(Timeout), lock.acquire(timeout=1.0):
                self._follow()
                return

    def _yield_to_training(self) -> None:
        """What this thread does holds the interpreter: an import delays the first step by seconds."""
        end = time.monotonic() + (YIELD_SECONDS if "mlflow" in sys.modules else IMPORT_YIELD_SECONDS)
        while time.monotonic() < end and not self._closing.wait(0.1):
            progress = self._journal.progress()
            if progress is not None and progress.time >= self._made and (progress.step or progress.epoch):
                return

    def _follow(self) -> None:
        failures = 0
        while not self._abandoned.is_set():
            closing = self._closing.is_set()  # read before the journal: what comes after is told in the next round
            try:
                self._tell(closing)
            except Exception as error:  # whatever the store does, the run goes on and we try again
                failures += 1
                self._complain(error)
            else:
                failures = 0
                if closing:
                    return
            self._pause(failures)

    def _tell(self, closing: bool) -> None:
        if self._publication is None:
            from cnnlab.runs.publication import Publication

            self._publication = Publication(self._journal, self._home)
        if closing and self._journal.status().state.is_final:
            self._publication.finish()
        else:
            self._publication.update()

    def _pause(self, failures: int) -> None:
        if self._closing.is_set():
            self._abandoned.wait(CLOSING_PAUSE_SECONDS if failures else 0.0)
        else:
            pause = min(2.0**failures, LONGEST_PAUSE_SECONDS) if failures else POLL_SECONDS
            self._closing.wait(pause)

    def _complain(self, error: Exception) -> None:
        """Once for each kind of trouble, not at every try."""
        complaint = f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"
        if complaint != self._complaint:
            self._complaint = complaint
            self._log(f"MLflow does not take our words yet, trying again: {complaint}")

    def _log(self, line: str) -> None:
        with contextlib.suppress(OSError):  # a full disk is the training's to report
            self._journal.log(line)


def publishing_lock(journal: Journal) -> FileLock:
    """Held while somebody publishes the run: two at once could create it twice."""
    return FileLock(journal.folder / "publish.lock")


def repair(home: Home, run_id: str) -> bool:
    """Publishes what MLflow lacks of one run that nobody works on; whether it has everything now.

    Raises what MLflow raises when the store is locked or away.
    """
    journal = Journal.open(home, run_id)
    if journal.is_held():
        return False
    from cnnlab.runs.publication import Publication

    with contextlib.suppress(Timeout), publishing_lock(journal).acquire(timeout=0):
        if not is_complete(journal):
            Publication(journal, home).finish()
        reviews.publish(journal, home)
        artifacts.publish(journal, home)
        labels_published.publish(journal, home)
        return True
    return False


def tell_predictions(journal: Journal, home: Home) -> bool:
    """Sends predictions that MLflow lacks, such as those of a split just measured; whether it now has all.

    Never raises: what a store refuses is sent by the next repair.
    """
    if not artifacts.waiting(journal):
        return True
    try:
        with publishing_lock(journal).acquire(timeout=0):
            return artifacts.publish(journal, home)
    except Timeout:  # a repair is at it
        return False
    except Exception as error:  # whatever the store does, the predictions are kept
        _note_failure(home, journal.run_id, error)
        return False


def repair_all(
    home: Home,
    *,
    seconds: float = 600.0,
    enter: Callable[[Journal], str] = lambda _: "",
    failed: Callable[[Home, str, Exception], None] | None = None,
) -> list[str]:
    """Publishes what MLflow lacks of every run that nobody works on; the ids of those still lacking something.

    Newest first, and no longer than ``seconds``: an old home may have much to tell a new store. ``enter`` turns to the
    store of a run and names it: one that is away keeps back its own runs alone. ``failed`` is told why a run could not
    be; without it the run's log is.
    """
    deadline = time.monotonic() + seconds
    missing = incomplete(home)
    left = list(missing)
    failures: Counter[str] = Counter()
    for run_id in missing:
        if time.monotonic() > deadline:
            break
        store = ""
        try:
            store = enter(Journal.open(home, run_id))
            if failures[store] >= FAILURES_IN_A_ROW:
                continue
            if repair(home, run_id):
                left.remove(run_id)
            failures[store] = 0
        except Exception as error:  # one run that can't be told must not keep back the others
            failures[store] += 1
            (failed or _note_failure)(home, run_id, error)
    return left


def incomplete(home: Home) -> list[str]:
    """Runs that nobody works on and of which MLflow lacks something, newest first. Imports no MLflow."""
    found: list[tuple[float, str]] = []
    for folder in home.runs.iterdir() if home.runs.is_dir() else ():
        journal = Journal(folder)
        if not RUN_ID.fullmatch(folder.name) or not (folder / "state.json").is_file():
            continue
        with contextlib.suppress(RunError, FileNotFoundError):  # damaged or being deleted
            lacking = not is_complete(journal) or bool(
                reviews.waiting(journal) or artifacts.waiting(journal) or labels.waiting(journal)
            )
            if lacking and not journal.is_held():
                found.append((journal.status().created, folder.name))
    return [run_id for _, run_id in sorted(found, reverse=True)]


def _note_failure(home: Home, run_id: str, error: Exception) -> None:
    line = str(error).splitlines()[0][:200] if str(error) else ""
    with contextlib.suppress(OSError):
        Journal.open(home, run_id).log(f"MLflow lacks a part of this run: {type(error).__name__}: {line}")
