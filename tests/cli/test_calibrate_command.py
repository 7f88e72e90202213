"""``calibrate``, ``threshold``, and ``predict`` at a kept temperature, on a run that was really trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnlab.home import Home
from tests.cli.commands import LANGUAGES, command, said
from tests.evaluation.two_classes import two_class_run

pytestmark = pytest.mark.slow  # each needs the trained run


def test_a_temperature_is_fitted_kept_applied_and_forgotten(run: str, digit_files: list[Path]) -> None:
    found = command("calibrate", run, "--json").values
    assert found["temperature"] > 0
    assert found["loss_after"] <= found["loss_before"]
    assert found["bins"] == len(found["test"]["before"]["calibration"]["bins"]) or found["bins"] == 15
    assert set(found["change"]) == {"ece", "ece_debiased", "log_loss", "brier"}
    assert found["kept"] is None
    plain = command("predict", run, *digit_files, "--json").values
    assert plain["temperature"] is None

    assert command("calibrate", run, "--keep", "--json").values["kept"] == pytest.approx(found["temperature"])
    done = command("predict", run, *digit_files, "--json")
    assert done.values["temperature"] == pytest.approx(found["temperature"])
    assert "temperature" in done.err
    pairs = list(zip(plain["predictions"], done.values["predictions"], strict=True))
    assert all(before["label"] == after["label"] for before, after in pairs)
    over = found["temperature"] > 1
    moved = [(before["probability"] > after["probability"]) == over for before, after in pairs]
    assert sum(moved) >= 8

    assert command("calibrate", run, "--forget", "--json").values["kept"] is None
    assert command("predict", run, *digit_files, "--json").values == plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_say_what_they_found(run: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    text = command("calibrate", run).out
    assert "ECE" in text
    assert "Brier" in text
    text = command("threshold", run, "--class", "3", "--miss", "5").out
    assert "AUROC" in text
    assert "0.5" in text


def test_a_threshold_of_least_cost(run: str) -> None:
    found = command("threshold", run, "--class", "8", "--miss", "20", "--json", "--curves").values
    assert found["class"] == "8"
    assert found["validation"]["threshold"] == found["test"]["threshold"] == found["threshold"]
    assert found["threshold"] <= 0.5, "a miss is dear"
    sides = ("hits", "misses", "false_alarms", "rejections")
    assert sum(found["test"][side] for side in sides) == sum(found["half"][side] for side in sides)
    assert found["change"]["value"] == pytest.approx(found["test"]["cost"]["value"] - found["half"]["cost"]["value"])
    assert found["curve"]["recall"][-1] == 1
    given = command("threshold", run, "--class", "8", "--threshold", "0.25", "--json").values
    assert given["threshold"] == 0.25


def test_what_cannot_be_used_is_said_with_its_cure(run: str) -> None:
    said(command("calibrate", run, "--bins", "1"), "--bins", "1", "100")
    said(command("threshold", run, "--class", "cat"), "--class", "cat")
    said(command("threshold", run, "--miss", "-1"), "--miss", "-1")
    said(command("threshold", run, "--false-alarm", "nan"), "--false-alarm", "nan")
    said(command("threshold", run, "--threshold", "1.5"), "--threshold", "1.5")
    said(command("threshold", run, "--keep"), "--keep", "10")


def test_a_threshold_of_two_classes_is_kept_decides_and_is_forgotten(home: Home, tmp_path: Path) -> None:
    two = two_class_run(home, tmp_path / "pictures").run_id
    files = sorted((tmp_path / "pictures").glob("*/00*.png"))
    plain = command("predict", two, *files, "--json").values
    assert plain["threshold"] is None
    before = command("evaluate", two, "--json").values
    assert before["kept"] == {"temperature": None, "threshold": None}
    for at, label in ((0, "light"), (1, "dark")):
        found = command("threshold", two, "--threshold", at, "--keep", "--json").values
        assert found["kept"] == {"class": "light", "from": at, "own": at}
        done = command("predict", two, *files, "--json", "--out", tmp_path / "said.csv")
        assert {row["label"] for row in done.values["predictions"]} == {label}
        assert done.values["threshold"] == found["kept"]
        assert "light" in done.err
        rows = (tmp_path / "said.csv").read_text().splitlines()[1:]
        assert all(f",{label}," in row for row in rows)
        after = command("evaluate", two, "--json").values
        assert after["kept"]["at_threshold"]["hits"] + after["kept"]["at_threshold"]["false_alarms"] in (0, 18)
        assert {**after, "kept": None} == {**before, "kept": None}, "reported metrics stay"
    assert command("threshold", two, "--forget", "--json").values["kept"] is None
    assert command("predict", two, *files, "--json").values == plain
