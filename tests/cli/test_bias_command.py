"""``dataset bias``: everything, one grouping, a file, and what can't be read."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cnnlab.cli import main
from cnnlab.data.importing import import_images
from cnnlab.home import Home
from tests.data.pictures import tree


@pytest.fixture
def pets(home: Home, tmp_path: Path) -> Home:
    import_images(tree(tmp_path / "pets", {"dog": 30, "cat": 30}), "pets", home)
    return home


def test_everything_and_one_grouping(pets: Home, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "bias.csv"
    assert main(["dataset", "bias", "pets", "--json", "--out", str(out)]) == 0
    values = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert values["dataset"] == "pets"
    assert {one["source"] for one in values["looked"]} >= {"brightness", "colour"}
    rows = list(csv.DictReader(out.open()))
    assert [row["sentence"] for row in rows] == [one["sentence"] for one in values["findings"]]
    assert main(["dataset", "bias", "pets", "--by", "brightness", "--json"]) == 0
    values = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [one["source"] for one in values["looked"]] == ["brightness"]


def test_in_spanish_and_what_is_wrong(
    pets: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", "es")
    assert main(["dataset", "bias", "pets"]) == 0
    assert "Bayes ingenuo" in capsys.readouterr().out
    monkeypatch.setenv("CNNLAB_LANGUAGE", "en")
    for arguments in (["--pattern", "("], ["--by", "camera"], ["--csv", "/nowhere.csv"], ["--out", "a.txt"]):
        assert main(["dataset", "bias", "pets", *arguments]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
