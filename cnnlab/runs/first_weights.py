"""The weights that a run begins with when they are those of another run: a copy in its own folder.

It is made with the run, so that the other run may be deleted while this one waits, trains or is resumed. The digest is
in the name, as checkpoints have it. No torch.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from pathlib import Path

from cnnlab.errors import RunError
from cnnlab.home import Home

FIELD = "model.weights_from"
_BEST = re.compile(r"best-(\d{6})\.([0-9a-f]{64})\.safetensors")


def find(run_id: str, home: Home) -> tuple[Path, str]:
    """The best weights of a run and their SHA-256. Raises ``RunError``: "unknown_run", "no_first_weights"."""
    folder = home.run_folder(run_id) / "checkpoints"
    final = folder / "best.safetensors"
    with contextlib.suppress(OSError):
        return final, final.with_name(f"{final.name}.sha256").read_text("utf-8").strip()
    found = [(match[1], match[2], path) for path in folder.glob("best-*") if (match := _BEST.fullmatch(path.name))]
    if not found:
        raise RunError("no_first_weights", field=FIELD, value=run_id)
    _, digest, path = max(found)
    return path, digest


def keep(run_id: str, home: Home, folder: Path) -> None:
    """The weights of ``run_id`` in ``folder``: another name of the same file where the disk can, else a copy.

    Checkpoints are replaced and never written into, so that a second name is as good as a copy. Raises as ``find``.
    """
    path, digest = find(run_id, home)
    target = folder / f"first.{digest}.safetensors"
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def read(folder: Path) -> bytes | None:
    """``None`` for a run that begins with weights of its own. Raises ``RunError`` ("first_weights_broken")."""
    path = next(iter(folder.glob("first.*.safetensors")), None)
    if path is None:
        return None
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != path.name.split(".")[1]:
        raise RunError("first_weights_broken", field=FIELD, value=folder.name)
    return data
