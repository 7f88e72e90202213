"""Runs without a supervisor: nothing is started, what would have been is counted. And one over pretending workers."""

from __future__ import annotations

import pytest

from cnnlab.home import Home
from cnnlab.jobs import supervisor
from tests.queue_of_fakes import queue

__all__ = ["queue", "started"]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Home]:
    """The homes for which a supervisor would have been started."""
    homes: list[Home] = []
    monkeypatch.setattr(supervisor, "_start", homes.append)
    return homes
