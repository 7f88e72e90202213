"""Random transforms of training images: a whole batch at once, each sample with its own draw.

A draw is a hash of (seed, epoch, sample, number of the draw) and of nothing else. So the same sample looks the
same in an epoch whatever batch it is in, and a resumed run sees what the uninterrupted one saw.

Geometry comes first (flips, crop, affine), then light (contrast after brightness), then erasing. Flips and crops
move bytes; only rotation, scaling and translation interpolate, and then take flips and crop along in one pass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum, auto

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnlab.data.types import Batch
from cnnlab.experiment import Augmentation

_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_MASK = (1 << 64) - 1

ERASED_AREA = (0.02, 0.20)
ERASED_LOG_ASPECT = math.log(3.0)  # height / width between 1/3 and 3


class Draw(IntEnum):
    """The number of each draw. A new one goes last: changing a number changes every run that uses it."""

    ROTATION = auto()
    SCALING = auto()
    TRANSLATION_X = auto()
    TRANSLATION_Y = auto()
    HORIZONTAL_FLIP = auto()
    VERTICAL_FLIP = auto()
    BRIGHTNESS = auto()
    CONTRAST = auto()
    CROP_X = auto()
    CROP_Y = auto()
    ERASING = auto()
    ERASED_AREA = auto()
    ERASED_ASPECT = auto()
    ERASED_X = auto()
    ERASED_Y = auto()


def uniform(seed: int, epoch: int, index: Tensor, draws: tuple[Draw, ...]) -> Tensor:
    """[len(draws), N] float32 in [0, 1) for the samples ``index`` [N] (splitmix64, Steele et al. 2014)."""
    stream = _mixed_int(_mixed_int(seed + _GOLDEN) + epoch + _GOLDEN)
    samples = _mixed(index * _signed(_GOLDEN) + _signed(stream))
    numbers = torch.tensor([_signed(draw * _GOLDEN & _MASK) for draw in draws], device=index.device)
    bits = _mixed(samples + numbers[:, None])
    return _shifted(bits, 40).float() * 2.0**-24  # 24 bits: as many as a float32 holds exactly


def _mixed(state: Tensor) -> Tensor:
    state = (state ^ _shifted(state, 30)) * _signed(_MIX_1)
    state = (state ^ _shifted(state, 27)) * _signed(_MIX_2)
    return state ^ _shifted(state, 31)


def _shifted(state: Tensor, bits: int) -> Tensor:
    """A logical shift: torch's own copies the sign."""
    return (state >> bits) & ((1 << (64 - bits)) - 1)


def _mixed_int(state: int) -> int:
    state &= _MASK
    state = (state ^ (state >> 30)) * _MIX_1 & _MASK
    state = (state ^ (state >> 27)) * _MIX_2 & _MASK
    return state ^ (state >> 31)


def _signed(value: int) -> int:
    """The same 64 bits as torch's signed int64 writes them."""
    return value - (1 << 64) if value >= 1 << 63 else value


@dataclass(frozen=True)
class Geometry:
    """Where each output pixel comes from; for images, and for masks and boxes that must move along.

    Applied in this order: flips, a shift by whole pixels, the affine part. What comes from outside is 0.
    """

    flip_x: Tensor | None  # [N] bool
    flip_y: Tensor | None  # [N] bool
    shift: Tensor | None  # [N, 2] int64: the pixel (y, x) of the output is (y, x) + shift of the flipped input
    affine: Tensor | None  # [N, 2, 3] float32: output -> input, pixels (x, y) from the centre of the image

    def apply(self, inputs: Tensor, *, mode: str = "bilinear") -> Tensor:
        """``inputs`` [N, C, H, W] moved, channels_last. Without an affine part the type and every value is kept.

        With one, floats are needed; ``mode``: "bilinear", or "nearest" for masks.
        """
        if self.affine is not None:
            height, width = inputs.shape[2:]
            moved = F.grid_sample(inputs, self.grid(height, width), mode=mode, align_corners=False)
            return moved.contiguous(memory_format=torch.channels_last)
        pixels = inputs.permute(0, 2, 3, 1).contiguous()
        for axis, flipped in ((2, self.flip_x), (1, self.flip_y)):
            if flipped is not None:
                chosen = flipped.nonzero().squeeze(1)
                pixels = pixels.index_copy(0, chosen, pixels.index_select(0, chosen).flip(axis))
        if self.shift is not None:
            pixels = _shifted_windows(pixels, self.shift)
        return pixels.permute(0, 3, 1, 2)

    def matrix(self) -> Tensor:
        """[N, 2, 3] everything together: output -> input, pixels (x, y) from the centre of the image."""
        parts = [part for part in (self.flip_x, self.flip_y, self.shift, self.affine) if part is not None]
        matrix = torch.eye(2, 3).repeat(len(parts[0]), 1, 1).to(parts[0].device) if self.affine is None else self.affine
        if self.shift is not None:
            moved = matrix[:, :, 2:] + self.shift.flip(1).unsqueeze(2)
            matrix = torch.cat((matrix[:, :, :2], moved), 2)
        for row, flipped in ((0, self.flip_x), (1, self.flip_y)):
            if flipped is not None:
                sign = torch.ones_like(matrix)
                sign[:, row] = torch.where(flipped, -1.0, 1.0)[:, None]
                matrix = matrix * sign
        return matrix

    def grid(self, height: int, width: int) -> Tensor:
        """[N, H, W, 2] the sampling grid of ``grid_sample`` (``align_corners=False``) for images of that size."""
        matrix = self.matrix()
        # from pixels to grid_sample's units, in which an image reaches from -1 to 1 on both axes
        half = torch.tensor([width / 2, height / 2], device=matrix.device)
        columns = torch.stack((half[0], half[1], half.new_ones(())))
        theta = matrix * columns / half[:, None]
        return F.affine_grid(theta, [len(matrix), 1, height, width], align_corners=False)


def _shifted_windows(pixels: Tensor, shift: Tensor) -> Tensor:
    """[N, H, W, C] each moved by its own whole pixels (y, x): a gather of rows from the padded batch."""
    count, height, width, channels = pixels.shape
    pad = int(shift.abs().max())
    tall, wide = height + 2 * pad, width + 2 * pad
    padded = pixels.new_zeros((count, tall, wide, channels))
    padded[:, pad : pad + height, pad : pad + width] = pixels
    # every run of one row's length, wherever it starts: overlapping views cost nothing, and rows copy at full speed
    length = width * channels
    runs = padded.view(-1).as_strided((padded.numel() - length + 1, length), (1, 1))
    images = torch.arange(count, device=pixels.device)[:, None] * tall
    rows = torch.arange(height, device=pixels.device) + (shift[:, :1] + pad)
    starts = ((images + rows) * wide + (shift[:, 1:] + pad)) * channels
    return runs.index_select(0, starts.view(-1)).view(count, height, width, channels)


_USES: dict[str, tuple[Draw, ...]] = {
    "rotation": (Draw.ROTATION,),
    "scaling": (Draw.SCALING,),
    "translation": (Draw.TRANSLATION_X, Draw.TRANSLATION_Y),
    "horizontal_flip": (Draw.HORIZONTAL_FLIP,),
    "vertical_flip": (Draw.VERTICAL_FLIP,),
    "brightness": (Draw.BRIGHTNESS,),
    "contrast": (Draw.CONTRAST,),
    "crop": (Draw.CROP_X, Draw.CROP_Y),
    "erasing": (Draw.ERASING, Draw.ERASED_AREA, Draw.ERASED_ASPECT, Draw.ERASED_X, Draw.ERASED_Y),
}

_CHANCES = frozenset({Draw.HORIZONTAL_FLIP, Draw.VERTICAL_FLIP, Draw.ERASING})
_WITHIN = frozenset({Draw.ERASED_AREA, Draw.ERASED_ASPECT, Draw.ERASED_X, Draw.ERASED_Y})  # of an erasing that happens

Draws = dict[Draw, Tensor]


def augmenter(spec: Augmentation, seed: int, strengths: Tensor | None = None) -> Augmenter | None:
    """``None`` where nothing is varied."""
    return Augmenter(spec, seed, strengths) if spec.active else None


class Augmenter:
    """``augmenter(batch, epoch=3)`` is the batch as that epoch sees it: floats in [0, 1], channels_last."""

    def __init__(self, spec: Augmentation, seed: int, strengths: Tensor | None = None) -> None:
        """``strengths`` [samples of the dataset] in [0, 1]: the share of ``spec`` that each gets; 0 leaves it alone."""
        self._spec = spec
        self._strengths = strengths
        self._seed = seed
        self._used = tuple(draw for name, draws in _USES.items() if getattr(spec, name) for draw in draws)

    def __call__(self, batch: Batch, *, epoch: int) -> Batch:
        """``batch.inputs``: [N, C, H, W], uint8 or floats in [0, 1]; they are left as they are."""
        draws = self.draws(batch.index.to(batch.inputs.device), epoch)
        inputs = batch.inputs
        geometry = self.geometry(draws, inputs.shape[2], inputs.shape[3])
        inputs = geometry.apply(_unit(inputs)) if geometry.affine is not None else _unit(geometry.apply(inputs))
        if inputs.data_ptr() == batch.inputs.data_ptr():
            inputs = inputs.clone()  # floats that no transform has moved: what follows works in place
        return replace(batch, inputs=self._erased(self._lit(inputs, draws), draws))

    def draws(self, index: Tensor, epoch: int) -> Draws:
        """For each draw that is used, [N] in [0, 1) for the samples ``index`` [N]."""
        values = uniform(self._seed, epoch, index, self._used) if self._used else ()
        draws = dict(zip(self._used, values, strict=True))
        if self._strengths is None:
            return draws
        self._strengths = self._strengths.to(index.device)  # once: the batches of a run are all on one device
        strength = self._strengths[index]
        return {draw: _weaker(draw, value, strength) for draw, value in draws.items()}

    def geometry(self, draws: Draws, height: int, width: int) -> Geometry:
        """How images of that size move."""
        spec = self._spec
        flip_x = draws[Draw.HORIZONTAL_FLIP] < spec.horizontal_flip if spec.horizontal_flip else None
        flip_y = draws[Draw.VERTICAL_FLIP] < spec.vertical_flip if spec.vertical_flip else None
        shift = None
        if spec.crop:
            offsets = torch.stack((draws[Draw.CROP_Y], draws[Draw.CROP_X]), 1) * (2 * spec.crop + 1)
            shift = offsets.long() - spec.crop
        moves = spec.rotation or spec.scaling or spec.translation
        return Geometry(flip_x, flip_y, shift, self._affine(draws, height, width) if moves else None)

    def _affine(self, draws: Draws, height: int, width: int) -> Tensor:
        """[N, 2, 3]: the inverse of rotating and scaling about the centre, then translating."""
        spec = self._spec
        zero = torch.zeros_like(next(iter(draws.values())))
        angle = _centred(draws, Draw.ROTATION, math.radians(spec.rotation), zero)
        scale = 1 + _centred(draws, Draw.SCALING, spec.scaling, zero)
        right = _centred(draws, Draw.TRANSLATION_X, spec.translation * width, zero)
        down = _centred(draws, Draw.TRANSLATION_Y, spec.translation * height, zero)
        cosine, sine = angle.cos() / scale, angle.sin() / scale
        first = (cosine, -sine, sine * down - cosine * right)
        second = (sine, cosine, -sine * right - cosine * down)
        return torch.stack((*first, *second), 1).view(-1, 2, 3)

    def _lit(self, inputs: Tensor, draws: Draws) -> Tensor:
        """Brightness multiplies; contrast then moves away from the image's mean. Clamped once, at the end."""
        spec = self._spec
        if not (spec.brightness or spec.contrast):
            return inputs
        one = torch.ones(len(inputs), device=inputs.device)
        brightness = one + _centred(draws, Draw.BRIGHTNESS, spec.brightness, 0 * one)
        contrast = one + _centred(draws, Draw.CONTRAST, spec.contrast, 0 * one)
        offset = (1 - contrast) * brightness * inputs.mean((1, 2, 3))
        inputs.mul_((brightness * contrast).view(-1, 1, 1, 1)).add_(offset.view(-1, 1, 1, 1))
        return inputs.clamp_(0, 1)

    def _erased(self, inputs: Tensor, draws: Draws) -> Tensor:
        """A rectangle of zeros (Zhong et al. 2020) in the share ``erasing`` of the samples."""
        if not self._spec.erasing:
            return inputs
        _, channels, height, width = inputs.shape
        least, most = ERASED_AREA
        pixels = (least + (most - least) * draws[Draw.ERASED_AREA]) * (height * width)
        ratio = torch.exp((2 * draws[Draw.ERASED_ASPECT] - 1) * ERASED_LOG_ASPECT)
        tall = (pixels * ratio).sqrt().round().clamp(1, height)
        wide = (pixels / ratio).sqrt().round().clamp(1, width)
        rows = _between(height, (draws[Draw.ERASED_Y] * (height + 1 - tall)).floor(), tall)
        columns = _between(width, (draws[Draw.ERASED_X] * (width + 1 - wide)).floor(), wide)
        rows &= (draws[Draw.ERASING] < self._spec.erasing)[:, None]
        hidden = rows[:, :, None] & columns.repeat_interleave(channels, 1)[:, None, :]
        # pixels with their channels as one axis: a mask that needs no broadcasting is filled twice as fast
        inputs.permute(0, 2, 3, 1).view(-1, height, width * channels).masked_fill_(hidden, 0.0)
        return inputs


def _weaker(draw: Draw, value: Tensor, strength: Tensor) -> Tensor:
    """The draw of a sample that is varied by ``strength`` [N] of the whole.

    What happens or not happens by that share of its probability; what reaches to both sides reaches that far.
    """
    if draw in _CHANCES:
        return value / strength  # of 0: infinite, or no number at all, and neither is below a probability
    if draw in _WITHIN:
        return value
    return 0.5 + (value - 0.5) * strength


def _centred(draws: Draws, draw: Draw, reach: float, absent: Tensor) -> Tensor:
    """[N] uniform in [-reach, reach); ``absent`` where that draw is not used."""
    return (2 * draws[draw] - 1) * reach if draw in draws else absent


def _between(extent: int, start: Tensor, length: Tensor) -> Tensor:
    """[N, extent] bool: the positions from ``start`` [N], ``length`` [N] of them."""
    positions = torch.arange(extent, device=start.device)
    return (positions >= start[:, None]) & (positions < (start + length)[:, None])


def _unit(inputs: Tensor) -> Tensor:
    return inputs.float().div_(255.0) if inputs.dtype == torch.uint8 else inputs.float()
