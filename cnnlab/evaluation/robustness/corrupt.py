"""What each corruption does to images: [N, C, H, W] uint8 in, the same shape out, nothing changed in place.

What is drawn is drawn for each image by a generator of its own, seeded by the seed, the corruption and the image's
place in the dataset: so an image suffers the same in whatever batch, and its strengths are one mishap, ever stronger.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from cnnlab.evaluation.robustness.table import corruptions

Draws = Sequence[torch.Generator]
_TRUNCATE = 4.0  # standard deviations of a Gaussian kernel that are kept, as scipy and skimage do


def corrupt(images: Tensor, name: str, level: int, *, places: Sequence[int], seed: int) -> Tensor:
    """``level``: 1 to 5, 0 leaves the images as they are; ``places``: what each image is called, for its draws."""
    if level == 0:
        return images
    strength = corruptions()[name].strengths[level - 1]
    draws = [_generator(seed, name, place) for place in places]
    return CORRUPT[name](images, strength, draws).contiguous()


def noise(images: Tensor, strength: float, draws: Draws) -> Tensor:
    """x + N(0, strength)."""
    shape = images.shape[1:]
    drawn = torch.stack([torch.randn(shape, generator=generator) for generator in draws])
    return _pixels(_unit(images) + strength * drawn)


def blur(images: Tensor, strength: float, draws: Draws) -> Tensor:  # noqa: ARG001  # one signature for all
    """A Gaussian kernel, rows and then columns; beyond the edge its pixels are repeated."""
    channels, side = images.shape[1], min(images.shape[2:])
    sigma = strength * side
    reach = max(1, int(_TRUNCATE * sigma + 0.5))
    steps = torch.arange(-reach, reach + 1, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (steps / sigma) ** 2)
    kernel = (kernel / kernel.sum()).repeat(channels, 1, 1)
    padded = F.pad(_unit(images), (reach, reach, reach, reach), mode="replicate")
    across = F.conv2d(padded, kernel.unsqueeze(2), groups=channels)
    return _pixels(F.conv2d(across, kernel.unsqueeze(3), groups=channels))


def brightness(images: Tensor, strength: float, draws: Draws) -> Tensor:  # noqa: ARG001
    """HSV's value, the largest channel, rises by ``strength`` and is cut at 1; hue and saturation stay."""
    unit = _unit(images)
    value = unit.amax(1, keepdim=True)
    brighter = (value + strength).clamp(max=1.0)
    return _pixels(torch.where(value > 0, unit * brighter / value.clamp(min=1e-6), brighter.expand_as(unit)))


def contrast(images: Tensor, strength: float, draws: Draws) -> Tensor:  # noqa: ARG001
    """(x - mean) * strength + mean, the mean of each image's channels by themselves."""
    unit = _unit(images)
    mean = unit.mean((2, 3), keepdim=True)
    return _pixels((unit - mean) * strength + mean)


def jpeg(images: Tensor, strength: float, draws: Draws) -> Tensor:  # noqa: ARG001
    """One or three channels as JPEG keeps them; of any other number each channel by itself."""
    return torch.stack([_through_jpeg(image, int(strength)) for image in images])


def rotation(images: Tensor, strength: float, draws: Draws) -> Tensor:
    """Bilinear, around the centre, to a side that is drawn."""
    signs = torch.tensor([_sign(generator) for generator in draws])
    angle = signs * math.radians(strength)
    height, width = images.shape[2:]
    # affine_grid measures both sides from -1 to 1, so an image that is not square needs their ratio
    rows = [
        torch.stack([angle.cos(), -angle.sin() * height / width, torch.zeros_like(angle)], 1),
        torch.stack([angle.sin() * width / height, angle.cos(), torch.zeros_like(angle)], 1),
    ]
    grid = F.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    return _pixels(F.grid_sample(_unit(images), grid, padding_mode="border", align_corners=False))


def occlusion(images: Tensor, strength: float, draws: Draws) -> Tensor:
    """A square of ``strength`` of the area, anywhere within (as cutout: DeVries & Taylor 2017)."""
    covered = images.clone()
    height, width = images.shape[2:]
    side = min(max(1, round(math.sqrt(strength * height * width))), height, width)
    for image, generator in zip(covered, draws, strict=True):
        top = _whole(height - side, generator)
        left = _whole(width - side, generator)
        mean = image.float().mean((1, 2)).round().to(torch.uint8)
        image[:, top : top + side, left : left + side] = mean[:, None, None]
    return covered


def shift(images: Tensor, strength: float, draws: Draws) -> Tensor:
    """Whole pixels, at least one, in one of four directions that is drawn."""
    height, width = images.shape[2:]
    moved = []
    for image, generator in zip(images, draws, strict=True):
        sign, down = _sign(generator), _whole(1, generator)
        pixels = int(sign) * max(1, round(strength * (height if down else width)))
        moved.append(moved_by(image.unsqueeze(0), (pixels, 0) if down else (0, pixels)))
    return torch.cat(moved)


def moved_by(images: Tensor, by: tuple[int, int]) -> Tensor:
    """Moved down and to the right by whole pixels (negative: up, to the left); the edge is repeated behind them."""
    height, width = images.shape[2:]
    rows = (torch.arange(height) - by[0]).clamp(0, height - 1)
    columns = (torch.arange(width) - by[1]).clamp(0, width - 1)
    return images[:, :, rows][:, :, :, columns]


CORRUPT: dict[str, Callable[[Tensor, float, Draws], Tensor]] = {
    "noise": noise,
    "blur": blur,
    "brightness": brightness,
    "contrast": contrast,
    "jpeg": jpeg,
    "rotation": rotation,
    "occlusion": occlusion,
    "shift": shift,
}


def _generator(seed: int, name: str, place: int) -> torch.Generator:
    digest = hashlib.sha256(f"corrupt {seed} {name} {place}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))


def _sign(generator: torch.Generator) -> float:
    return 2.0 * _whole(1, generator) - 1.0


def _whole(most: int, generator: torch.Generator) -> int:
    """0 to ``most``, each as likely."""
    return int(torch.randint(most + 1, (), generator=generator))


def _unit(images: Tensor) -> Tensor:
    return images.float() / 255.0


def _pixels(unit: Tensor) -> Tensor:
    return (unit * 255.0).round().clamp(0, 255).to(torch.uint8)


def _through_jpeg(image: Tensor, quality: int) -> Tensor:
    """[C, H, W]."""
    if image.shape[0] not in (1, 3):
        return torch.cat([_through_jpeg(channel.unsqueeze(0), quality) for channel in image])
    array = image[0].numpy() if image.shape[0] == 1 else image.permute(1, 2, 0).contiguous().numpy()
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    read = np.array(Image.open(buffer, formats=("JPEG",)))
    pixels = torch.from_numpy(read)
    return pixels.unsqueeze(0) if read.ndim == 2 else pixels.permute(2, 0, 1)
