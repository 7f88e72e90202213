"""What a command says where it can't go on: a sentence, a status, and with ``--json`` an object; never a traceback."""

from __future__ import annotations

import errno
import json
from typing import Any

import pytest

from cnnlab import cli
from cnnlab.cli import catalogues
from cnnlab.home import Home


def raising(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fails(*_: Any) -> int:
        raise error

    monkeypatch.setattr(catalogues, "datasets", fails)


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_nobody_foresaw_is_one_sentence_and_kept(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    home.ensure()
    raising(monkeypatch, ZeroDivisionError("by nothing"))
    assert cli.main(["datasets"]) == cli.FAILED
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert "ZeroDivisionError: by nothing" in said.err
    assert "Traceback" in (home.jobs / "commands.log").read_text("utf-8")
    assert str(home.jobs / "commands.log") in said.err


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_home_that_may_only_be_read_is_said(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    raising(monkeypatch, OSError(number, "Read-only file system", str(home.runs / "x")))
    assert cli.main(["datasets", "--json"]) == cli.BAD_INPUT
    said = capsys.readouterr()
    assert "CNNLAB_HOME" in said.err
    (problem,) = json.loads(said.out)["problems"]
    assert problem["code"] == "home_unwritable"
    assert problem["sentence"] in said.err


def test_a_file_elsewhere_that_may_not_be_read_is_not_the_homes(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home.ensure()
    raising(monkeypatch, OSError(errno.EACCES, "Permission denied", "/elsewhere"))
    assert cli.main(["datasets"]) == cli.FAILED
    assert "CNNLAB_HOME" not in capsys.readouterr().err


def test_a_bad_value_with_json_is_an_object(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", "0" * 32, "--json"]) == cli.BAD_INPUT
    said = capsys.readouterr()
    (problem,) = json.loads(said.out.splitlines()[-1])["problems"]
    assert problem["code"] == "unknown_run"
    assert problem["params"] == {"value": "0" * 32}
