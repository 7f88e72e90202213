"""JSON files of a run's folder. What is damaged is said with the file and the run, never guessed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnlab.errors import RunError

Record = dict[str, Any]

DAMAGED = "journal_damaged"


def lines(path: Path) -> list[Record]:
    """The whole lines of a JSON-lines file of a run; a torn last line is not yet written.

    Raises ``RunError`` ("journal_damaged").
    """
    if not path.exists():
        return []
    try:
        text = path.read_text("utf-8")
        complete = text[: text.rfind("\n") + 1]
        records = [json.loads(line) for line in complete.splitlines() if line]
    except ValueError as error:
        raise damaged(path) from error
    if not all(isinstance(record, dict) for record in records):
        raise damaged(path)
    return records


def damaged(path: Path) -> RunError:
    """A file of a run's folder that holds something else than was written there."""
    return RunError(DAMAGED, field=path.name, value=path.parent.name)


def read_json(path: Path) -> dict[str, Any] | None:
    """``None`` where there is none. Raises ``RunError`` ("journal_damaged")."""
    try:
        stored = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise damaged(path) from error
    if not isinstance(stored, dict):
        raise damaged(path)
    return stored


def append(path: Path, record: Mapping[str, Any], *, durable: bool) -> None:
    # one write of one line: a reader sees it whole or, when the machine dies in it, drops it
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, (json.dumps(record) + "\n").encode())
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
