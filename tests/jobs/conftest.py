"""Runs without a supervisor: nothing is started, what would have been is counted."""

from __future__ import annotations

import pytest

from cnnlab.home import Home
from cnnlab.jobs import supervisor


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Home]:
    """The homes for which a supervisor would have been started."""
    homes: list[Home] = []
    monkeypatch.setattr(supervisor, "_start", homes.append)
    return homes
