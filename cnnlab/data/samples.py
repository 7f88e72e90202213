"""A prepared split: an index away from being a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import psutil
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnlab.data.types import Batch, InputKind, OutputSpec, Ragged

SHARE_OF_FREE_MEMORY = 0.25

Stored = NDArray[Any] | Tensor


class ArraySamples:
    """Samples in one array, whatever they show.

    ``inputs`` is stored as [N, *shape] or, for images, channels last [N, H, W, C]: a batch is one gather and a
    change of strides, so that it is channels_last in memory without a copy. ``positions`` names the rows of this
    split in the whole dataset; that is what ``Batch.index`` tells.
    """

    def __init__(
        self,
        kind: InputKind,
        outputs: OutputSpec,
        inputs: Stored,
        targets: Tensor | Ragged | None,
        positions: Tensor,
        *,
        columns: Callable[[], Mapping[str, list[Any]]] = dict,
        balanced: bool = False,
        groups: Tensor | None = None,
    ) -> None:
        """``targets`` are those of this split already, in its order; ``inputs`` are of the whole dataset.

        ``balanced``: an epoch draws each class as often; with ``groups`` ([N] int64, of this split) each group.
        """
        self._kind = kind
        self._outputs = outputs
        self._inputs = inputs
        self._resident: Tensor | None = None  # this split's rows only, on the device
        self._targets = targets
        self._positions = positions
        self._columns = columns
        self._balanced = balanced
        self._groups = groups

    @property
    def kind(self) -> InputKind:
        return self._kind

    @property
    def outputs(self) -> OutputSpec:
        return self._outputs

    @property
    def manifest(self) -> Mapping[str, list[Any]]:
        """Columns by name, one value a sample in this split's order."""
        positions = self._positions.tolist()
        return {name: [values[i] for i in positions] for name, values in self._columns().items()}

    @property
    def positions(self) -> Tensor:
        """[N] int64: which samples of the dataset these are."""
        return self._positions

    @property
    def targets(self) -> Tensor | Ragged | None:
        return self._targets

    @property
    def kinds(self) -> Tensor | None:
        """[N] what a balanced epoch draws evenly: the groups where there are any, else the classes."""
        drawn_by = self._targets if self._groups is None else self._groups
        return drawn_by if isinstance(drawn_by, Tensor) else None

    def __len__(self) -> int:
        return len(self._positions)

    def batches(self, size: int, *, seed: int | None, epoch: int = 0, start: int = 0) -> Iterator[Batch]:
        """The split in batches from batch ``start`` on, in the order of (seed, epoch); ``seed=None``: as stored."""
        order = self.order(seed, epoch).to(self._positions.device)
        for first in range(start * size, len(order), size):
            yield self._batch(order[first : first + size])

    def pick(self, rows: Sequence[int]) -> Batch:
        """The samples at ``rows``, counted in this split. Raises ``IndexError`` outside of it."""
        chosen = torch.as_tensor(list(rows), dtype=torch.int64)
        if len(chosen) and not 0 <= int(chosen.min()) <= int(chosen.max()) < len(self):
            raise IndexError(f"rows {rows} of a split of {len(self)}")
        return self._batch(chosen.to(self._positions.device))

    def order(self, seed: int | None, epoch: int) -> Tensor:
        """[N] rows in the order of an epoch: the same for ever for the same (seed, epoch)."""
        if seed is None:
            return torch.arange(len(self))
        generator = torch.Generator().manual_seed(_mixed(seed, epoch))
        kinds = self.kinds
        if self._balanced and kinds is not None:
            return _balanced_draw(kinds.cpu(), generator)
        return torch.randperm(len(self), generator=generator)

    def to(self, device: torch.device | str) -> ArraySamples:
        """The same split on ``device``, its inputs resident there when they take at most a quarter of what is free."""
        device = torch.device(device)
        moved = ArraySamples(
            self._kind,
            self._outputs,
            self._inputs,
            _moved(self._targets, device),
            self._positions.to(device),
            columns=self._columns,
            balanced=self._balanced,
            groups=self._groups,
        )
        if self._resident is not None:
            moved._resident = self._resident.to(device)
        elif self._bytes() <= SHARE_OF_FREE_MEMORY * _free_bytes(device):
            moved._resident = self._gather(self._positions).to(device)
        return moved

    def _bytes(self) -> int:
        row = self._inputs[0]
        return int(row.nbytes) * len(self) if len(self) else 0

    def _batch(self, rows: Tensor) -> Batch:
        if self._resident is not None:
            inputs = self._resident.index_select(0, rows)
        else:
            inputs = self._gather(self._positions[rows]).to(rows.device, non_blocking=True)
        if self._kind.name == "image":
            inputs = inputs.permute(0, 3, 1, 2)
        targets = self._targets
        if targets is not None:
            targets = targets.take(rows) if isinstance(targets, Ragged) else targets.index_select(0, rows)
        return Batch(inputs, None, targets, self._positions.index_select(0, rows))

    def _gather(self, positions: Tensor) -> Tensor:
        """Rows of the stored inputs, on the CPU."""
        if isinstance(self._inputs, Tensor):
            return self._inputs.index_select(0, positions.cpu())
        return torch.from_numpy(np.ascontiguousarray(self._inputs[positions.cpu().numpy()]))


def _balanced_draw(targets: Tensor, generator: torch.Generator) -> Tensor:
    """[N] rows with replacement: first a class (or a group), each as likely, then one of its samples."""
    _, classes, counts = torch.unique(targets, return_inverse=True, return_counts=True)
    by_class = torch.argsort(classes, stable=True)
    first = torch.cumsum(counts, 0) - counts
    drawn = torch.randint(len(counts), (len(targets),), generator=generator)
    within = (torch.rand(len(targets), generator=generator, dtype=torch.float64) * counts[drawn]).long()
    return by_class[first[drawn] + within]


def _mixed(seed: int, epoch: int) -> int:
    """One number from two, so that (0, 1) and (1, 0) have nothing in common."""
    return int.from_bytes(hashlib.sha256(f"order {seed} {epoch}".encode()).digest()[:7], "big")


def _moved(targets: Tensor | Ragged | None, device: torch.device) -> Tensor | Ragged | None:
    if isinstance(targets, Ragged):
        return Ragged(targets.values.to(device), targets.offsets.to(device))
    return None if targets is None else targets.to(device)


def _free_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)
