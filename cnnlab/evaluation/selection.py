"""Which samples of a split to look at: by whether the network was right, and by how sure it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnnlab.errors import LabError

PICKS = ("any", "right", "wrong", "mistakes", "unsure")


def select(
    columns: Mapping[str, Sequence[Any]],
    pick: str,
    *,
    true_class: int | None = None,
    predicted_class: int | None = None,
) -> list[int]:
    """Places in the split (from 0), from stored predictions ("label", "prediction", "probability").

    "any", "right" and "wrong" keep the split's order; "mistakes" are the wrong ones, the most confident first;
    "unsure" is everything, the least confident first. A true and a predicted class together are one cell of the
    confusion matrix. Raises ``LabError`` ("unknown_pick").
    """
    if pick not in PICKS:
        raise LabError("unknown_pick", field="--pick", value=pick[:80], known=", ".join(PICKS))
    labels, predictions, sure = columns["label"], columns["prediction"], columns["probability"]
    places = [p for p in range(len(labels)) if true_class is None or labels[p] == true_class]
    places = [p for p in places if predicted_class is None or predictions[p] == predicted_class]
    if pick == "right":
        return [p for p in places if labels[p] == predictions[p]]
    if pick in ("wrong", "mistakes"):
        places = [p for p in places if labels[p] != predictions[p]]
    if pick == "mistakes":
        return sorted(places, key=lambda p: (-sure[p], p))
    return sorted(places, key=lambda p: (sure[p], p)) if pick == "unsure" else places
