"""What can be done with an imported dataset afterwards: rename it, remove it, bring it back, read its report."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from typing import Any

from cnnlab.data.catalogue import DATASET_NAME, find, imported_folder
from cnnlab.data.importing import refuse_used_name
from cnnlab.data.intake import Remark
from cnnlab.errors import DataError
from cnnlab.home import Home

KEPT_DAYS = 7  # how long a removed dataset can be restored
_TOKEN = re.compile(rf"({DATASET_NAME.pattern})-[0-9a-f]{{8}}")


@dataclass(frozen=True)
class Removed:
    """A dataset in the trash. ``removed`` is when, in seconds since 1970."""

    token: str
    name: str
    removed: float


def rename(name: str, new: str, home: Home) -> None:
    """Runs that were started under the old name keep it, and can't be resumed until it is given back.

    Raises ``LabError`` ("unknown_dataset"), ``DataError`` ("not_imported", "dataset_name", "name_already_used").
    """
    _refuse_registered(name, home)
    refuse_used_name(new, home)
    imported_folder(name, home).rename(imported_folder(new, home))


def remove(name: str, home: Home) -> str:
    """Puts the dataset away for ``KEPT_DAYS`` and returns the token with which ``restore`` brings it back."""
    _refuse_registered(name, home)
    token = f"{name}-{secrets.token_hex(4)}"
    trash = home.datasets / ".trash"
    trash.mkdir(exist_ok=True)
    folder = imported_folder(name, home)
    os.utime(folder)  # a folder's own time says when it was removed
    folder.rename(trash / token)
    return token


def restore(token: str, home: Home) -> str:
    """The name of the dataset that is back. Raises ``DataError`` ("not_in_trash", "name_already_used")."""
    found = _TOKEN.fullmatch(token)
    if not found or not (home.datasets / ".trash" / token).is_dir():
        raise DataError("not_in_trash", field="dataset", value=token[:80])
    name = found.group(1)
    refuse_used_name(name, home)
    (home.datasets / ".trash" / token).rename(imported_folder(name, home))
    return name


def removed(home: Home) -> list[Removed]:
    """What is in the trash, the one removed last first."""
    trash = home.datasets / ".trash"
    if not trash.is_dir():
        return []
    named = [(folder, _TOKEN.fullmatch(folder.name)) for folder in trash.iterdir()]
    found = [Removed(folder.name, token.group(1), folder.stat().st_mtime) for folder, token in named if token]
    return sorted(found, key=lambda each: -each.removed)


def purge(home: Home, *, days: float = KEPT_DAYS) -> list[str]:
    """Deletes for good what has been in the trash for longer than ``days``; returns those tokens."""
    oldest = time.time() - days * 86_400
    old = [each.token for each in removed(home) if each.removed < oldest]
    for token in old:
        shutil.rmtree(home.datasets / ".trash" / token, ignore_errors=True)
    return old


def remarks(name: str, home: Home) -> dict[str, tuple[Remark, ...]]:
    """What the import "skipped" and "noted". Raises ``DataError`` ("dataset_broken")."""
    try:
        stored: dict[str, list[dict[str, Any]]] = json.loads(
            (imported_folder(name, home) / "remarks.json").read_text("utf-8")
        )
        return {kind: tuple(Remark(**row) for row in stored[kind]) for kind in ("skipped", "noted")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError("dataset_broken", field="dataset", value=name) from error


def _refuse_registered(name: str, home: Home) -> None:
    if not find(name, home).imported:
        raise DataError("not_imported", field="dataset", value=name)
