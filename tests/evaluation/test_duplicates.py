"""Duplicates: planted ones are found and named, what is different is not, and accuracy without them is right."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cnnlab.data.load import Dataset
from cnnlab.evaluation.duplicates import find
from cnnlab.evaluation.duplicates.exact import same_pixels
from cnnlab.evaluation.duplicates.find import duplicates, kept_duplicates
from cnnlab.evaluation.duplicates.near import near_duplicates
from cnnlab.evaluation.duplicates.overlay import described
from cnnlab.evaluation.duplicates.without import share, without
from cnnlab.evaluation.evaluate import dataset_of
from cnnlab.evaluation.judged import Judged
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from tests.evaluation.made_weights import untrained

Pixels = NDArray[np.uint8]


def pictures(count: int, seed: int = 0) -> Pixels:
    """[N, 32, 32, 3] smooth noise: no two alike."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 6, 6, 3), np.uint8)
    return np.stack([np.asarray(Image.fromarray(one).resize((32, 32), Image.Resampling.BICUBIC)) for one in coarse])


def cut(image: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(image).crop((2, 1, 30, 29)).resize((32, 32), Image.Resampling.BILINEAR))


def brightened(image: Pixels) -> Pixels:
    return np.clip(image.astype(np.float32) * 0.8 + 40, 0, 255).astype(np.uint8)


def found_in(images: Pixels, queries: list[int]) -> list[tuple[int, int, bool, bool]]:
    unit = described(images, 8, grey=False)
    return [(p.first, p.second, p.mirrored, p.cut) for p in near_duplicates(images, unit, np.array(queries))]


def test_identical_images_are_grouped() -> None:
    images = pictures(9)
    images[4], images[7], images[8] = images[1], images[1], images[0]
    assert sorted(same_pixels(images)) == [[0, 8], [1, 4, 7]]
    assert same_pixels(pictures(3)) == []


def test_changed_copies_are_found_and_named() -> None:
    images = pictures(80)
    images[70], images[71] = brightened(images[3]), images[5][:, ::-1]
    images[72], images[73] = cut(images[7]), cut(images[9])[:, ::-1]
    assert sorted(found_in(images, list(range(70, 80)))) == [
        (3, 70, False, False),
        (5, 71, True, False),
        (7, 72, False, True),
        (9, 73, True, True),
    ]


def test_what_is_different_or_empty_is_no_duplicate() -> None:
    images = pictures(60)
    images[50:55], images[55] = 0, 255
    assert found_in(images, list(range(60))) == []


def test_one_pair_is_said_once() -> None:
    images = pictures(30)
    images[20] = brightened(images[21])
    assert [(a, b) for a, b, _, _ in found_in(images, [20, 21])] == [(20, 21)]


@pytest.fixture
def run(home: Home) -> Journal:
    return untrained(home)


@pytest.fixture
def dataset(run: Journal, home: Home) -> Dataset:
    """The digits, with three training images among the test images, one of them twice, and one in validation."""
    loaded = dataset_of(run, home)
    split, inputs = loaded.split, np.array(loaded.prepared.inputs)
    inputs[split.test[[0, 1]]] = inputs[split.train[10]]
    inputs[split.test[2]] = inputs[split.train[11]]
    inputs[split.validation[4]] = inputs[split.train[12]]
    inputs[split.train[20]] = inputs[split.train[21]]
    for part in (loaded.train, loaded.validation, loaded.test):
        part._inputs = inputs
    return dataclasses.replace(loaded, prepared=dataclasses.replace(loaded.prepared, inputs=inputs))


def test_planted_copies_are_told_by_split(run: Journal, dataset: Dataset, home: Home) -> None:
    found = duplicates(run, dataset, home)
    assert found.trained_on()[:3] == [0, 1, 2]
    same = [(pair.first, pair.second) for pair in found.pairs if pair.kind == "pixels"]
    assert set(same) == {
        (("train", 10), ("test", 0)),
        (("train", 10), ("test", 1)),
        (("train", 11), ("test", 2)),
        (("train", 12), ("validation", 4)),
        (("train", 20), ("train", 21)),
    }
    assert all(pair.cosine == pytest.approx(1, abs=2e-3) for pair in found.pairs if pair.kind == "pixels")
    assert [pair.across for pair in found.pairs] == sorted((pair.across for pair in found.pairs), reverse=True)
    assert {pair.second[0] for pair in found.only("train-validation")} == {"validation"}
    assert found.only("within")
    assert not any(pair.across for pair in found.only("within"))


def test_they_are_looked_for_once(run: Journal, dataset: Dataset, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept_duplicates(run, dataset, home) is None
    first = duplicates(run, dataset, home)
    monkeypatch.setattr(find, "same_pixels", None)
    assert duplicates(run, dataset, home) == first
    assert kept_duplicates(run, dataset, home, within_training=True) is None


def test_of_very_many_images_only_identical_ones_are_found(
    run: Journal, dataset: Dataset, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "MOST", 100)
    found = duplicates(run, dataset, home)
    assert not found.near
    assert {pair.kind for pair in found.pairs} == {"pixels"}


def test_accuracy_without_what_was_trained_on() -> None:
    labels = np.array([0, 1, 0, 1, -1])
    predictions = np.array([0, 1, 1, 1, 0])
    shares = np.eye(2, dtype=np.float32)[predictions]
    found = without(Judged(("a", "b"), list("12345"), labels, predictions, shares), [0, 4])
    assert (found.everything.images, found.everything.value) == (4, 0.75)
    assert (found.without.images, found.without.value) == (3, pytest.approx(2 / 3))
    assert (found.only.images, found.only.value) == (1, 1.0)
    assert share(0, 0).value is None
    # Wilson's interval of 8 of 10, as in Newcombe (1998)
    assert (share(8, 10).low, share(8, 10).high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


def test_what_is_looked_for_within_training_changes_nothing_else(run: Journal, dataset: Dataset, home: Home) -> None:
    less, more = (duplicates(run, dataset, home, within_training=within) for within in (False, True))
    assert more.trained_on() == less.trained_on()
    assert set(less.pairs) <= set(more.pairs)
    assert all(pair.first[0] == pair.second[0] == "train" for pair in set(more.pairs) - set(less.pairs))
