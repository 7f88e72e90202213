"""A module with ``left_out`` says by a test's parameters which of a product it does not go through."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if not _left_out(item)]


def _left_out(item: pytest.Item) -> bool:
    says = getattr(getattr(item, "module", None), "left_out", None)
    parameters = getattr(getattr(item, "callspec", None), "params", None)
    return bool(says and parameters and says(parameters))
