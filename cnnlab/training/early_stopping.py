"""Early stopping: sees numbers, never tensors (Prechelt 1998, "Early stopping — but when?")."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, Self


@dataclass
class EarlyStopping:
    """Call it once an epoch with the monitored value; it answers whether to stop now.

    With patience 2, ``[stop(x) for x in (3, 2, 2, 2)] == [False, False, False, True]``. With patience 0 it
    never stops, and still knows the best epoch. Up to epoch ``from_epoch`` nothing is waited for: what is trained then
    is only a part of the network.
    """

    patience: int
    min_delta: float = 0.0
    mode: Literal["min", "max"] = "min"
    best: float | None = None
    best_epoch: int = 0
    epochs: int = 0
    improved: bool = False  # by the last call
    from_epoch: int = 0

    def __call__(self, value: float) -> bool:
        self.epochs += 1
        self.improved = self._is_better(value)
        if self.improved:
            self.best, self.best_epoch = value, self.epochs
        return 0 < self.patience <= self.waited

    @property
    def waited(self) -> int:
        """Epochs since the best one."""
        return max(0, self.epochs - max(self.best_epoch, self.from_epoch))

    def _is_better(self, value: float) -> bool:
        if value != value:  # NaN is no improvement, not even on nothing
            return False
        if self.best is None:
            return True
        gain = self.best - value if self.mode == "min" else value - self.best
        return gain > self.min_delta

    def state_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_state(cls, stored: dict[str, Any]) -> Self:
        return cls(**stored)
