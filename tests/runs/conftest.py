"""The publisher without its pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnnlab.runs import publisher

if TYPE_CHECKING:
    pass


@pytest.fixture(autouse=True)
def _quick_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(publisher, "YIELD_SECONDS", 0.0)  # there is no training to give way to
