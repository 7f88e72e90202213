"""Designs that were given a name: one YAML file each under ``home/designs``, named by number; what a user typed as a
name is kept inside and never becomes part of a path.

A design whose layers can't be is kept as well: it is a draft, and ``Design.problems`` says what it lacks.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import re
import secrets
import time
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from cnnlab import yaml_io
from cnnlab.errors import LabError, Problem
from cnnlab.home import Home, write_atomically
from cnnlab.models.design import MOST_LAYERS, DesignReport, analyse
from cnnlab.models.shapes import Shape

LONGEST_NAME = 80
KEPT_DAYS = 7  # how long a removed design can be restored
_FILE = re.compile(r"([0-9a-f]{32})\.yaml")
_TOKEN = re.compile(r"[0-9a-f]{32}-[0-9a-f]{8}")
_DEFAULTS = {"size": 32, "channels": 3, "outputs": 10}
_LARGEST = 10**6  # of a number in a file; what a design can have is ``analyse``'s to say
_HUGE = 10**18


@dataclass(frozen=True)
class Design:
    """Layers, and the square images and number of classes that they are made for."""

    name: str
    size: int
    channels: int
    outputs: int
    layers: tuple[Mapping[str, Any], ...]

    @property
    def shape(self) -> Shape:
        return Shape(self.channels, self.size, self.size)

    def report(self) -> DesignReport:
        return analyse(self.layers, self.shape, self.outputs)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What keeps it from being built; a design with problems is a draft."""
        return self.report().problems


@dataclass(frozen=True)
class Removed:
    """A design in the trash. ``removed`` is when, in seconds since 1970."""

    token: str
    name: str
    removed: float


def from_yaml(text: str, *, source: str = "YAML") -> Design:
    """Raises ``LabError`` for what is no design: too large, with anchors or too deep, an unknown setting, a number that
    is none, layers that are no list of flat mappings. Whether the layers can be is for ``Design.problems`` to say.
    """
    values = yaml_io.parse(text, source=source)
    if not isinstance(values, Mapping) or "layers" not in values:
        raise LabError("not_a_design", field=source)
    for key in values:
        if key not in ("name", *_DEFAULTS, "layers"):
            raise LabError(
                "unknown_design_setting", field=str(key)[:80], known=", ".join(("name", *_DEFAULTS, "layers"))
            )
    numbers = {key: _number(key, values.get(key, default)) for key, default in _DEFAULTS.items()}
    name = values.get("name", "")
    if not isinstance(name, str):
        raise LabError("not_a_text", field="name", value=_written(name))
    return Design(_tidy_name(name) if name.strip() else "", layers=_layers(values["layers"]), **numbers)


def to_yaml(design: Design) -> str:
    """What ``from_yaml`` reads."""
    values = {"name": design.name, **{key: getattr(design, key) for key in _DEFAULTS}}
    return yaml_io.dump({**values, "layers": [dict(layer) for layer in design.layers]})


def save(design: Design, home: Home, *, replace: bool = False) -> None:
    """Raises ``LabError``: "design_name"; "design_exists" unless ``replace``; and what ``from_yaml`` refuses."""
    named = _with_name(design, design.name)
    _layers(list(design.layers))
    text = to_yaml(named)
    from_yaml(text, source=named.name)  # nothing is stored that can't be read again
    with _locked(home):
        found = _path_of(named.name, home)
        if found is not None and not replace:
            raise LabError("design_exists", field="name", value=named.name)
        write_atomically(found or _folder(home) / f"{secrets.token_hex(16)}.yaml", text)


def find(name: str, home: Home) -> Design:
    """The saved design of that name, whatever the case of its letters. Raises ``LabError`` ("unknown_design")."""
    return _read(_existing(name, home))


def listing(home: Home) -> list[Design]:
    """All that can be read, the one saved last first."""
    return [design for _, design in _saved(home)]


def damaged(home: Home) -> list[str]:
    """The files that hold no design any more."""
    readable = {path for path, _ in _saved(home)}
    return [path.name for path in _files(home) if path not in readable]


def rename(name: str, new: str, home: Home) -> Design:
    """The design under its new name. Raises ``LabError``: "unknown_design", "design_name", "design_exists"."""
    with _locked(home):
        path = _existing(name, home)
        renamed = _with_name(_read(path), new)
        if _path_of(renamed.name, home) not in (None, path):
            raise LabError("design_exists", field="name", value=renamed.name)
        write_atomically(path, to_yaml(renamed))
    return renamed


def remove(name: str, home: Home) -> str:
    """Puts the design away for ``KEPT_DAYS`` and returns the token with which ``restore`` brings it back."""
    with _locked(home):
        path = _existing(name, home)
        token = f"{path.stem}-{secrets.token_hex(4)}"
        trash = _folder(home) / ".trash"
        trash.mkdir(exist_ok=True)
        put_away = path.replace(trash / f"{token}.yaml")
        put_away.touch()  # a file's own time says when it was removed
        _purge(home)
    return token


def restore(token: str, home: Home) -> Design:
    """The design that is back. Raises ``LabError``: "design_not_in_trash", "design_exists"."""
    with _locked(home):
        path = next((path for path in _trash(home) if path.stem == token), None)
        if path is None:
            raise LabError("design_not_in_trash", field="design", value=token[:80])
        design = _read(path)
        if _path_of(design.name, home) is not None:
            raise LabError("design_exists", field="name", value=design.name)
        path.replace(_folder(home) / f"{token[:32]}.yaml")
    return design


def removed(home: Home) -> list[Removed]:
    """What is in the trash, the one removed last first."""
    found = []
    for path in _trash(home):
        with contextlib.suppress(LabError, OSError):  # damaged, or restored meanwhile
            found.append(Removed(path.stem, _read(path).name, path.stat().st_mtime))
    return sorted(found, key=lambda each: -each.removed)


def _number(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise LabError("not_a_whole_number", field=key, value=_written(value))
    if not 1 <= value <= _LARGEST:
        code, limit = ("too_small", 1) if value < 1 else ("too_large", _LARGEST)
        raise LabError(code, field=key, value=_written(value), limit=limit)
    return value


def _layers(layers: Any) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(layers, list):
        raise LabError("not_a_list", field="layers", value=_written(layers))
    if len(layers) > MOST_LAYERS:
        raise LabError("too_many_layers", field="layers", value=len(layers), limit=MOST_LAYERS)
    for number, layer in enumerate(layers):
        if not isinstance(layer, Mapping):
            raise LabError("not_a_layer", field=f"layers[{number}]", value=_written(layer))
        for option, value in layer.items():
            if not isinstance(option, str) or not isinstance(value, str | int | float) or _is_huge(value):
                where = f"layers[{number}].{_written(option)}"
                raise LabError("not_a_layer_value", field=where, value=_written(value))
    return tuple(dict(layer) for layer in layers)


def _is_huge(value: Any) -> bool:
    return isinstance(value, int) and abs(value) > _HUGE


def _written(value: Any) -> str:
    """As a problem can write it: Python refuses to write whole numbers of thousands of digits."""
    if _is_huge(value):
        return "> 10^18" if value > 0 else "< -10^18"
    return str(value)[:80] if isinstance(value, str | int | float | bool | None) else type(value).__name__


def _with_name(design: Design, name: str) -> Design:
    tidy = _tidy_name(name)
    if not tidy:
        raise LabError("design_name", field="name", value="", limit=LONGEST_NAME)
    return replace(design, name=tidy)


def _tidy_name(name: str) -> str:
    """Raises ``LabError`` ("design_name") for one that is too long or can't be shown on one line."""
    tidy = unicodedata.normalize("NFC", name.strip())
    if len(tidy) > LONGEST_NAME or not tidy.isprintable():
        shown = "".join(character if character.isprintable() else " " for character in tidy)
        raise LabError("design_name", field="name", value=shown[:LONGEST_NAME], limit=LONGEST_NAME)
    return tidy


def _key(name: str) -> str:
    """Names that differ in this are different: on a page nobody can tell "Net" and "net" apart by the way."""
    return unicodedata.normalize("NFC", name.strip()).casefold()


def _folder(home: Home) -> Path:
    return home.root / "designs"


@contextlib.contextmanager
def _locked(home: Home) -> Iterator[None]:
    folder = _folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        yield


def _files(home: Home) -> list[Path]:
    folder = _folder(home)
    return sorted(path for path in folder.iterdir() if _FILE.fullmatch(path.name)) if folder.is_dir() else []


def _trash(home: Home) -> list[Path]:
    folder = _folder(home) / ".trash"
    return [path for path in folder.iterdir() if _TOKEN.fullmatch(path.stem)] if folder.is_dir() else []


def _saved(home: Home) -> list[tuple[Path, Design]]:
    found = []
    for path in _files(home):
        with contextlib.suppress(LabError, OSError):  # ``damaged`` names them; or removed meanwhile
            found.append((path.stat().st_mtime_ns, path, _read(path)))
    return [(path, design) for _, path, design in sorted(found, key=lambda each: (-each[0], each[1].name))]


def _path_of(name: str, home: Home) -> Path | None:
    wanted = _key(name)
    return next((path for path, design in _saved(home) if _key(design.name) == wanted), None)


def _existing(name: str, home: Home) -> Path:
    path = _path_of(name, home)
    if path is None:
        known = [design.name for design in listing(home)]
        near = difflib.get_close_matches(name, known, n=3) or known[:12]
        raise LabError("unknown_design", field="design", value=name[:LONGEST_NAME], known=", ".join(near) or "–")
    return path


def _read(path: Path) -> Design:
    """Raises ``LabError`` for a file that holds no design."""
    status = path.stat()
    # a file is replaced, never written over: two contents of one moment and size differ in their inode
    return _parsed(path, (status.st_mtime_ns, status.st_size, status.st_ino))


@functools.lru_cache(maxsize=512)
def _parsed(path: Path, state: tuple[int, ...]) -> Design:  # noqa: ARG001  # it names the file's content
    try:
        return from_yaml(path.read_text("utf-8"), source=path.name)
    except UnicodeDecodeError as error:
        raise LabError("not_a_design", field=path.name) from error


def _purge(home: Home) -> None:
    """Deletes for good what has been in the trash for too long."""
    oldest = time.time() - KEPT_DAYS * 86_400
    for path in _trash(home):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
