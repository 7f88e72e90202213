"""``estimate``: what the Train page shows, as a command."""

from __future__ import annotations

import json

import pytest

from cnnlab import estimates, recommended
from cnnlab.cli import main
from cnnlab.estimates import Estimate
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.view import listing


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Experiment]:
    found: list[Experiment] = []

    def estimate(experiment: Experiment, home: Home) -> Estimate:
        found.append(experiment)
        return Estimate(61_706, 1_040_000_000, 2.0, "calibration")

    monkeypatch.setattr(estimates, "estimate", estimate)
    return found


def test_it_takes_what_train_takes_and_trains_nothing(
    home: Home, asked: list[Experiment], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["estimate", "--architecture", "resnet8", "--set", "training.batch_size=32", "--json"]
    assert main(command) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {name: found[name] for name in ("parameters", "memory_bytes", "seconds_per_epoch", "basis")} == {
        "parameters": 61_706,
        "memory_bytes": 1_040_000_000,
        "seconds_per_epoch": 2.0,
        "basis": "calibration",
    }
    assert asked == [recommended.start("resnet8").changed({"training.batch_size": 32})]
    assert listing(home) == []


@pytest.mark.parametrize(("language", "words"), [("en", "about 1.0"), ("es", "unos 1,0")])
def test_in_words(
    asked: list[Experiment],
    home: Home,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    words: str,
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    assert main(["estimate"]) == 0
    assert words in capsys.readouterr().out


def test_what_cant_be_trained_is_not_estimated(
    home: Home, asked: list[Experiment], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["estimate", "--set", "training.batch_size=6000"]) == 2
    assert "1257" in capsys.readouterr().err
    assert asked == []
