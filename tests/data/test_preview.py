"""What is shown of a dataset is what an experiment with default settings trains on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnlab.data import catalogue, preview
from cnnlab.data.importing import import_images
from cnnlab.data.load import load
from cnnlab.data.preview import Balance, augmented, balance, is_prepared, open_preview, pixel_statistics
from cnnlab.errors import LabError
from cnnlab.experiment import Augmentation, DataSpec
from cnnlab.home import Home
from tests.data.pictures import tree
from tests.fresh_python import printed


@pytest.fixture
def animals(home: Home, tmp_path: Path) -> Home:
    layout = {"train/cat": 9, "train/dog": 6, "test/cat": 3, "test/dog": 1}
    import_images(tree(tmp_path / "animals", layout), "animals", home)
    return home


def test_it_is_split_and_counted_as_training_has_it(animals: Home) -> None:
    opened, trained = open_preview("animals", animals), load(DataSpec(dataset="animals"), animals)
    assert opened.split.fingerprint == trained.split.fingerprint
    counted = balance(opened)
    assert counted.counts["train"] == trained.training_counts
    assert counted.totals == (12, 7)
    assert (counted.largest, counted.smallest) == (0, 1)
    assert counted.ratio == pytest.approx(12 / 7)
    pixels = pixel_statistics(opened)
    assert (pixels.mean, pixels.std) == (trained.mean, trained.std)
    assert [opened.official(part) for part in ("train", "validation", "test")] == [True, False, True]


def test_a_histogram_is_counted_once_and_sums_to_one(animals: Home) -> None:
    opened = open_preview("animals", animals)
    first = pixel_statistics(opened)
    train = opened.prepared.inputs[opened.split.train]
    dark = float((train[..., 0] < 256 // preview.BINS).mean())
    assert [sum(row) for row in first.histogram] == pytest.approx([1.0, 1.0, 1.0])
    assert first.histogram[0][0] == pytest.approx(dark)
    assert first.images == len(opened.split.train)
    (path,) = opened.prepared.folder.glob("histogram-*.json")
    path.write_text(path.read_text().replace(f'"images": {first.images}', '"images": 7'))
    assert pixel_statistics(opened).images == 7
    path.write_text("{")
    assert pixel_statistics(opened) == first


def test_a_large_split_is_counted_by_an_even_part(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "COUNTED_IMAGES", 100)
    opened = open_preview("digits", home)
    pixels = pixel_statistics(opened)
    assert pixels.images == 100
    assert sum((place + 0.5) * share for place, share in enumerate(pixels.histogram[0])) / preview.BINS == (
        pytest.approx(pixels.mean[0], abs=0.03)
    )


def test_samples_are_selected_and_drawn_again(animals: Home) -> None:
    opened = open_preview("animals", animals)
    cats = opened.select(part="test", class_number=0, draw=None)
    assert [opened.label(index) for index in cats] == ["cat"] * 3
    assert {opened.parts[index] for index in cats} == {"test"}
    assert {opened.files[index] for index in cats} == {"test/cat/0.png", "test/cat/1.png", "test/cat/2.png"}
    first, again, other = (opened.select(draw=draw).tolist() for draw in (0, 0, 1))
    assert first == again != other
    assert sorted(first) == sorted(other) == list(range(len(opened)))
    assert np.array_equal(opened.pixels([3, 1])[1], opened.prepared.inputs[1])


def test_classes_may_be_level_or_empty() -> None:
    assert Balance(("a", "b"), {"train": (3, 3), "test": (1, 1)}).ratio == 1
    assert Balance(("a", "b"), {"train": (3, 0), "test": (0, 0)}).ratio == float("inf")


def test_augmentation_is_the_one_that_trains(home: Home) -> None:
    import torch

    from cnnlab.augment import Augmenter

    spec, opened = Augmentation(rotation=20, brightness=0.3, erasing=0.5), open_preview("digits", home)
    index = int(opened.split.train[4])
    drawn = augmented(opened, index, spec, draws=5, seed=3)
    assert drawn.shape == (5, 28, 28, 1)
    assert drawn.dtype == np.uint8
    batch = load(DataSpec(), home).at(index)
    trained = Augmenter(spec, 3)(batch, epoch=4).inputs[0, 0]
    assert np.abs(drawn[4, :, :, 0] - (trained.clamp(0, 1) * 255).round().to(torch.uint8).numpy()).max() == 0
    assert len({each.tobytes() for each in drawn}) == 5
    unchanged = augmented(opened, index, Augmentation(), draws=2)
    assert np.array_equal(unchanged[1], opened.prepared.inputs[index])


def test_whether_it_is_prepared_is_known_without_reading(animals: Home) -> None:
    info = catalogue.find("animals", animals)
    assert not is_prepared(info, animals)
    open_preview("animals", animals)
    assert is_prepared(info, animals)
    assert not is_prepared(catalogue.find("mnist", animals), animals)


def test_an_unknown_name_opens_no_file(home: Home) -> None:
    for name in ("nothing", "../digits", "", "a" * 300):
        with pytest.raises(LabError):
            open_preview(name, home)


def test_looking_at_data_imports_no_torch(home: Home) -> None:
    code = (
        "import sys; from cnnlab.home import Home; from cnnlab.data import preview, thumbnails, uploads;"
        "p = preview.open_preview('digits', Home.current()); preview.balance(p); preview.pixel_statistics(p);"
        "thumbnails.make(p.info, Home.current()); print('torch' in sys.modules)"
    )
    assert printed(code) == "False"
