"""Numbers that commands are given."""

from __future__ import annotations

from cnnlab.errors import LabError


def between(field: str, value: int, *, most: int | None = None, least: int = 1) -> int:
    """``value``. Raises ``LabError``: "too_small", "too_large"."""
    if value < least:
        raise LabError("too_small", field=field, value=value, limit=least)
    if most is not None and value > most:
        raise LabError("too_large", field=field, value=value, limit=most)
    return value
