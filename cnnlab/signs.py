"""The signs of life that a worker gives: what it is doing now, for pages and for who waits for it to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from cnnlab.pace import Pace
from cnnlab.runs.journal import Journal, Progress


class Signs:
    """Of one attempt at a run. ``report`` is told what ``say`` is."""

    def __init__(self, journal: Journal, pace: Pace, report: Callable[[Any], None]) -> None:
        self._journal = journal
        self._pace = pace
        self._report = report
        self._last = Progress("preparing")

    def say(self, progress: Progress) -> None:
        self._last = replace(progress, longest=self._pace.longest)
        self._journal.write_progress(self._last)
        self._report(progress)

    def begin(self, phase: str) -> None:
        """What begins now can't look for a stop before it ends, and may take long: see ``jobs.overdue``."""
        self._journal.write_progress(replace(self._last, phase=phase, time=time.time()))

    @contextmanager
    def unhurried(self, phase: str) -> Iterator[None]:
        """Around such a thing, after which training goes on."""
        self.begin(phase)
        yield
        self._journal.write_progress(replace(self._last, time=time.time()))
        self._pace.restart_lap()
