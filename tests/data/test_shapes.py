"""Shapes: deterministic, quick, with the truth about where each shape lies, and colour that tells nothing."""

from __future__ import annotations

import time

import numpy as np
import pytest

from cnnlab import worker
from cnnlab.data.content import ArrayImages, Content
from cnnlab.data.load import load
from cnnlab.data.sources import shapes
from cnnlab.errors import DataError, ExperimentError
from cnnlab.experiment import DataSpec, Experiment
from cnnlab.home import Home
from cnnlab.registry import registry
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState


def _read(home: Home, **options: int | str) -> Content:
    entry = registry("dataset")["shapes"]
    return shapes.read(entry, {**entry.defaults(), **options}, home, None)


def _pixels(content: Content) -> np.ndarray:
    assert isinstance(content.images, ArrayImages)
    return content.images.pixels


def test_the_same_options_make_the_same_images(home: Home) -> None:
    first, again = _read(home, samples=200, size=24), _read(home, samples=200, size=24)
    assert first.fingerprint == again.fingerprint
    assert first.fingerprint != _read(home, samples=200, size=24, seed=1).fingerprint
    more = _read(home, samples=330, size=24)
    assert (_pixels(more)[:200] == _pixels(first)).all()


def test_classes_are_balanced_and_all_there(home: Home) -> None:
    content = _read(home, samples=1200, size=16)
    assert np.bincount(content.labels).tolist() == [200] * 6


def test_two_thousand_images_of_the_usual_size_take_seconds(home: Home) -> None:
    started = time.process_time()
    _read(home)
    assert time.process_time() - started < 10.0


@pytest.mark.parametrize("background", ["calm", "busy"])
def test_the_mask_is_where_the_shape_is(home: Home, background: str) -> None:
    content = _read(home, samples=240, size=48, background=background)
    assert content.masks is not None
    shares = content.masks.mean((1, 2))
    assert shares.min() > 0.01
    assert shares.max() < 0.5
    # inside, the colour is nearly one; outside there is texture: the mask explains the image
    pixels = _pixels(content).astype(np.float64)
    inside = np.array([image[mask == 1].mean(0) for image, mask in zip(pixels, content.masks, strict=True)])
    outside = np.array([image[mask == 0].mean(0) for image, mask in zip(pixels, content.masks, strict=True)])
    assert np.median(np.linalg.norm(inside - outside, axis=1)) > 60


def test_on_a_calm_ground_every_shape_is_brighter(home: Home) -> None:
    content = _read(home, samples=240, size=48)
    assert content.masks is not None
    brightest = _pixels(content).max(axis=3).astype(np.float64)
    inside = np.array([image[mask == 1].mean() for image, mask in zip(brightest, content.masks, strict=True)])
    outside = np.array([image[mask == 0].mean() for image, mask in zip(brightest, content.masks, strict=True)])
    assert (inside > outside + 50).all()
    darkness = np.array([image[mask == 0].max() for image, mask in zip(brightest, content.masks, strict=True)])
    assert darkness.max() < 200  # no colour leaves its range and comes back at the other end


@pytest.mark.slow
def test_a_small_network_learns_them(home: Home) -> None:
    """The laboratory of explanations rests on it: on the busy ground ResNet-8 stays at chance."""
    epochs = {"training.epochs": 15, "training.schedule.name": "one_cycle", "training.learning_rate": 0.01}
    changes = {
        "data.dataset": "shapes",
        "model.architecture": "resnet8",
        "training.early_stopping.patience": 0,
        **epochs,
    }
    journal = Journal.create(home, Experiment().changed(changes), worker=ProcessIdentity.own())
    assert worker.run(journal, 1, home) is RunState.FINISHED
    assert journal.result()["test"]["accuracy"] > 0.9


@pytest.mark.parametrize("background", ["calm", "busy"])
def test_colour_and_place_tell_nothing_of_the_class(home: Home, background: str) -> None:
    from sklearn.linear_model import LogisticRegression

    content = _read(home, samples=1200, size=32, background=background)
    assert content.masks is not None
    pixels, masks = _pixels(content), content.masks
    colour = np.array([image[mask == 1].mean(0) / 255 for image, mask in zip(pixels, masks, strict=True)])
    rows, columns = np.indices((32, 32))
    middle = np.array([(rows[mask == 1].mean() / 32, columns[mask == 1].mean() / 32) for mask in masks])
    behind = np.array([image[mask == 0].mean(0) / 255 for image, mask in zip(pixels, masks, strict=True)])
    features = np.concatenate([colour, middle, behind], axis=1)
    fitted = LogisticRegression(max_iter=500).fit(features[:800], content.labels[:800])
    assert fitted.score(features[800:], content.labels[800:]) < 0.24  # chance is 1/6


def test_truth_is_kept_in_the_geometry_of_the_images(home: Home) -> None:
    spec = DataSpec(dataset="shapes", options={"samples": 120, "size": 32}, image_size=48)
    dataset = load(spec, home)
    truth = dataset.ground_truth
    assert truth is not None
    assert truth.masks.shape == (120, 48, 48)
    for mask, (x0, y0, x1, y1) in zip(truth.masks, truth.boxes, strict=True):
        assert mask[y0:y1, x0:x1].sum() == mask.sum() > 0
        assert mask[y0].any()
        assert mask[y1 - 1].any()
        assert mask[:, x0].any()
        assert mask[:, x1 - 1].any()


def test_the_size_option_is_the_size_of_the_images(home: Home) -> None:
    dataset = load(DataSpec(dataset="shapes", options={"samples": 60, "size": 24}), home)
    assert dataset.kind.shape == (3, 24, 24)
    assert (dataset.prepared.inputs == _pixels(_read(home, samples=60, size=24))).all()


def test_options_are_held_to_their_ranges(home: Home) -> None:
    for options in ({"size": 8}, {"samples": 1}, {"seed": -1}, {"samples": 10**9}, {"colour": 1}):
        with pytest.raises(ExperimentError):
            load(DataSpec(dataset="shapes", options=options), home)
    with pytest.raises(DataError) as raised:
        load(DataSpec(dataset="shapes", options={"size": 512, "samples": 100_000}), home)
    assert raised.value.problem.code == "shapes_too_many"
