"""Which runs wait, and which are at work: read from their folders, re-read only where something changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from cnnlab.errors import RunError
from cnnlab.home import RUN_ID, Home
from cnnlab.runs.journal import Journal, Status
from cnnlab.runs.states import RunState


class Lookout:
    """The runs of a home that have not ended. A look at ten thousand old ones costs a ``stat`` each."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._ended: dict[str, int] = {}  # run -> modification time (ns) of the state.json that said so

    def look(self) -> list[tuple[Journal, Status]]:
        """Runs that are queued or at work, the oldest first. A damaged or vanishing one is passed over."""
        found = [(journal, status) for journal, status in self._changed() if not status.state.is_final]
        return sorted(found, key=lambda pair: pair[1].created)

    def _changed(self) -> Iterator[tuple[Journal, Status]]:
        runs = self._home.runs
        for run_id in _ids(runs):
            try:
                modified = os.stat(f"{runs}/{run_id}/state.json").st_mtime_ns  # noqa: PTH116  # paths cost more than it
                if self._ended.get(run_id) == modified:
                    continue
                journal = Journal(runs / run_id)
                status = journal.status()
            except (OSError, RunError):  # the view shows it as damaged; nothing can be started
                continue
            if status.state.is_final:
                self._ended[run_id] = modified
            yield journal, status


def queued(home: Home) -> list[Journal]:
    """The runs that wait for a slot, the oldest first."""
    return [journal for journal, status in Lookout(home).look() if status.state is RunState.QUEUED]


def _ids(runs: Path) -> list[str]:
    try:
        return [name for name in os.listdir(runs) if RUN_ID.fullmatch(name)]  # noqa: PTH208  # names are enough
    except FileNotFoundError:
        return []
