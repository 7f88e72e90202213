"""A run's temperature: fitted on its validation split, its effect read off the test split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnlab.errors import RunError
from cnnlab.evaluation.calibration import BINS
from cnnlab.evaluation.temperature.effect import DRAWS, Effect, effect
from cnnlab.evaluation.temperature.scaling import Fitted, fit

if TYPE_CHECKING:
    from cnnlab.evaluation.judged import Judged

SAME = 0.02  # of 1: a temperature so near to 1 is called none
MOST_BINS = 100
_MOST_CELLS = 20_000_000  # images times draws: of very many images there are fewer draws
_FEWEST = 200


@dataclass(frozen=True)
class Scaled:
    fitted: Fitted
    effect: Effect

    @property
    def kind(self) -> str:
        """What it says of the network on validation: "unbounded", "same", "over" (too sure) or "under"."""
        if self.fitted.bounded:
            return "unbounded"
        if abs(self.fitted.temperature - 1) < SAME:
            return "same"
        return "over" if self.fitted.temperature > 1 else "under"

    @property
    def verdict(self) -> str:
        """Whether the log loss on test falls ("helps") or rises ("hurts") for sure, or neither ("unclear")."""
        loss = self.effect.change["log_loss"]
        if loss.high is not None and loss.high < 0:
            return "helps"
        return "hurts" if loss.low is not None and loss.low > 0 else "unclear"


def scaling_of(validation: Judged, test: Judged, *, bins: int = BINS) -> Scaled:
    """Raises ``RunError``: "bins_out_of_range", "no_label_known" for a split without a single label."""
    if not 2 <= bins <= MOST_BINS:
        raise RunError("bins_out_of_range", field="--bins", value=bins, limit=MOST_BINS)
    for split, one in (("validation", validation), ("test", test)):
        if not one.known.any():
            raise RunError("no_label_known", field=split, value=split)
    fitted = fit(_known(validation), validation.probabilities)
    draws = min(DRAWS, max(_FEWEST, _MOST_CELLS // len(test)))
    return Scaled(fitted, effect(_known(test), test.probabilities, fitted.temperature, bins=bins, draws=draws))


def _known(judged: Judged) -> NDArray[np.int64]:
    labels: NDArray[np.int64] = np.where(judged.known, judged.labels, -1)
    return labels
