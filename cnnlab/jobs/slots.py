"""Slots: how many runs may train at once on this machine, counted by file locks that end with their holder.

A worker of the queue and a foreground ``train`` take the same slots, so together they never oversubscribe the
processor. ``CNNLAB_SLOTS`` says how many there are; the default of 1 suits a machine without a graphics card.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from cnnlab.errors import LabError, RunError
from cnnlab.home import Home, write_atomically
from cnnlab.jobs import supervisor
from cnnlab.runs.process import ProcessIdentity

LIMIT = 64
_POLL_SECONDS = 0.2
_held_here: dict[Path, int] = {}  # slots this process holds by home: a nested ``hold`` needs no second one


def count() -> int:
    """How many slots there are. Raises ``LabError`` for a ``CNNLAB_SLOTS`` that is not a number from 1 to 64."""
    configured = os.environ.get("CNNLAB_SLOTS", "1")
    if not configured.isdecimal():
        raise LabError("not_a_whole_number", field="CNNLAB_SLOTS", value=configured[:40])
    slots = int(configured)
    if slots < 1:
        raise LabError("too_small", field="CNNLAB_SLOTS", value=slots, limit=1)
    if slots > LIMIT:
        raise LabError("too_large", field="CNNLAB_SLOTS", value=slots, limit=LIMIT)
    return slots


@contextmanager
def hold(home: Home, *, wait: bool, give_up: Callable[[], bool] | None = None) -> Iterator[bool]:
    """Holds a slot while the block runs. Yields ``True`` with a slot, ``False`` after ``give_up()`` said so.

    Without ``wait`` and with every slot taken it raises ``RunError`` ("slots_busy"). A process that already holds a
    slot of this home passes at once.
    """
    if _held_here.get(home.root, 0):
        yield True
        return
    lock = _take(home, wait=wait, give_up=give_up)
    if lock is None:
        yield False
        return
    _held_here[home.root] = 1
    supervisor.wake(home)  # it watches foreground runs too
    try:
        yield True
    finally:
        _held_here.pop(home.root)
        lock.release()
        supervisor.wake(home)


def free_slots(home: Home) -> int:
    """How many slots nobody holds at this moment."""
    return count() - len(holders(home))


def holders(home: Home) -> list[int | None]:
    """The process ids of those who hold a slot; ``None`` for one that has only just taken it."""
    found: list[int | None] = []
    for path in _paths(home):
        lock = FileLock(path, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            found.append(_holder(path))
        else:
            lock.release()
    return found


def _take(home: Home, *, wait: bool, give_up: Callable[[], bool] | None) -> FileLock | None:
    home.ensure()
    while True:
        if give_up is not None and give_up():
            return None
        for path in _paths(home):
            lock = FileLock(path, thread_local=False)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                continue
            write_atomically(path.with_suffix(".json"), json.dumps(ProcessIdentity.own().as_dict()))
            return lock
        if not wait:
            raise RunError("slots_busy", value=count())
        time.sleep(_POLL_SECONDS)


def _paths(home: Home) -> list[Path]:
    return [home.jobs / f"slot-{number}.lock" for number in range(count())]


def _holder(lock_path: Path) -> int | None:
    try:
        stored = json.loads(lock_path.with_suffix(".json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    identity = ProcessIdentity.from_dict(stored)
    return identity.pid if identity.is_alive() else None  # a dead one is whom the present holder followed
