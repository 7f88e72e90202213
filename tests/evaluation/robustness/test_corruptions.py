"""Corruptions: deterministic, relative to size and range, and what they say they are."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from cnnlab.errors import LabError
from cnnlab.evaluation.robustness.corrupt import CORRUPT, corrupt, moved_by
from cnnlab.evaluation.robustness.table import LEVELS, chosen, corruptions

NAMES = list(corruptions())


def images(channels: int = 3, side: int = 24, count: int = 5) -> Tensor:
    """Smooth ones, as photographs are: white noise would hide what a blur or JPEG does."""
    generator = torch.Generator().manual_seed(3)
    coarse = torch.rand(count, channels, 5, 5, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=(side, side), mode="bicubic").clamp(0, 1)
    return (smooth * 255).to(torch.uint8)


def changed(name: str, level: int, given: Tensor, *, seed: int = 0) -> Tensor:
    return corrupt(given, name, level, places=range(len(given)), seed=seed)


def test_the_table_and_the_functions_have_the_same_names_and_texts() -> None:
    assert set(CORRUPT) == set(NAMES)
    for one in corruptions().values():
        assert len(one.strengths) == LEVELS
        assert one.as_in in ("hendrycks2019", "own")
        assert all(one.text(key, language) for key in ("title", "about") for language in ("en", "es"))


@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_each_keeps_shape_and_kind_and_leaves_what_it_is_given(name: str, channels: int) -> None:
    given = images(channels, side=48)
    before = given.clone()
    for level in range(LEVELS + 1):
        found = changed(name, level, given)
        assert found.shape == given.shape
        assert found.dtype == torch.uint8
        assert (level == 0) == torch.equal(found, given)
    assert torch.equal(given, before)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_the_same_again_and_in_any_batch(name: str) -> None:
    given = images()
    whole = changed(name, 3, given)
    alone = torch.cat([corrupt(given[i : i + 1], name, 3, places=[i], seed=0) for i in range(len(given))])
    assert torch.equal(whole, alone)
    drawn = name in ("noise", "rotation", "occlusion", "shift")
    assert torch.equal(whole, changed(name, 3, given, seed=1)) is not drawn


@pytest.mark.parametrize("name", NAMES)
def test_each_strength_changes_more_than_the_one_before(name: str) -> None:
    given = images(side=48, count=12)
    distances = [(changed(name, k, given).float() - given.float()).abs().mean() for k in range(1, LEVELS + 1)]
    assert all(first < second for first, second in itertools.pairwise(distances)), distances


def test_noise_has_the_stated_deviation() -> None:
    grey = torch.full((4, 1, 64, 64), 128, dtype=torch.uint8)
    found = changed("noise", 1, grey).float() / 255
    assert float(found.std()) == pytest.approx(0.08, abs=0.004)


def test_blur_is_that_of_scipy() -> None:
    ndimage = pytest.importorskip("scipy.ndimage")
    given = images(1, side=64, count=2)
    sigma = corruptions()["blur"].strengths[4] * 64
    expected = np.stack([ndimage.gaussian_filter(one[0].numpy() / 255.0, sigma, mode="nearest") for one in given])
    assert changed("blur", 5, given)[:, 0].numpy() == pytest.approx(expected * 255, abs=0.51)


def test_brightness_is_that_of_hsv() -> None:
    import colorsys

    given = torch.randint(256, (1, 3, 6, 6), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    given[0, :, 0, 0] = 0  # black has no hue: it becomes grey
    found = changed("brightness", 2, given)[0].permute(1, 2, 0).reshape(-1, 3) / 255
    for before, after in zip(given[0].permute(1, 2, 0).reshape(-1, 3) / 255, found, strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*before.tolist())
        assert after.tolist() == pytest.approx(colorsys.hsv_to_rgb(hue, saturation, min(1, value + 0.2)), abs=0.003)


def test_contrast_keeps_each_mean() -> None:
    given = images()
    found = changed("contrast", 5, given).float()
    assert found.mean((2, 3)).numpy() == pytest.approx(given.float().mean((2, 3)).numpy(), abs=0.5)
    assert float(found.std()) < float(given.float().std())


def test_jpeg_is_that_of_pillow() -> None:
    given = images(3, count=1)
    buffer = io.BytesIO()
    Image.fromarray(given[0].permute(1, 2, 0).contiguous().numpy()).save(buffer, "JPEG", quality=25)
    expected = np.asarray(Image.open(io.BytesIO(buffer.getvalue())))
    assert np.array_equal(changed("jpeg", 1, given)[0].permute(1, 2, 0).numpy(), expected)


def test_rotation_of_a_side_that_is_drawn_keeps_the_centre() -> None:
    bar = torch.zeros(20, 1, 33, 33, dtype=torch.uint8)
    bar[:, :, 16, :] = 255
    found = changed("rotation", 4, bar)  # 45 degrees
    assert (found[:, 0, 16, 16] > 200).all()
    falling = found[:, 0, 26, 26] > 60
    rising = found[:, 0, 26, 6] > 60
    assert torch.equal(falling, ~rising)
    assert falling.any()
    assert rising.any()


def test_occlusion_covers_its_share() -> None:
    given = images(1, side=100, count=3)
    given[:, :, ::2] = 0  # no image is as even as what covers it
    given[:, :, 1::2] = 200
    found = changed("occlusion", 3, given)
    assert float((found == 100).float().mean()) == pytest.approx(0.2, abs=0.01)


def test_shift_repeats_the_edge() -> None:
    given = images(1, side=6, count=1)
    moved = moved_by(given, (2, -1))
    assert torch.equal(moved[0, 0, 2:, :-1], given[0, 0, :-2, 1:])
    assert torch.equal(moved[0, 0, 0], moved[0, 0, 2])
    assert torch.equal(moved[0, 0, :, -1], moved[0, 0, :, -2])
    assert changed("shift", 1, images(1, side=8)).shape[-1] == 8  # at least one pixel, however small the image


def test_names_are_chosen_or_refused() -> None:
    assert chosen(None) == NAMES
    assert chosen("shift,noise") == ["noise", "shift"]
    with pytest.raises(LabError) as caught:
        chosen("noise,fog")
    assert caught.value.problem.code == "unknown_corruption"
