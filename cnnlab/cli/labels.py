"""``note``, ``tag`` and ``untag``: what a person says of a run."""

from __future__ import annotations

import argparse

from cnnlab.cli.output import Output
from cnnlab.home import Home
from cnnlab.runs import labels, telling
from cnnlab.runs.journal import Journal
from cnnlab.runs.labels import Labels


def note(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Writes the note, takes the last change back, or shows what there is."""
    journal = Journal.open(home, arguments.run)
    if arguments.undo:
        labels.undo(journal)
    elif arguments.text is not None:
        labels.write_note(journal, arguments.text)
    return _said(journal, home, output)


def tag(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    journal = Journal.open(home, arguments.run)
    labels.write_tag(journal, arguments.tag)
    return _said(journal, home, output)


def untag(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    journal = Journal.open(home, arguments.run)
    labels.remove_tag(journal, arguments.tag)
    return _said(journal, home, output)


def _said(journal: Journal, home: Home, output: Output) -> int:
    """MLflow is told at once where it can be, else by the next repair."""
    told = telling.tell_labels(journal, home)
    found: Labels = labels.labels(journal)
    words = [found.note, *labels.words(found.tags)]
    values = {"run_id": journal.run_id, **found.as_dict(), "told": told, "apart": list(labels.apart(journal))}
    output.result(values, "\n".join(word for word in words if word) or output.t("labels.nothing"))
    for name in labels.apart(journal):
        output.say("labels.apart", name=name)
    return 0
