"""Calling a function by name in a process of its own: what to call, and how the new process enters it."""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from cnnlab.runs.process import ProcessIdentity


@dataclass(frozen=True)
class Call:
    """``target`` ("package.module:function") with ``arguments``, its environment, and the file it speaks into."""

    target: str
    arguments: tuple[str | int, ...]
    settings: Mapping[str, str | None]  # None: the name is removed
    log: Path

    def to_json(self) -> str:
        values = {**self.__dict__, "arguments": list(self.arguments), "log": str(self.log)}
        return json.dumps({**values, "settings": dict(self.settings)})

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        stored: dict[str, Any] = json.loads(text)
        return cls(stored["target"], tuple(stored["arguments"]), stored["settings"], Path(stored["log"]))


class Process(Protocol):
    """A process that was started for a call."""

    @property
    def identity(self) -> ProcessIdentity | None:
        """``None`` for one that ended before anybody could look at it."""

    def wait(self) -> int | None:
        """Blocks until it has ended. The exit code, negative for a signal; ``None`` where nobody could know it."""


class Launcher(Protocol):
    """A way to start processes that outlive whoever starts them."""

    @property
    def warm(self) -> bool:
        """Whether the next process starts at once."""

    def start(self, call: Call) -> Process:
        """Raises ``OSError`` when no process could be started."""

    def close(self) -> None:
        """Frees what the launcher holds. Processes that it started go on."""


def enter(call: Call) -> int:
    """Makes the call in this process, which is the call's alone, and returns the exit code."""
    _speak_into(call.log)
    _apply(call.settings)
    try:
        module, _, function = call.target.partition(":")
        getattr(importlib.import_module(module), function)(*call.arguments)
        code = 0
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:  # whatever it was, the log says it and the exit code tells the supervisor
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _speak_into(log: Path) -> None:
    silent = os.open(os.devnull, os.O_RDONLY)
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for source, target in ((silent, 0), (file, 1), (file, 2)):
        os.dup2(source, target)
    os.close(silent)
    os.close(file)


def _apply(settings: Mapping[str, str | None]) -> None:
    """Puts settings into this process's environment."""
    for name, value in settings.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
