"""A class as a person types it."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.errors import LabError


def class_named(text: str, names: Sequence[str], field: str) -> int:
    """A class by its name or its number. Raises ``LabError`` ("unknown_class")."""
    if text in names:
        return list(names).index(text)
    if text.isascii() and text.isdecimal() and int(text) < len(names):
        return int(text)
    raise LabError("unknown_class", field=field, value=text[:80], known=", ".join(names[:12]))
