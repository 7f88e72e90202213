"""``mistakes``: why a network failed, and what a person says of it."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnlab.cli import files
from cnnlab.cli.numbers import between
from cnnlab.cli.output import Output
from cnnlab.cli.review import NO_STATE, typed
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs import reviews
from cnnlab.runs.journal import Journal
from cnnlab.runs.reviews import Review

if TYPE_CHECKING:
    from cnnlab.evaluation.judged import Judged
    from cnnlab.evaluation.mistakes import Card, Filter

_EXPORTS = (".csv", ".html")


def mistakes(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Cards of one kind as a table, and as a file on request."""
    from cnnlab.evaluation.advice import advice
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.mistakes import KINDS, cards

    journal = Journal.open(home, arguments.run)
    _check(arguments)
    found = judged(journal, home)
    said = reviews.reviews(journal)
    only = _filter(arguments, found.names)
    every = cards(found, arguments.kind, only=only, states=reviews.states(said))
    shown = every[: arguments.limit]
    if arguments.out:
        _write(arguments, journal, home, found, shown, len(every), said)
        output.say("cli.mistakes.written", count=len(shown), out=arguments.out)
    advices = advice(found)
    values = {
        "run_id": arguments.run,
        "kind": arguments.kind,
        "test_images": len(found),
        "mistakes": int(found.wrong.sum()),
        "suspected_labels": int(found.issues.suspected.sum()),
        "found": len(every),
        "advice": [one.kind for one in advices],
        "cards": [_as_dict(card, found.names, said.get(card.index, Review())) for card in shown],
        "out": arguments.out,
    }
    from cnnlab.evaluation import mistake_words as words

    lines = [words.advice_words(one, found.names, output.language) for one in advices]
    lines += [_table(shown, found.names, said, output)] if shown else []
    if not shown:
        lines.append(output.t("cli.mistakes.nothing", known=", ".join(k for k in KINDS if k != arguments.kind)))
    output.result(values, "\n".join(lines))
    return 0


def _check(arguments: argparse.Namespace) -> None:
    from cnnlab.evaluation.mistakes import KINDS

    if arguments.kind not in KINDS:
        raise LabError("unknown_cards", field="--kind", value=arguments.kind[:80], known=", ".join(KINDS))
    between("--limit", arguments.limit)
    files.check_ending(arguments.out, _EXPORTS)


def _filter(arguments: argparse.Namespace, names: Sequence[str]) -> Filter:
    from cnnlab.evaluation.mistakes import Filter

    state = None if arguments.state is None else typed(arguments.state)
    if state not in (None, reviews.NONE, *reviews.STATES):
        known = ", ".join((*reviews.STATES, NO_STATE))
        raise LabError("unknown_review_state", field="--state", value=arguments.state[:80], known=known)
    return Filter(
        true_class=_class(arguments.true_class, names, "--true-class"),
        predicted_class=_class(arguments.predicted_class, names, "--predicted-class"),
        state=state,
    )


def _class(text: str | None, names: Sequence[str], field: str) -> int | None:
    """A class by its name or its number. Raises ``LabError`` ("unknown_class")."""
    if text is None:
        return None
    if text in names:
        return list(names).index(text)
    if text.isascii() and text.isdecimal() and int(text) < len(names):
        return int(text)
    raise LabError("unknown_class", field=field, value=text[:80], known=", ".join(names[:12]))


def _write(
    arguments: argparse.Namespace,
    journal: Journal,
    home: Home,
    found: Judged,
    shown: list[Card],
    count: int,
    said: dict[int, Review],
) -> None:
    if Path(arguments.out).suffix.lower() == ".csv":
        from cnnlab.evaluation.mistakes_csv import csv_text

        files.write(arguments.out, csv_text(shown, found.names, said))
        return
    from cnnlab.evaluation.mistakes_report import Head
    from cnnlab.evaluation.mistakes_report_of import report_of
    from cnnlab.i18n import environment_language

    command = shlex.join(["python", "-m", "cnnlab", "mistakes", *_again(arguments)])
    head = Head(journal.experiment().name, arguments.kind, count, len(shown), command=command)
    text = report_of(
        journal, home, head, shown, environment_language(), method=arguments.method, judged=found, reviews=said
    )
    files.write(arguments.out, text)


def _again(arguments: argparse.Namespace) -> list[str]:
    given = {
        "--kind": arguments.kind,
        "--limit": arguments.limit,
        "--true-class": arguments.true_class,
        "--predicted-class": arguments.predicted_class,
        "--state": arguments.state,
        "--method": arguments.method,
        "--out": arguments.out,
    }
    return [arguments.run, *(str(part) for name, value in given.items() if value is not None for part in (name, value))]


def _as_dict(card: Card, names: Sequence[str], said: Review) -> dict[str, Any]:
    return {
        "index": card.index,
        "file": card.file,
        "true": names[card.label] if card.label >= 0 else None,
        "predicted": names[card.prediction],
        "runner_up": names[card.runner_up],
        "p_true": card.p_label if card.label >= 0 else None,
        "p_predicted": card.p_prediction,
        "p_runner_up": card.p_runner_up,
        "normalized_margin": card.margin if card.label >= 0 else None,
        "suspected": card.suspected,
        "likely": names[card.likely] if card.suspected else None,
        "control_of": card.control_of,
        "state": said.state or None,
        "note": said.note,
        "tags": list(said.tags),
    }


def _table(shown: Sequence[Card], names: Sequence[str], said: dict[int, Review], output: Output) -> str:
    from cnnlab.evaluation import mistake_words as words

    columns = ["index", "true", "predicted", "runner_up", "label", "margin", "control_of", "state"]
    cells = [
        [
            str(card.index),
            names[card.label] if card.label >= 0 else formats.UNKNOWN,
            f"{names[card.prediction]} {card.p_prediction:.4f}",
            f"{names[card.runner_up]} {card.p_runner_up:.4f}",
            f"{card.p_label:.4f}",
            f"{card.margin:.4f}",
            formats.UNKNOWN if card.control_of is None else str(card.control_of),
            words.state(said[card.index].state, output.language) if card.index in said else formats.UNKNOWN,
        ]
        for card in shown
    ]
    return output.table([output.t(f"cli.mistakes.column.{name}") for name in columns], cells)
