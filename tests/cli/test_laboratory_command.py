"""``laboratory``: trained once, used again, said in both languages; bad input is one line and status 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnlab.home import Home
from tests.cli.commands import LANGUAGES, command

TINY = ("--samples", 240, "--epochs", 1, "--images", 6, "--methods", "grad_cam")


def test_both_networks_are_trained_once(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.json"
    first = command("laboratory", *TINY, "--json", "--out", path)
    assert first.status == 0, first.err
    values = first.values
    assert set(values["runs"]) == set(values["answers"]) == set(values["methods"]) == {"honest", "cheating"}
    assert set(values["methods"]["honest"]) == {"grad_cam", "random", "edges"}
    assert json.loads(path.read_text("utf-8")) == values
    for language in LANGUAGES:
        monkeypatch.setenv("CNNLAB_LANGUAGE", language)
        again = command("laboratory", *TINY)
        assert again.status == 0, again.err
        assert "Grad-CAM" in again.out
        assert ("honesta" in again.out) == (language == "es")
    assert command("laboratory", *TINY, "--json").values["runs"] == values["runs"]
    assert len([path for path in home.runs.iterdir() if not path.name.startswith(".")]) == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "wrong",
    [
        ("--variant", "trick"),
        ("--samples", 3),
        ("--samples", 10**9),
        ("--epochs", 0),
        ("--share", 2),
        ("--share", "nan"),
        ("--seed", -1),
        ("--images", "many"),
    ],
)
def test_bad_input_is_one_sentence(
    home: Home, monkeypatch: pytest.MonkeyPatch, language: str, wrong: tuple[object, ...]
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    done = command("laboratory", *wrong)
    assert done.status == 2
    assert "Traceback" not in done.err
    assert str(wrong[1]) in done.err
    assert not [path for path in home.runs.iterdir() if not path.name.startswith(".")]
