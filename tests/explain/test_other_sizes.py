"""The same images asked of networks that take them in different sizes: side by side from the command and on Compare."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from cnnlab.data.importing import import_images
from cnnlab.evaluation.evaluate import dataset_of, samples_of, split_predictions
from cnnlab.evaluation.trained import load_trained
from cnnlab.explain.comparing import as_prepared
from cnnlab.explain.subjects import Subject
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.view import view
from cnnlab.ui.compare.images import maps
from cnnlab.ui.explain.runs import fitting
from tests.cli.commands import command, said
from tests.evaluation.made_weights import untrained
from tests.evaluation.two_classes import pictures, two_class_run


@pytest.fixture
def runs(home: Home, tmp_path: Path) -> tuple[Journal, Journal]:
    """Of one dataset: at 28 pixels and a split, at 32 and another split."""
    first = two_class_run(home, tmp_path / "pictures")
    second = untrained(
        home, **{"data.dataset": "tones", "data.image_size": 32, "data.split.seed": 5, "training.seed": 2}
    )
    split_predictions(second, home, "test")
    return first, second


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_pixels_are_those_of_the_same_image(runs: tuple[Journal, Journal], home: Home, split: str) -> None:
    first, second = (dataset_of(journal, home) for journal in runs)
    samples = samples_of(first, split)
    subjects = [Subject(samples.pick([index]).inputs, str(index), 1, index, split) for index in (0, 4)]
    found = as_prepared(subjects, first, second)
    assert [one.inputs.shape[-1] for one in found] == [32, 32]
    assert [(one.index, one.label, one.split) for one in found] == [(0, 1, split), (4, 1, split)]
    for one, before in zip(found, subjects, strict=True):
        row = int(samples.positions[before.index or 0])
        pixels = np.array(second.prepared.array("inputs")[row])  # type: ignore[index]
        assert torch.equal(one.inputs[0], torch.from_numpy(pixels).permute(2, 0, 1))
        assert abs(float(one.inputs.float().mean()) - float(before.inputs.float().mean())) < 3, "a picture of its own"


def test_the_command_shows_them_side_by_side(runs: tuple[Journal, Journal], tmp_path: Path) -> None:
    first, second = runs
    array, out = tmp_path / "maps.npz", tmp_path / "maps.png"
    start = ("explain", first.run_id, "--with", second.run_id, "--array", array, "--out", out, "--json")
    done = command(*start, "--index", 3, "--scorecard")
    assert (done.status, done.err) == (0, "")
    with np.load(array, allow_pickle=False) as stored:
        assert [values.shape for values in stored.values()] == [(28, 28), (32, 32)]
    file = next((tmp_path / "pictures").glob("*/*.png"))
    rows = command(*start, "--image", file).values["explanations"]
    alone = command("explain", second.run_id, "--image", file, "--out", out, "--json").values
    assert rows[1]["probabilities"] == pytest.approx(alone["probabilities"])


def test_of_other_data_only_files_can_be_shown_to_both(
    runs: tuple[Journal, Journal], home: Home, tmp_path: Path
) -> None:
    import_images(pictures(tmp_path / "more", 30, size=20), "more_tones", home)
    other = untrained(home, **{"data.dataset": "more_tones", "data.image_size": 24})
    start = ("explain", runs[0].run_id, "--with", other.run_id, "--out", tmp_path / "maps.png")
    said(command(*start, "--index", 0), "--with", other.run_id)
    assert command(*start, "--image", next((tmp_path / "more").glob("*/*.png"))).status == 0


def test_compare_shows_each_its_own_size_and_links_to_those_that_fit(runs: tuple[Journal, Journal], home: Home) -> None:
    looked = maps.look(home, [journal.run_id for journal in runs], 0, lambda *_: None)
    assert [one.picture.shape[0] for one in looked if one.picture is not None] == [28, 32]
    same = untrained(home, **{"data.dataset": "tones", "data.image_size": 28})
    found = [view(home, journal.run_id) for journal in (*runs, same)]
    assert [run.run_id for run in fitting(found[0], found)] == [same.run_id]
    assert load_trained(same.folder).card.kind == load_trained(runs[0].folder).card.kind
