"""Cards as a table: everything that is known of each, with its review."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from cnnlab.evaluation.csv_cells import inert
from cnnlab.evaluation.mistakes import Card
from cnnlab.runs.reviews import Review

HEADER = (
    "index",
    "file",
    "true",
    "predicted",
    "runner_up",
    "p_true",
    "p_predicted",
    "p_runner_up",
    "normalized_margin",
    "suspected",
    "likely",
    "control_of",
    "state",
    "note",
    "reviewed",
)


def csv_text(cards: Sequence[Card], names: Sequence[str], reviews: Mapping[int, Review]) -> str:
    """Columns as in ``HEADER``; probabilities in [0, 1], ``reviewed`` in ISO 8601 (UTC); unknown cells are empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for card in cards:
        review = reviews.get(card.index, Review())
        shares = (card.p_label, card.p_prediction, card.p_runner_up, card.margin)
        writer.writerow(
            [
                card.index,
                inert(card.file),
                *(_name(number, names) for number in (card.label, card.prediction, card.runner_up)),
                *("" if share != share else f"{share:.6f}" for share in shares),
                int(card.suspected),
                _name(card.likely, names) if card.suspected else "",
                "" if card.control_of is None else card.control_of,
                review.state,
                inert(review.note),
                _moment(review.time),
            ]
        )
    return text.getvalue()


def _name(number: int, names: Sequence[str]) -> str:
    return inert(names[number]) if number >= 0 else ""


def _moment(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="seconds") if timestamp else ""
