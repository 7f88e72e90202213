"""The images behind a number, as ``evaluate --images`` lists them."""

from __future__ import annotations

from typing import Any

from cnnlab.cli.numbers import between
from cnnlab.cli.output import Output
from cnnlab.home import Home
from cnnlab.i18n.formats import UNKNOWN
from cnnlab.runs import reviews
from cnnlab.runs.journal import Journal
from cnnlab.runs.reviews import Review


def listed(
    journal: Journal, home: Home, split: str, word: str, limit: int, output: Output
) -> tuple[dict[str, Any], str]:
    """For JSON, and as a table. Raises ``LabError`` ("unknown_images", "too_small"), and what ``judged`` raises."""
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.picks import losses, parse, places

    between("--limit", limit)
    found = judged(journal, home, split=split)
    chosen = places(found, parse(word, len(found.names))).tolist()
    loss, said = losses(found), reviews.reviews(journal, split)
    rows = [
        {
            "index": place,
            "file": found.files[place],
            "label": found.names[found.labels[place]] if found.known[place] else None,
            "prediction": found.names[found.predictions[place]],
            "probability": round(float(found.confidence[place]), 6),
            "loss": round(float(loss[place]), 6) if found.known[place] else None,
            "review": _review(said.get(place)),
        }
        for place in chosen[:limit]
    ]
    header = [output.t(f"cli.images.{name}") for name in ("index", "file", "truth", "said", "share")]
    cells = [
        [str(one["index"]), one["file"], one["label"] or UNKNOWN, one["prediction"], f"{one['probability']:.4f}"]
        for one in rows
    ]
    title = output.t("cli.images.header", shown=len(rows), count=len(chosen), split=split)
    return {"found": len(chosen), "images": rows}, f"{title}\n{output.table(header, cells)}"


def _review(said: Review | None) -> dict[str, Any] | None:
    return None if said is None else {"state": said.state or None, "note": said.note, "tags": list(said.tags)}
