"""One command in this process, a run to give it, and how what it refuses is said."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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


@contextlib.contextmanager
def trained_in(home: Path, database: Path, *arguments: str, **settings: object) -> Iterator[dict[str, Any]]:
    """What ``train ARGUMENTS --json`` printed, in a home of its own with a migrated MLflow ``database``.

    ``settings``: of the experiment, with two underscores for a point. While the block lasts, commands use that home.
    """
    (home / "mlflow").mkdir(parents=True)
    shutil.copyfile(database, home / "mlflow" / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLAB_HOME", str(home))
        patch.setenv("CNNLAB_LANGUAGE", "en")
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        given = {"training__threads": 1, "training__device": "cpu", **settings}
        chosen = [part for name, value in given.items() for part in ("--set", f"{name.replace('__', '.')}={value}")]
        done = command("train", *arguments, "--architecture", "lenet5", "--seed", 0, *chosen, "--json")
        assert done.status == 0, done.err
        yield done.values
