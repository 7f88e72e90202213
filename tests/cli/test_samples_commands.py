"""``space``, ``outliers``, ``duplicates``, ``suspects``: tables, files, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PIL import Image

from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from tests.cli.commands import LANGUAGES, command
from tests.evaluation.made_weights import half_right, untrained


@pytest.fixture
def run(home: Home) -> Journal:
    journal = untrained(home)
    half_right(journal, home)
    return journal


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_space_as_a_table_and_as_a_picture(run: Journal, tmp_path: Path) -> None:
    done = command("space", run.run_id, "--samples", 40, "--dimensions", 3, "--out", tmp_path / "a.csv", "--json")
    assert done.status == 0, done.err
    values = done.values
    assert (values["samples"], values["of"], len(values["explained"])) == (40, 270, 3)
    assert 0 <= values["knn_accuracy"] <= 1
    rows = rows_of(tmp_path / "a.csv")
    assert len(rows) == 40
    assert list(rows[0]) == ["index", "file", "true", "predicted", "confidence", "x", "y", "z"]
    for colouring in ("true", "right", "confidence"):
        done = command("space", run.run_id, "--colour", colouring, "--out", tmp_path / "a.png")
        assert done.status == 0, done.err
        assert len(Image.open(tmp_path / "a.png").convert("RGB").getcolors(10**6) or []) > 10

    done = command("space", run.run_id, "--by", "brightness", "--out", tmp_path / "b.png")
    assert done.status == 0, done.err
    done = command("space", run.run_id, "--pattern", r"(\d)\D*$", "--samples", 40, "--out", tmp_path / "b.csv")
    assert done.status == 0, done.err
    rows = rows_of(tmp_path / "b.csv")
    assert all(row["group"] in row["file"] for row in rows)
    assert len({row["group"] for row in rows}) > 5
    assert command("space", run.run_id, "--by", "camera").status == 2


def test_outliers_and_suspects(run: Journal, tmp_path: Path) -> None:
    values = command("outliers", run.run_id, "--limit", 2, "--out", tmp_path / "o.csv", "--json").values
    assert values["samples"] == 270
    assert len(values["outliers"]) <= 2
    assert len(rows_of(tmp_path / "o.csv")) >= len(values["outliers"])
    values = command("suspects", run.run_id, "--out", tmp_path / "s.csv", "--json").values
    assert len(values["suspects"]) == 20
    assert len(rows_of(tmp_path / "s.csv")) == values["suspected"] > 20
    training = command("suspects", run.run_id, "--split", "train")
    assert "learned these very labels" in training.out


def test_duplicates(run: Journal, tmp_path: Path) -> None:
    done = command("duplicates", run.run_id, "--out", tmp_path / "d.csv", "--json")
    assert done.status == 0, done.err
    assert done.values["images"] == 1797
    assert done.values["pairs"] == len(rows_of(tmp_path / "d.csv"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["space", "--method", "x"], ["--method", "tsne"]),
        (["space", "--method", "tsne", "--dimensions", 3], ["--dimensions", "3"]),
        (["space", "--samples", 1], ["--samples", "10000"]),
        (["space", "--seed", -1], ["--seed", "-1"]),
        (["space", "--colour", "x"], ["--colour", "confidence"]),
        (["space", "--out", "x.doc"], ["x.doc", ".png"]),
        (["outliers", "--k", 0], ["--k", "1000"]),
        (["duplicates", "--limit", 0], ["--limit"]),
        (["suspects", "--split", "x"], ["--split", "validation"]),
    ],
)
def test_what_is_refused_is_one_line(
    run: Journal, monkeypatch: pytest.MonkeyPatch, language: str, arguments: list[object], parts: list[str]
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    done = command(arguments[0], run.run_id, *arguments[1:])
    assert (done.status, done.out) == (2, "")
    (line,) = done.err.strip().splitlines()
    assert all(part in line for part in parts), line
