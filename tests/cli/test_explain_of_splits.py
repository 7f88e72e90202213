"""``explain`` on every split, and what it says of a run whose temperature and threshold are kept."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import pytest

from cnnlab.evaluation.evaluate import dataset_of, samples_of
from cnnlab.evaluation.judged import judged
from cnnlab.evaluation.temperature import kept as temperatures
from cnnlab.evaluation.temperature.scaling import Fitted, scaled
from cnnlab.evaluation.thresholds import kept as thresholds
from cnnlab.evaluation.thresholds.kept import Threshold
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from tests.cli.commands import command, said
from tests.evaluation.two_classes import NAMES, two_class_run


@pytest.fixture
def two(home: Home, tmp_path: Path) -> Journal:
    return two_class_run(home, tmp_path / "pictures")


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_an_image_of_any_split_by_its_number_or_a_pick(two: Journal, home: Home, tmp_path: Path, split: str) -> None:
    array, report = tmp_path / "map.npz", tmp_path / "report.html"
    done = command(
        *("explain", two.run_id, "--split", split, "--index", 1, "--index", 0, "--array", array, "--report", report),
        "--json",
    )
    assert (done.status, done.err) == (0, "")
    samples = samples_of(dataset_of(two, home), split)
    found = judged(two, home, split=split)
    for row in done.values["explanations"]:
        assert row["split"] == split
        assert row["probabilities"]["light"] == pytest.approx(float(found.probabilities[row["index"], 1]), abs=1e-5)
    names = list(np.load(array, allow_pickle=False))
    assert all((f"-{split}-" in name) == (split != "test") for name in names)
    text = report.read_text("utf-8")
    assert str(samples.manifest["file"][1]) in text
    assert {"train": "Training", "validation": "Validation", "test": "Test"}[split] + " image 1" in text
    assert ("--split " + split in text) == (split != "test")

    picked = command(
        *("explain", two.run_id, "--split", split, "--pick", "unsure", "--out", tmp_path / "map.png", "--json")
    ).values
    assert picked["index"] == int(found.confidence.argmin())


def test_a_split_that_is_none_and_a_file_of_none(two: Journal, tmp_path: Path) -> None:
    file = next((tmp_path / "pictures").glob("*/*.png"))
    start = ("explain", two.run_id, "--out", tmp_path / "map.png")
    said(command(*start, "--index", 0, "--split", "tset"), "tset")
    said(command(*start, "--pick", "any", "--split", "tset"), "tset")
    said(command(*start, "--image", file, "--split", "train"), "--split", "train")
    said(command(*start, "--index", 9999, "--split", "train"), "--index", "9999")


def test_what_is_kept_is_said_beside_maps_that_stay(two: Journal, home: Home, tmp_path: Path) -> None:
    array, report = tmp_path / "map.npy", tmp_path / "report.html"
    start = ("explain", two.run_id, "--index", 0, "--array", array, "--report", report, "--json")
    before = command(*start).values
    plain = np.load(array, allow_pickle=False)
    own = np.array([[before["probabilities"][name] for name in NAMES]])
    other = 1 - int(own.argmax())
    temperatures.keep(two.folder, Fitted(3.0, 10, 0.7, 0.6, bounded=False))
    thresholds.keep(two.folder, Threshold(other, 0.01), NAMES)

    done = command(*start)
    after = done.values
    assert "3.00" in done.err
    assert "0.01" in done.err
    assert (after["predicted"], after["target"]) == (before["predicted"], before["target"])
    assert (before["decided"], after["decided"]) == (before["predicted"], NAMES[other])
    shown = 1 / (1 + 99 ** (1 / 3))
    assert after["temperature"] == 3.0
    assert after["threshold"] == {"class": NAMES[other], "from": pytest.approx(shown), "own": 0.01}
    said_now = [after["probabilities"][name] for name in NAMES]
    assert said_now == pytest.approx(scaled(own, 3.0)[0].tolist(), abs=1e-6)
    assert np.array_equal(np.load(array, allow_pickle=False), plain)
    text = report.read_text("utf-8")
    assert f"at the kept threshold: {NAMES[other]}" in text
    assert "temperature 3.00" in text


def test_the_printed_command_makes_the_same_again(two: Journal, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    start = ("explain", two.run_id, "--split", "validation", "--index", 2, "--report", report, "--no-scorecard")
    first = command(*start, "--json").values
    text = report.read_text("utf-8")
    again = text.split("<pre>")[1].split("</pre>")[0]
    parts = shlex.split(again)[3:]
    parts[parts.index("--report") + 1] = str(tmp_path / "again.html")
    second = command(*parts, "--json").values
    assert (second["split"], second["index"], second["target"]) == ("validation", 2, first["target"])
