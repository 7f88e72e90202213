from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor

from cnnlab.augment import Augmenter, Draw, Geometry, uniform
from cnnlab.data.types import Batch
from cnnlab.experiment import Augmentation

ALL = {
    "rotation": 20,
    "scaling": 0.2,
    "translation": 0.1,
    "horizontal_flip": 0.5,
    "vertical_flip": 0.5,
    "brightness": 0.3,
    "contrast": 0.3,
    "crop": 2,
    "erasing": 0.5,
}
EACH = [{name: value} for name, value in ALL.items()] + [{"crop": 3, "horizontal_flip": 0.5, "erasing": 0.4}, ALL]


def images(count: int, channels: int = 3, height: int = 12, width: int = 10) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    # no zeros, so that what came from outside can be told from the image
    return torch.randint(1, 256, (count, height, width, channels), dtype=torch.uint8, generator=generator).permute(
        0, 3, 1, 2
    )


def batch_of(inputs: Tensor, index: Tensor | None = None) -> Batch:
    return Batch(inputs, None, torch.arange(len(inputs)), torch.arange(len(inputs)) if index is None else index)


def augmented(inputs: Tensor, *, seed: int = 0, epoch: int = 0, index: Tensor | None = None, **spec: Any) -> Tensor:
    return Augmenter(Augmentation(**spec), seed)(batch_of(inputs, index), epoch=epoch).inputs


def test_off_is_the_same_image_as_floats() -> None:
    inputs = images(4)
    torch.testing.assert_close(augmented(inputs), inputs / 255.0)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("spec", EACH, ids="+".join)
def test_every_transform_gives_floats_in_range_and_leaves_its_input_alone(spec: dict[str, Any], channels: int) -> None:
    for inputs in (images(16, channels), images(16, channels).contiguous(), images(16, channels) / 255.0):
        before = inputs.clone()
        batch = batch_of(inputs)
        result = Augmenter(Augmentation(**spec), 0)(batch, epoch=0)
        assert result.inputs.dtype == torch.float32
        assert result.inputs.shape == inputs.shape
        assert result.inputs.is_contiguous(memory_format=torch.channels_last)
        assert result.inputs.min() >= 0
        assert result.inputs.max() <= 1
        assert result.targets is batch.targets
        assert result.index is batch.index
        assert torch.equal(inputs, before)
        unchanged = inputs / 255.0 if inputs.dtype == torch.uint8 else inputs
        assert not torch.allclose(result.inputs, unchanged)


@pytest.mark.parametrize("spec", EACH, ids="+".join)
def test_a_draw_depends_on_seed_epoch_and_sample_and_on_nothing_else(spec: dict[str, Any]) -> None:
    inputs = images(32)
    whole = augmented(inputs, seed=3, epoch=5, **spec)
    order = torch.randperm(32)
    parts = [augmented(inputs[part], seed=3, epoch=5, index=part, **spec) for part in order.split(7)]
    assert torch.equal(torch.cat(parts), whole[order])
    assert not torch.equal(augmented(inputs, seed=3, epoch=6, **spec), whole)
    assert not torch.equal(augmented(inputs, seed=4, epoch=5, **spec), whole)


@pytest.mark.parametrize("spec", EACH, ids="+".join)
def test_each_sample_has_its_own_draw(spec: dict[str, Any]) -> None:
    same = images(1).expand(64, -1, -1, -1)
    looks = {tuple(image.flatten().tolist()) for image in augmented(same, **spec)}
    assert len(looks) >= 2  # a flip has two looks, everything else many
    if not set(spec) <= {"horizontal_flip", "vertical_flip"}:
        assert len(looks) > 16


def test_uniform_draws_are_uniform_and_independent() -> None:
    values = uniform(7, 2, torch.arange(20_000), (Draw.ROTATION, Draw.CROP_X, Draw.ERASED_Y)).numpy()
    assert values.min() >= 0
    assert values.max() < 1
    counts = np.stack([np.histogram(row, bins=20, range=(0, 1))[0] for row in values])
    # chi-squared with 19 degrees of freedom: 43.8 is exceeded once in a thousand
    assert (((counts - 1000) ** 2) / 1000).sum(1).max() < 43.8
    assert np.abs(np.corrcoef(values) - np.eye(3)).max() < 0.03
    assert abs(np.corrcoef(values[0][:-1], values[0][1:])[0, 1]) < 0.03


def test_uniform_is_the_published_splitmix64() -> None:
    mask = (1 << 64) - 1

    def mixed(state: int) -> int:
        state &= mask
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & mask
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB & mask
        return state ^ (state >> 31)

    golden = 0x9E3779B97F4A7C15
    stream = mixed(mixed(11 + golden) + 4 + golden)
    expected = mixed(mixed(123 * golden + stream) + Draw.CROP_Y * golden) >> 40
    assert uniform(11, 4, torch.tensor([123]), (Draw.CROP_Y,)).item() == expected / 2**24


@pytest.mark.parametrize(
    ("name", "draw", "axis"), [("horizontal_flip", Draw.HORIZONTAL_FLIP, 3), ("vertical_flip", Draw.VERTICAL_FLIP, 2)]
)
def test_flip(name: str, draw: Draw, axis: int) -> None:
    inputs = images(200)
    result = augmented(inputs, **{name: 0.3})
    flipped = uniform(0, 0, torch.arange(200), (draw,))[0] < 0.3
    assert 0.2 < flipped.float().mean() < 0.4
    for image, moved, flip in zip(inputs / 255.0, result, flipped, strict=True):
        torch.testing.assert_close(moved, image.flip(axis - 1) if flip else image)


def test_crop_is_a_window_of_the_padded_image() -> None:
    inputs, pad = images(64), 3
    result = augmented(inputs, crop=pad)
    draws = uniform(0, 0, torch.arange(64), (Draw.CROP_Y, Draw.CROP_X))
    corners = (draws * (2 * pad + 1)).long()
    assert corners.min() == 0
    assert corners.max() == 2 * pad
    padded = torch.nn.functional.pad(inputs / 255.0, (pad, pad, pad, pad))
    for image, moved, (top, left) in zip(padded, result, corners.T.tolist(), strict=True):
        torch.testing.assert_close(moved, image[:, top : top + 12, left : left + 10])


@pytest.mark.parametrize(
    "spec",
    [{"rotation": 40}, {"scaling": 0.3}, {"translation": 0.2}, {"rotation": 170, "scaling": 0.2, "translation": 0.1}],
)
def test_affine_equals_scipy(spec: dict[str, float]) -> None:
    inputs = images(6)
    result = augmented(inputs, **spec)
    draws = (
        2 * uniform(0, 0, torch.arange(6), (Draw.ROTATION, Draw.SCALING, Draw.TRANSLATION_X, Draw.TRANSLATION_Y)) - 1
    )
    centre = np.array([(12 - 1) / 2, (10 - 1) / 2])
    for i, (angle, scale, right, down) in enumerate(draws.T.double().tolist()):
        turn = math.radians(angle * spec.get("rotation", 0))
        factor = 1 + scale * spec.get("scaling", 0)
        # in (y, x), y downward: forward is rotate and scale about the centre, then translate
        forward = factor * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
        moved = np.array([down * 12, right * 10]) * spec.get("translation", 0)
        inverse = np.linalg.inv(forward)
        offset = centre - inverse @ (centre + moved)
        for channel in range(3):
            image = inputs[i, channel].double().numpy() / 255
            expected = ndimage.affine_transform(image, inverse, offset, order=1, mode="grid-constant")
            np.testing.assert_allclose(result[i, channel].numpy(), expected, atol=2e-5)


def test_flips_and_crop_inside_an_affine_pass_equal_those_outside() -> None:
    inputs = images(32) / 255.0
    augmenter = Augmenter(Augmentation(horizontal_flip=0.5, vertical_flip=0.5, crop=2), 0)
    plain = augmenter.geometry(augmenter.draws(torch.arange(32), 0), 12, 10)
    identity = torch.eye(2, 3).repeat(32, 1, 1)
    with_affine = Geometry(plain.flip_x, plain.flip_y, plain.shift, identity)
    torch.testing.assert_close(with_affine.apply(inputs), plain.apply(inputs), atol=1e-4, rtol=0)


def test_a_mask_moves_with_its_image() -> None:
    mask = torch.zeros(16, 1, 12, 10)
    mask[:, :, 3:8, 2:6] = 1
    augmenter = Augmenter(Augmentation(rotation=30, translation=0.1, horizontal_flip=0.5), 0)
    geometry = augmenter.geometry(augmenter.draws(torch.arange(16), 1), 12, 10)
    moved = geometry.apply(mask, mode="nearest")
    assert set(moved.unique().tolist()) == {0.0, 1.0}
    soft = geometry.apply(mask)
    # nearest and bilinear agree except on pixels that the edge of the mask crosses
    assert ((soft > 0.5).float() - moved).abs().mean() < 0.01


def test_brightness_and_contrast() -> None:
    inputs = images(50) / 255.0
    result = augmented(inputs, brightness=0.4, contrast=0.5)
    draws = 2 * uniform(0, 0, torch.arange(50), (Draw.BRIGHTNESS, Draw.CONTRAST)) - 1
    for image, lit, (bright, contrast) in zip(inputs, result, draws.T.tolist(), strict=True):
        brightened = image * (1 + 0.4 * bright)
        expected = brightened.mean() + (1 + 0.5 * contrast) * (brightened - brightened.mean())
        torch.testing.assert_close(lit, expected.clamp(0, 1), atol=1e-5, rtol=1e-4)


def test_erasing_takes_one_rectangle_of_the_stated_size_from_the_stated_share() -> None:
    inputs = images(400, height=32, width=32)
    hidden = (augmented(inputs, erasing=0.25) == 0).all(1)
    erased = hidden.flatten(1).any(1)
    assert 0.18 < erased.float().mean() < 0.32
    for mask in hidden[erased]:
        rows, columns = mask.any(1), mask.any(0)
        height, width = int(rows.sum()), int(columns.sum())
        assert torch.equal(mask, rows[:, None] & columns[None])
        assert int(rows.nonzero()[-1] - rows.nonzero()[0]) == height - 1  # in one piece
        assert int(columns.nonzero()[-1] - columns.nonzero()[0]) == width - 1
        assert 0.012 < height * width / 1024 < 0.23  # 2 to 20 %, sides rounded to pixels
        assert 0.25 < height / width < 4


def strength(count: int) -> Tensor:
    return torch.linspace(0, 1, count)


def test_a_sample_of_strength_nothing_stays_as_it_is_and_one_of_all_is_what_it_was() -> None:
    inputs = images(6)
    strengths = torch.tensor([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    batch = batch_of(inputs)
    for spec in EACH:
        wanted = Augmenter(Augmentation(**spec), 3)(batch, epoch=2).inputs
        found = Augmenter(Augmentation(**spec), 3, strengths)(batch, epoch=2).inputs
        torch.testing.assert_close(found[::2], inputs[::2] / 255.0, atol=1e-5, rtol=0)
        torch.testing.assert_close(found[1::2], wanted[1::2], atol=1e-5, rtol=0)


def test_strength_is_a_share_of_each_reach_and_of_each_probability() -> None:
    index = torch.arange(20_000)
    strengths = torch.full((20_000,), 0.25)
    augmenter = Augmenter(Augmentation(rotation=40, horizontal_flip=0.8, crop=4, erasing=0.4), 1, strengths)
    draws = augmenter.draws(index, 0)
    assert float((draws[Draw.HORIZONTAL_FLIP] < 0.8).float().mean()) == pytest.approx(0.2, abs=0.012)
    assert float((draws[Draw.ERASING] < 0.4).float().mean()) == pytest.approx(0.1, abs=0.01)
    geometry = augmenter.geometry(draws, 12, 10)
    assert geometry.affine is not None
    assert geometry.shift is not None
    angles = torch.atan2(geometry.affine[:, 1, 0], geometry.affine[:, 0, 0])
    assert float(angles.abs().max()) == pytest.approx(math.radians(10), abs=1e-3)
    assert int(geometry.shift.abs().max()) == 1
    assert abs(float(geometry.shift.float().mean())) < 0.02


def test_a_sample_of_some_strength_is_the_same_in_any_batch() -> None:
    inputs, strengths = images(8), strength(8)
    whole = Augmenter(Augmentation(**ALL), 5, strengths)(batch_of(inputs), epoch=4).inputs
    part = torch.tensor([6, 2, 3])
    alone = Augmenter(Augmentation(**ALL), 5, strengths)(batch_of(inputs[part], part), epoch=4).inputs
    torch.testing.assert_close(alone, whole[part])
