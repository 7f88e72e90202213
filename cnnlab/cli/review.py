"""``review``: what a person says of an image: a state, a note, tags; kept with the run and in MLflow."""

from __future__ import annotations

import argparse
from typing import Any

from cnnlab.cli.output import Output
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs import labels, reviews
from cnnlab.runs.journal import Journal
from cnnlab.runs.reviews import Image, Review

NO_STATE = "none"  # how the empty state is typed


def review(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Keeps what is said of an image and tells MLflow if it is there, takes the last change back, or lists it all."""
    journal = Journal.open(home, arguments.run)
    if arguments.list:
        return _list(journal, output)
    image = reviews.undo(journal) if arguments.undo else _write(arguments, journal, home)
    if image is None:
        output.result({"run_id": arguments.run, "index": None}, output.t("cli.review.nothing"))
        return 0
    now = reviews.every(journal).get(image, Review())
    told = _tell(journal, home)
    from cnnlab.evaluation import mistake_words as words

    state = words.state(now.state, output.language)
    said = output.t(f"cli.review.{'kept' if told else 'waiting'}", index=image.key, state=", ".join([state, *now.tags]))
    output.result({"run_id": arguments.run, **_facts(image, now), "in_mlflow": told}, said)
    return 0


def typed(state: str) -> str:
    return reviews.NONE if state == NO_STATE else state


def _write(arguments: argparse.Namespace, journal: Journal, home: Home) -> Image:
    """What is not given stays as it was."""
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.mistakes import card_of

    index, split = arguments.index, arguments.split
    given = (arguments.state, arguments.note, arguments.tag, arguments.untag)
    if index is None or all(one is None for one in given):
        raise LabError("no_review", field="INDEX" if index is None else "--state")
    card_of(judged(journal, home, split=split), index)  # whether it is there
    before = reviews.reviews(journal, split).get(index, Review())
    state = before.state if arguments.state is None else typed(arguments.state)
    note = before.note if arguments.note is None else arguments.note
    tags = _without(before.tags, arguments.untag or []) + tuple(arguments.tag or ())
    reviews.write_review(journal, index, state, note, tags=tags, split=split)
    return Image(split, index)


def _without(tags: tuple[str, ...], names: list[str]) -> tuple[str, ...]:
    """Raises ``LabError`` ("no_such_tag")."""
    there = dict(labels.parse(tag) for tag in tags)
    for name in names:
        if there.pop(name.strip(), None) is None:
            raise LabError("no_such_tag", field="--untag", value=name[:80], known=", ".join(there) or formats.UNKNOWN)
    return tuple(labels.words(there))


def _list(journal: Journal, output: Output) -> int:
    from cnnlab.evaluation import mistake_words as words

    found = sorted(reviews.every(journal).items())
    header = [output.t(f"cli.review.column.{name}") for name in ("split", "index", "state", "tags", "note")]
    rows = [
        [image.split, str(image.index), words.state(one.state, output.language), ", ".join(one.tags), one.note]
        for image, one in found
    ]
    shown = output.table(header, rows) if rows else output.t("cli.review.none")
    output.result({"run_id": journal.run_id, "images": [_facts(image, one) for image, one in found]}, shown)
    return 0


def _facts(image: Image, said: Review) -> dict[str, Any]:
    values = {"split": image.split, "index": image.index, "state": said.state or None}
    return {**values, "note": said.note, "tags": list(said.tags)}


def _tell(journal: Journal, home: Home) -> bool:
    try:
        return reviews.publish(journal, home)
    except Exception:  # whatever the store does, the review is kept and told later
        return False
