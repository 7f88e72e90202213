"""Which runs to list, and in which order: the same for the page and the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cnnlab.errors import LabError
from cnnlab.runs import labels
from cnnlab.runs.run import Run
from cnnlab.runs.scores import held_out_score, validation_score
from cnnlab.runs.states import RunState

_VALUES: dict[str, Callable[[Run], Any]] = {
    "created": lambda run: run.created,
    "name": lambda run: run.name.casefold() or None,
    "state": lambda run: list(RunState).index(run.state),
    "dataset": lambda run: run.dataset or None,
    "architecture": lambda run: run.architecture or None,
    "validation": lambda run: validation_score(run)[1],
    "test": lambda run: held_out_score(run)[1],
    "seconds": lambda run: run.train_seconds or None,
    "parameters": lambda run: run.result.get("parameters"),
}
SORTS = tuple(_VALUES)


@dataclass(frozen=True)
class Query:
    """``None`` and empty fields let everything through.

    ``words`` all have to be in name, dataset, network, owner, id, note or tags; of ``tags`` a run needs all: "NAME"
    whatever its value, or "NAME=VALUE".
    """

    states: frozenset[RunState] = frozenset()
    dataset: str | None = None
    architecture: str | None = None
    words: str = ""
    sort: str = "created"
    ascending: bool = False
    tags: tuple[str, ...] = ()


def select(runs: Iterable[Run], query: Query) -> list[Run]:
    """Those that match, sorted; a run without the value that is sorted by comes last. Raises ``LabError``."""
    if query.sort not in _VALUES:
        raise LabError("unknown_sort", field="--sort", value=query.sort[:80], known=", ".join(SORTS))
    value = _VALUES[query.sort]
    found = [(value(run), run) for run in runs if _matches(run, query)]
    known = [pair for pair in found if pair[0] is not None]
    newest_first = sorted(known, key=lambda pair: pair[1].created, reverse=True)
    ordered = sorted(newest_first, key=lambda pair: pair[0], reverse=not query.ascending)
    return [run for _, run in ordered] + [run for key, run in found if key is None]


def _matches(run: Run, query: Query) -> bool:
    if query.states and run.state not in query.states:
        return False
    if query.dataset is not None and run.dataset != query.dataset:
        return False
    if query.architecture is not None and run.architecture != query.architecture:
        return False
    if not all(_has(run, tag) for tag in query.tags):
        return False
    if not query.words:
        return True
    said = labels.words(run.tags) if run.tags else ()
    searched = " ".join((run.name, run.dataset, run.architecture, run.owner, run.run_id, run.note, *said)).casefold()
    return all(word in searched for word in query.words.casefold().split())


def _has(run: Run, tag: str) -> bool:
    name, given, value = (part.strip() for part in tag.partition("="))
    return name in run.tags and (not given or run.tags[name] == value)
