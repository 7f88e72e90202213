"""Variants of shapes: what is planted, where, in which images, and that nothing else changes by it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnlab.data.content import ArrayImages, Content
from cnnlab.data.load import load
from cnnlab.data.preview import open_preview
from cnnlab.data.sources import shapes
from cnnlab.errors import ExperimentError
from cnnlab.experiment import DataSpec
from cnnlab.home import Home
from cnnlab.registry import registry

# of 240 images of 24 pixels, before there were variants
PLAIN = "3bfed90759ec0186f7d84876762c5120c361dce46ea59feb96f2212dc3eeb3c6"
PLANTED = ["shortcut", "distractor"]


def _read(home: Home, **options: Any) -> Content:
    entry = registry("dataset")["shapes"]
    return shapes.read(entry, {**entry.defaults(), "samples": 240, "size": 24, **options}, home, None)


def _pixels(content: Content) -> np.ndarray:
    assert isinstance(content.images, ArrayImages)
    return content.images.pixels


def _masks(content: Content) -> np.ndarray:
    assert content.masks is not None
    return content.masks


def _near(mask: np.ndarray) -> np.ndarray:
    """[N, 24, 24]: at most a pixel away, since an even edge reaches that far beyond the mask."""
    around = np.pad(mask, ((0, 0), (1, 1), (1, 1)))
    near: np.ndarray = np.any(
        [around[:, 1 + y : 25 + y, 1 + x : 25 + x] for y in (-1, 0, 1) for x in (-1, 0, 1)], axis=0
    )
    return near


def test_plain_images_are_what_they_were(home: Home) -> None:
    plain = _read(home)
    assert plain.fingerprint == PLAIN
    assert set(np.unique(_masks(plain))) == {0, 1}
    assert not plain.columns


@pytest.mark.parametrize("variant", PLANTED)
def test_an_image_differs_in_its_cue_alone(home: Home, variant: str) -> None:
    without = _read(home, variant=variant, cue_share=0.0)
    planted = _read(home, variant=variant, cue_share=1.0, cue_elsewhere=1.0)
    assert without.fingerprint == PLAIN
    assert (planted.labels == without.labels).all()
    cue = _masks(planted) == 2
    assert cue.any((1, 2)).all()
    changed = (_pixels(planted) != _pixels(without)).any(3)
    assert not (changed & ~_near(cue)).any()
    assert (changed & cue).sum() > 0.7 * cue.sum()
    assert ((_masks(planted) == 1) == ((_masks(without) == 1) & ~cue)).all()


@pytest.mark.parametrize("variant", PLANTED)
def test_the_shares_say_who_carries_the_cue(home: Home, variant: str) -> None:
    content = _read(home, samples=1200, variant=variant, cue_class="ring", cue_share=0.9, cue_elsewhere=0.25)
    carries = (_masks(content) == 2).any((1, 2))
    ring = content.labels == content.class_names.index("ring")
    assert 0.8 < carries[ring].mean() < 0.98
    assert 0.18 < carries[~ring].mean() < 0.32
    # who carries it at a low share carries it at a higher one as well
    lower = _read(home, samples=1200, variant=variant, cue_class="ring", cue_share=0.4)
    assert not ((_masks(lower) == 2).any((1, 2)) & ~carries).any()


def test_the_watermark_is_in_one_corner_and_its_edges_are_the_strongest(home: Home) -> None:
    content = _read(home, size=48, variant="shortcut", cue_share=1.0, cue_elsewhere=1.0)
    cue = _masks(content) == 2
    assert (cue == cue[0]).all()
    assert cue[0, 30:, 30:].sum() == cue[0].sum() == 64
    grey = _pixels(content).mean(3)
    step = np.abs(np.diff(grey, axis=2))
    strongest = step.reshape(len(step), -1).argmax(1)
    rows, columns = np.divmod(strongest, step.shape[2])
    assert ((rows > 36) & (columns > 36)).mean() > 0.9


def test_the_distractor_lies_beside_the_object(home: Home) -> None:
    plain = _masks(_read(home, size=48))
    content = _read(home, size=48, variant="distractor", cue_share=1.0, cue_elsewhere=1.0)
    hidden = ((_masks(content) == 2) & (plain == 1)).sum((1, 2)) / plain.sum((1, 2))
    assert hidden.max() < 0.02
    places = {tuple(np.argwhere(mask == 2).mean(0).round().astype(int)) for mask in _masks(content)}
    assert len(places) > 100


def test_texture_and_shape_agree_or_contradict_each_other(home: Home) -> None:
    own = _read(home, variant="texture", cue_share=1.0)
    assert list(own.columns["texture"]) == [own.class_names[label] for label in own.labels]
    conflicts = _read(home, variant="texture", cue_share=0.0)
    kinds = np.array([conflicts.class_names.index(name) for name in conflicts.columns["texture"]])
    assert (kinds != conflicts.labels).all()
    assert set(kinds) == set(range(6))
    assert (_masks(own) == _masks(conflicts)).all()
    changed = (_pixels(own) != _pixels(conflicts)).any(3)
    assert not (changed & ~_near(_near(_masks(own) == 1))).any()  # the ground stays as it was


@pytest.mark.parametrize("variant", ["plain", *PLANTED, "texture"])
def test_a_variant_is_loaded_and_looked_at_like_any_dataset(home: Home, variant: str) -> None:
    options = {"samples": 120, "size": 24, "variant": variant}
    dataset = load(DataSpec(dataset="shapes", options=options), home)
    assert dataset.kind.shape == (3, 24, 24)
    truth = dataset.ground_truth
    assert truth is not None
    for mask, (x0, y0, x1, y1) in zip(truth.masks, truth.boxes, strict=True):
        inside = mask[y0:y1, x0:x1] == 1
        assert inside.sum() == (mask == 1).sum() > 0
    if variant == "texture":
        assert set(dataset.manifest["texture"]) == set(dataset.outputs.class_names)


def test_the_data_page_opens_shapes(home: Home) -> None:
    assert open_preview("shapes", home) is not None


def test_wrong_options_are_named(home: Home) -> None:
    for options in ({"variant": "trick"}, {"cue_class": "hexagon"}, {"cue_share": 1.5}, {"cue_elsewhere": -0.1}):
        with pytest.raises(ExperimentError) as raised:
            load(DataSpec(dataset="shapes", options=options), home)
        assert raised.value.problems[0].field == f"data.options.{next(iter(options))}"
