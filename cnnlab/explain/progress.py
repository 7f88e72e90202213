"""How far a method is that takes long: it reports, and whoever asked for the map listens, or raises to end it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cnnlab.data.types import Progress

_listener: ContextVar[Progress | None] = ContextVar("explanation_progress", default=None)


@contextmanager
def listening(progress: Progress | None) -> Iterator[None]:
    """What is reported inside goes to ``progress``; with ``None``, to whoever listens already."""
    token = _listener.set(progress or _listener.get())
    try:
        yield
    finally:
        _listener.reset(token)


def report(done: int, total: int) -> None:
    """``done`` of ``total`` evaluations of one explanation. Raises what the listener raises: so it can be ended."""
    listener = _listener.get()
    if listener is not None:
        listener("progress.explaining", done, total)
