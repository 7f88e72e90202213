"""Files of public data sets: found under ``CNNLAB_DATA`` or downloaded, and held to their MD5 either way.

MD5 is what torchvision and most publishers state: it finds damaged files.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import secrets
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cnnlab.data.types import Progress
from cnnlab.errors import DataError

TIMEOUT_SECONDS = 30.0
CHUNK_BYTES = 1024 * 1024


def local_copy(path: str, dataset: str) -> Path | None:
    """Where ``CNNLAB_DATA`` has the file: at its own path, in a folder of the dataset's name, or at the top."""
    configured = os.environ.get("CNNLAB_DATA")
    if not configured:
        return None
    root = Path(configured).expanduser()
    candidates = (root / path, root / dataset / path, root / dataset / Path(path).name, root / Path(path).name)
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def all_local(downloads: Sequence[Mapping[str, Any]], dataset: str) -> bool:
    return all(local_copy(each["path"], dataset) for each in downloads)


def fetch(downloads: Sequence[Mapping[str, Any]], folder: Path, dataset: str, progress: Progress | None = None) -> None:
    """Puts every file at its ``path`` under ``folder``. Nothing is written where it was found.

    Raises ``DataError``: "dataset_offline" when a file can be had from nowhere, "download_damaged".
    """
    for each in downloads:
        target = folder / each["path"]
        if target.is_file() and _md5(target) == each["md5"]:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        found = local_copy(each["path"], dataset)
        if found is None:
            _download(each, target, dataset, progress)
        else:
            _copy(found, target, each["md5"], dataset)


def _copy(found: Path, target: Path, md5: str, dataset: str) -> None:
    part = _part(target)
    try:
        with found.open("rb") as source, part.open("wb") as file:
            while chunk := source.read(CHUNK_BYTES):
                file.write(chunk)
        _put(part, target, md5, str(found), dataset)
    finally:
        part.unlink(missing_ok=True)


def _download(each: Mapping[str, Any], target: Path, dataset: str, progress: Progress | None) -> None:
    """From the first address that answers."""
    detail = ""
    for url in each["urls"]:
        part = _part(target)
        try:
            _stream(url, part, progress)
            _put(part, target, each["md5"], url, dataset)
            return
        except _Unreachable as error:
            detail = str(error)
        finally:
            part.unlink(missing_ok=True)
    hosts = ", ".join(urlsplit(url).hostname or url for url in each["urls"])
    raise DataError(
        "dataset_offline", field="data.dataset", value=dataset, hosts=hosts, detail=detail, file=each["path"]
    )


class _Unreachable(Exception):  # noqa: N818  # the next address may answer
    pass


def _stream(url: str, part: Path, progress: Progress | None) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "cnnlab"})  # noqa: S310  # addresses are our own data
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310
    except (OSError, http.client.HTTPException) as error:
        raise _Unreachable(_reason(error)) from error
    with answer, part.open("wb") as file:
        total, done = int(answer.headers.get("Content-Length") or 0), 0
        while True:
            try:
                chunk = answer.read(CHUNK_BYTES)
            except (OSError, http.client.HTTPException) as error:
                raise _Unreachable(_reason(error)) from error
            if not chunk:
                break
            file.write(chunk)  # a full disk is no matter of the network: it goes up as it is
            done += len(chunk)
            if progress:
                progress("progress.downloading", done, max(total, done))


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error or type(error).__name__)[:120]


def _put(part: Path, target: Path, md5: str, origin: str, dataset: str) -> None:
    if _md5(part) != md5:
        raise DataError("download_damaged", field="data.dataset", value=dataset, origin=origin)
    part.replace(target)


def _part(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
