"""Pretrained weights: found under ``CNNLAB_DATA``, in the home's cache, or downloaded once; always checked."""

from __future__ import annotations

import hashlib
import os
import re
import urllib.error
import urllib.request
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import torch
from torch import Tensor

from cnnlab.errors import LabError
from cnnlab.home import Home, write_atomically

FIELD = "model.pretrained"
TIMEOUT_SECONDS = 20
MAXIMUM_BYTES = 1_000_000_000
_HASHED_NAME = re.compile(r"[A-Za-z0-9_.-]+-([0-9a-f]{8,64})\.pth")  # torchvision's: the SHA-256 begins with these


def pretrained_state(url: str, architecture: str) -> dict[str, Tensor]:
    """The state of a network from the file that ``url`` names.

    Raises ``LabError``: "weights_offline" (not here and not to be had), "weights_broken" (not what its name says).
    """
    name = PurePosixPath(urlsplit(url).path).name
    content = _stored(name)
    if content is None:
        content = _downloaded(url, name, architecture)
        _check(content, name)
        folder = Home.current().ensure().cache / "weights"
        folder.mkdir(exist_ok=True)
        write_atomically(folder / name, content)
    _check(content, name)
    return _read(content)


def weight_folders() -> list[Path]:
    """Where files of weights may lie, the first that has one counts."""
    folders = [Home.current().cache / "weights"]
    if configured := os.environ.get("CNNLAB_DATA"):
        folders.insert(0, Path(configured) / "weights")
    return folders


def _stored(name: str) -> bytes | None:
    return next((path.read_bytes() for folder in weight_folders() if (path := folder / name).is_file()), None)


def _downloaded(url: str, name: str, architecture: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  # torchvision's own https
            content: bytes = answer.read(MAXIMUM_BYTES)
    except (urllib.error.URLError, OSError) as error:
        reason = str(getattr(error, "reason", error))[:120]
        raise LabError("weights_offline", field=FIELD, value=architecture, file=name, url=url, detail=reason) from error
    return content


def _check(content: bytes, name: str) -> None:
    stated = _HASHED_NAME.fullmatch(name)
    if stated is None or not hashlib.sha256(content).hexdigest().startswith(stated.group(1)):
        raise LabError("weights_broken", field=FIELD, file=name)


def _read(content: bytes) -> dict[str, Tensor]:
    import io

    state: dict[str, Tensor] = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    return state
