"""What is explained: one image as a network gets it, and what is known of it. Importing this imports no torch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Subject:
    """``label``: the true class, where it is known. ``index`` counts in ``split``; ``None``: from no split."""

    inputs: Tensor  # [1, C, H, W] uint8
    name: str
    label: int | None = None
    index: int | None = None
    split: str = "test"  # "train", "validation" or "test"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the pixels."""
        return hashlib.sha256(self.inputs.numpy().tobytes()).hexdigest()

    @property
    def known_label(self) -> int | None:
        """The true class, ``None`` where it is unknown or ignored."""
        return self.label if self.label is not None and self.label >= 0 else None
