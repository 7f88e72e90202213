"""One command in this process, and how what it refuses is said."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from typing import Any

from cnnlab.cli import main

LANGUAGES = ("en", "es")


CURES = {
    "en": ("Use", "There are", "known", "Leave it out", "Choose", "Check", "Open it", "one of"),
    "es": ("Use", "Las que hay", "conocidos", "Quítela", "Elija", "Revise", "Ábrala", "una de estas"),
}


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def values(self) -> dict[str, Any]:
        """The JSON object of the last line."""
        return json.loads(self.out.strip().splitlines()[-1])


def command(*arguments: object) -> Done:
    """One command in this process; what argparse refuses counts as its exit status."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = int(ended.code or 0)
    return Done(status, out.getvalue(), err.getvalue())


def said(done: Done, *parts: str, language: str = "en") -> None:
    """Status 2, and one line with the field, the value and a cure."""
    assert done.status == 2
    assert done.out == ""
    lines = done.err.strip().splitlines()
    assert len(lines) == 1, done.err
    assert lines[0].startswith("cnnlab: ")
    for part in parts:
        assert part in lines[0]
    assert any(cure in lines[0] for cure in CURES[language]), lines[0]
