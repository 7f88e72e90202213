"""``sanity`` and ``timeline`` on a run that was really trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.cli.commands import LANGUAGES, Done, command

pytestmark = pytest.mark.slow  # each needs the trained run

UNKNOWN = "0" * 32


def refused(done: Done, *parts: str) -> None:
    """Status 2 and one line, without a traceback."""
    assert done.status == 2
    (line,) = done.err.strip().splitlines()
    assert line.startswith("cnnlab: ")
    assert all(part in line for part in parts), line


def test_sanity_judges_methods_and_controls(run: str, tmp_path: Path) -> None:
    out = tmp_path / "maps.png"
    chosen = ("--methods", "grad_cam,saliency,guided_backprop", "--images", 8, "--draws", 3)
    done = command("sanity", run, *chosen, "--out", out, "--json")
    assert done.status == 0, done.err
    found = {row["method"]: row for row in done.values["methods"]}
    assert set(found) == {"grad_cam", "saliency", "guided_backprop", "edges", "noise"}
    assert (found["edges"]["outcome"], found["noise"]["outcome"]) == ("fail", "pass")
    assert found["guided_backprop"]["mean"] > found["saliency"]["mean"] > found["noise"]["mean"]
    assert found["grad_cam"]["outcome"] == "pass"
    assert found["guided_backprop"]["outcome"] in ("fail", "inconclusive")
    assert len(done.values["images"]) == 8
    depths = len(done.values["layers"])
    assert all(len(values) == depths for row in found.values() for values in row["by_depth"].values())
    with Image.open(out) as image:
        assert image.width > image.height
    again = command("sanity", run, *chosen, "--json")
    assert again.values["methods"] == done.values["methods"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sanity_says_its_rule(run: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    done = command("sanity", run, "--methods", "saliency", "--images", 2, "--draws", 1)
    assert done.status == 0
    assert {"en": "The rule", "es": "La regla"}[language] in done.out


@pytest.mark.parametrize("language", LANGUAGES)
def test_sanity_refuses_in_one_line(run: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    refused(command("sanity", UNKNOWN), UNKNOWN)
    refused(command("sanity", run, "--methods", "sorcery"), "sorcery")
    refused(command("sanity", run, "--images", 1), "--images")
    refused(command("sanity", run, "--images", 100_000), "--images")
    refused(command("sanity", run, "--draws", 0), "--draws")
    refused(command("sanity", run, "--methods", "saliency", "--images", 2, "--draws", 1, "--labels", run), "--labels")


def test_timeline_of_a_run_that_kept_its_maps(run: str, tmp_path: Path) -> None:
    settings = ("tracking.explain.every=1", "tracking.explain.images=4", "training.epochs=3")
    own = [part for setting in settings for part in ("--set", setting)]
    trained = command("train", "--like", run, *own, "--json")
    assert trained.status == 0, trained.err
    out = tmp_path / "timeline.png"
    done = command("timeline", trained.values["run_id"], run, "--out", out, "--json")
    assert done.status == 0, done.err
    first, second = done.values["runs"]
    assert [moment["epoch"] for moment in first["epochs"]] == [1, 2, 3]
    assert first["epochs"][-1]["similarity"] == 1
    assert all(len(moment["predicted"]) == 4 for moment in first["epochs"])
    assert [moment["val_accuracy"] > 0 for moment in first["epochs"]] == [True] * 3
    assert len(second["labels"]) == 8  # computed from its checkpoints, at the defaults
    assert 1 <= len(second["epochs"]) <= 2
    with Image.open(out) as image:
        assert image.height > image.width


@pytest.mark.parametrize("language", LANGUAGES)
def test_timeline_refuses_in_one_line(
    run: str, trained: dict[str, Any], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    refused(command("timeline", UNKNOWN), UNKNOWN)
    refused(command("timeline", *(f"{number:032x}" for number in range(5))), "5")
    refused(command("timeline", run, "--images", 0), "--images")
