"""What data are made of, whatever they show: images today, signals, sound, text and video by the same types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # pages list datasets without torch
    import torch
    from torch import Tensor

Progress = Callable[[str, int, int], None]
"""Called with a catalogue key of what is being done ("progress.decoding"), how much is done, and how much in all."""


@dataclass(frozen=True)
class InputKind:
    """What one input is: its name ("image"), its shape without the batch axis (channels first), its stored type."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "uint8"


@dataclass(frozen=True)
class OutputSpec:
    """What is predicted: how many outputs, what they are called or measured in, which target value is ignored."""

    count: int
    class_names: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    ignore_index: int | None = None


@dataclass(frozen=True)
class Ragged:
    """Targets of unequal length, such as boxes: rows ``offsets[i]:offsets[i + 1]`` of ``values`` belong to sample i."""

    values: Tensor
    offsets: Tensor  # int64, one more than there are samples

    def take(self, index: Tensor) -> Ragged:
        """The targets of the samples ``index``, in that order."""
        import torch

        starts, ends = self.offsets[index], self.offsets[index + 1]
        lengths = ends - starts
        offsets = torch.zeros(len(index) + 1, dtype=torch.int64, device=self.offsets.device)
        torch.cumsum(lengths, 0, out=offsets[1:])
        within = torch.arange(int(offsets[-1]), device=offsets.device) - offsets[:-1].repeat_interleave(lengths)
        return Ragged(self.values[starts.repeat_interleave(lengths) + within], offsets)


Targets = "Tensor | Ragged | None"  # None: autoencoders


@dataclass(frozen=True)
class Batch:
    """A batch as it leaves the data: ``inputs`` in their stored type, on the training device."""

    inputs: Tensor  # [N, *kind.shape]
    lengths: Tensor | None  # [N] true lengths of padded sequences
    targets: Tensor | Ragged | None
    index: Tensor  # [N] int64: which samples of the dataset these are

    def __len__(self) -> int:
        return len(self.index)


class Samples(Protocol):
    """A prepared split: an index away from being a batch."""

    @property
    def kind(self) -> InputKind: ...
    @property
    def outputs(self) -> OutputSpec: ...
    @property
    def manifest(self) -> Mapping[str, list[Any]]:
        """Columns by name, one value a sample in this split's order: "file", "label" and group columns."""
        ...

    def __len__(self) -> int: ...

    def batches(self, size: int, *, seed: int | None, epoch: int = 0, start: int = 0) -> Iterator[Batch]:
        """The split in batches from batch ``start`` on, in the order of (seed, epoch); ``seed=None``: as stored."""
        ...

    def to(self, device: torch.device) -> Samples:
        """The same split, resident on ``device`` when it fits there."""
        ...
