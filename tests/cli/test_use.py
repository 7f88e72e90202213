"""``evaluate`` and ``predict`` on a run that was really trained."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import LANGUAGES, command, said

pytestmark = pytest.mark.slow  # each needs the trained run


def test_evaluate_gives_what_training_measured(run: str, trained: dict[str, Any]) -> None:
    done = command("evaluate", run, "--json")
    assert done.status == 0
    assert (done.values["run_id"], done.values["test"]) == (run, trained["test"])
    said = done.values["intervals"]["accuracy"]
    assert said["value"] == pytest.approx(trained["test"]["accuracy"])
    assert said["low"] < said["value"] < said["high"]
    assert [one["class"] for one in done.values["classes"]] == [str(digit) for digit in range(10)]
    assert done.values["calibration"]["accuracy"] == pytest.approx(said["value"])
    assert 0.5 < trained["test"]["accuracy"] <= 1
    text = command("evaluate", run)
    assert f"test_accuracy: {trained['test']['accuracy']:.4f}" in text.out.splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "arguments", [("evaluate",), ("predict", "x.png"), ("explain", "--index", "0", "--out", "x.png")]
)
def test_an_unknown_run_is_named(
    trained: dict[str, Any], arguments: tuple[str, ...], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    for run_id in ("0" * 32, "../../etc"):
        done = command(arguments[0], run_id, *arguments[1:])
        assert done.status == 2
        assert done.out == ""
        assert len(done.err.strip().splitlines()) == 1
        assert run_id in done.err
        assert "python -m cnnlab runs" in done.err


def test_predict_gives_a_label_and_its_probability(run: str, digit_files: list[Path], tmp_path: Path) -> None:
    table = tmp_path / "predictions.csv"
    done = command("predict", run, *digit_files, "--out", table, "--json")
    assert (done.status, done.err) == (0, "")
    rows = done.values["predictions"]
    assert [row["file"] for row in rows] == [str(path) for path in digit_files]
    assert all(0.1 <= row["probability"] <= 1 for row in rows)
    assert sum(row["label"] == str(label) for label, row in enumerate(rows)) >= 6
    with table.open(newline="") as file:
        stored = list(csv.DictReader(file))
    assert all(sum(float(row[f"p_{label}"]) for label in range(10)) == pytest.approx(1, abs=1e-4) for row in stored)
    assert [(row["file"], row["label"]) for row in stored] == [(row["file"], row["label"]) for row in rows]
    assert [float(row["probability"]) for row in stored] == pytest.approx(
        [row["probability"] for row in rows], abs=1e-6
    )


def test_predict_prints_a_table(run: str, digit_files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    for language, header in (("en", ["FILE", "LABEL", "PROBABILITY"]), ("es", ["ARCHIVO", "PROBABILIDAD"])):
        monkeypatch.setenv("CNNLAB_LANGUAGE", language)
        lines = command("predict", run, *digit_files).out.splitlines()
        assert len(lines) == 11
        assert all(word in lines[0] for word in header)


@pytest.mark.parametrize("language", LANGUAGES)
def test_predict_says_which_files_it_left_out(
    run: str, digit_files: list[Path], tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    cut = tmp_path / "cut.png"
    cut.write_bytes(digit_files[0].read_bytes()[:60])
    notes = tmp_path / "notes.png"
    notes.write_text("not an image")
    absent = tmp_path / "absent.png"
    table = tmp_path / "kept.csv"
    done = command("predict", run, digit_files[3], cut, notes, absent, digit_files[7], "--out", table, "--json")
    assert done.status == 2
    kept = [str(digit_files[3]), str(digit_files[7])]
    assert [row["file"] for row in done.values["predictions"]] == kept
    with table.open(newline="") as file:
        assert [row["file"] for row in csv.DictReader(file)] == kept
    lines = done.err.strip().splitlines()
    assert len(lines) == 3
    for line, name in zip(lines, ("cut.png", "notes.png", "absent.png"), strict=True):
        assert name in line


def test_the_same_file_gets_the_same_prediction_alone_and_among_others(run: str, digit_files: list[Path]) -> None:
    together = command("predict", run, *digit_files, "--json").values["predictions"]
    alone = command("predict", run, digit_files[4], "--json").values["predictions"][0]
    assert alone["label"] == together[4]["label"]
    assert alone["probability"] == pytest.approx(together[4]["probability"], abs=1e-5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_predict_names_a_table_that_can_not_be_written(
    run: str, digit_files: list[Path], tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    out = tmp_path / "absent" / "table.csv"
    said(command("predict", run, digit_files[0], "--out", out), "--out", str(out), language=language)
