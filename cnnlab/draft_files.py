"""Files of drafts, so that a reload, another page or another browser finds what was entered.

A draft's id is in the address; whoever has that may read it, and nobody but the session that made it writes it.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from cnnlab import yaml_io
from cnnlab.errors import LabError
from cnnlab.home import write_atomically

DRAFT_ID = re.compile(r"[0-9a-f]{32}")
KEPT_DAYS = 30

Made = TypeVar("Made")


def new_id() -> str:
    return secrets.token_hex(16)


def write(folder: Path, draft_id: str, values: Mapping[str, Any]) -> None:
    """Raises ``OSError`` when the disk does not take it."""
    path = _path(folder, draft_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, yaml_io.dump(values))


def read(folder: Path, draft_id: str, make: Callable[[Any], Made]) -> Made:
    """What ``make`` makes of the values; it raises ``LookupError``, ``TypeError`` and the like for damaged ones.

    Raises ``LabError``: "bad_draft_id" before any file is opened, "unknown_draft" for one that is not there or damaged.
    """
    path = _path(folder, draft_id)
    try:
        return make(yaml_io.parse(path.read_text("utf-8"), source=path.name))
    except (OSError, LabError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise LabError("unknown_draft", days=KEPT_DAYS) from error


def tidy(folder: Path, *, days: float = KEPT_DAYS) -> None:
    """Deletes drafts that nobody has written for ``days``."""
    oldest = time.time() - days * 86_400
    for path in folder.glob("*.yaml"):
        with contextlib.suppress(OSError):  # another process may tidy at the same time
            if path.stat().st_mtime < oldest:
                path.unlink()


def _path(folder: Path, draft_id: str) -> Path:
    if not DRAFT_ID.fullmatch(draft_id):
        raise LabError("bad_draft_id")
    return folder / f"{draft_id}.yaml"
