"""When something is due again, and how long training still takes."""

from __future__ import annotations

import math
import time


class Pace:
    """The pace of one attempt."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._start: tuple[float, int] | None = None
        self._lap: float | None = None
        self.longest: float | None = None  # lap so far, in seconds

    def due(self, what: str, seconds: float) -> bool:
        """Whether ``seconds`` have passed since it was last due; the first time it always is."""
        now = time.monotonic()
        if now - self._last.get(what, -math.inf) < seconds:
            return False
        self._last[what] = now
        return True

    def restart(self, what: str) -> None:
        self._last[what] = time.monotonic()

    def lap(self) -> None:
        """A batch is done; the first one counts as well once ``restart_lap`` has said when it began."""
        now = time.monotonic()
        if self._lap is not None:
            self.longest = max(self.longest or 0.0, now - self._lap)
        self._lap = now

    def restart_lap(self) -> None:
        """A batch begins now: what lay between was none."""
        self._lap = time.monotonic()

    def seconds_left(self, done_steps: int, all_steps: int) -> float | None:
        """At the pace since the first call, validation included; ``None`` while there is no pace yet."""
        now = time.monotonic()
        if self._start is None:
            self._start = (now, done_steps)
            return None
        since, first = self._start
        done = done_steps - first
        return (now - since) / done * (all_steps - done_steps) if done > 0 else None
