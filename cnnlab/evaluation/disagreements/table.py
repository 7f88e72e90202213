"""The images of a panel as a table: a row an image, three columns a network."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from cnnlab.evaluation.csv_cells import inert
from cnnlab.evaluation.disagreements.panel import Panel


def csv_text(panel: Panel, places: Sequence[int], names: Sequence[str]) -> str:
    """``names``: of the panel's networks. Probabilities in [0, 1], the divergence in bits, "right" 1 or 0."""
    text = io.StringIO()
    writer = csv.writer(text)
    of_each = [f"{kind}: {name}" for name in names for kind in ("predicted", "probability", "right")]
    writer.writerow(["index", "file", "true", "right", "divergence_bits", *map(inert, of_each)])
    for place in places:
        label = int(panel.labels[place])
        cells = [str(place), inert(panel.files[place]), inert(panel.names[label]) if label >= 0 else ""]
        cells += [str(int(panel.right[:, place].sum())), f"{panel.divergence[place]:.4f}"]
        for number in range(len(panel.places)):
            said = inert(panel.names[int(panel.predictions[number, place])])
            share, right = panel.confidence[number, place], panel.right[number, place]
            cells += [said, f"{share:.6f}", str(int(right)) if label >= 0 else ""]
        writer.writerow(cells)
    return text.getvalue()
