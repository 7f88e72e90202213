"""``dataset``: what the buttons of the Data page do, on the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cnnlab.cli import main
from cnnlab.data import catalogue, imported
from cnnlab.data.importing import import_images
from cnnlab.home import Home
from cnnlab.jobs import datasets
from tests.data.pictures import tree
from tests.pages import made_runs


@pytest.fixture
def pets(home: Home, tmp_path: Path) -> Home:
    import_images(tree(tmp_path / "pets", {"dog": 8, "cat": 9}), "pets", home)
    return home


def done(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["dataset", *arguments, "--json"]) == 0
    values: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return values


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["dataset", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.strip().splitlines()
    return line


def test_statistics(pets: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    values = done(capsys, "statistics", "pets")
    assert values["classes"] == ["cat", "dog"]
    assert sum(values["splits"].values()) == 17
    assert values["counts"][0]["train"] + values["counts"][1]["train"] == values["splits"]["train"]
    assert len(values["mean"]) == len(values["std"]) == len(values["histogram"]) == 3
    monkeypatch.setenv("CNNLAB_LANGUAGE", "es")
    assert main(["dataset", "statistics", "pets"]) == 0
    said = capsys.readouterr().out
    assert "ENTRENAMIENTO" in said
    assert "desviación estándar 0," in said


def test_download_prepares(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert done(capsys, "download", "digits")["samples"] == 1797
    assert "nothing" in refused(capsys, "download", "nothing")


def test_rename_delete_and_restore(pets: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert done(capsys, "rename", "pets", "animals") == {"dataset": "animals", "before": "pets"}
    token = done(capsys, "delete", "animals")["token"]
    assert catalogue.imported_names(pets) == []
    assert [each["token"] for each in done(capsys, "restore")["removed"]] == [token]
    assert done(capsys, "restore", token) == {"dataset": "animals"}
    assert done(capsys, "restore") == {"removed": []}
    assert "digits" in refused(capsys, "delete", "digits")
    assert "../x" in refused(capsys, "rename", "animals", "../x")
    assert "animals-00000000" in refused(capsys, "restore", "animals-00000000")


def test_a_dataset_that_an_open_run_needs_stays(pets: Home, capsys: pytest.CaptureFixture[str]) -> None:
    made_runs.finished(pets, "done", **{"data.dataset": "pets"})
    made_runs.queued(pets, "elsewhere")
    waiting = made_runs.queued(pets, "waiting", **{"data.dataset": "pets"})
    for arguments in (("delete", "pets"), ("rename", "pets", "animals")):
        assert "waiting" in refused(capsys, *arguments)
    assert catalogue.imported_names(pets) == ["pets"]
    waiting.transition(made_runs.RunState.STOPPED, allowed=(made_runs.RunState.QUEUED,))
    assert done(capsys, "delete", "pets")["dataset"] == "pets"


def test_a_week_in_the_trash_is_the_end(pets: Home, tmp_path: Path) -> None:
    token = datasets.remove("pets", pets)
    old = imported.removed(pets)[0].removed - 8 * 86_400
    os.utime(pets.datasets / ".trash" / token, (old, old))
    import_images(tree(tmp_path / "others", {"dog": 2, "cat": 2}), "others", pets)
    other = datasets.remove("others", pets)
    assert [each.token for each in imported.removed(pets)] == [other]
