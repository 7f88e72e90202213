"""Drafts: an experiment while it is being written, when a value may still be one that can't be used.

A draft is kept in a file of its own: ``draft_files``.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from cnnlab import draft_files
from cnnlab.checks import check
from cnnlab.draft_files import KEPT_DAYS
from cnnlab.errors import ExperimentError, LabError, Problem
from cnnlab.experiment import Experiment
from cnnlab.home import RUN_ID, Home

_MOST_REPAIRS = 20


@dataclass(frozen=True)
class Draft:
    """``values`` are arranged as ``Experiment.to_dict()`` has them; ``parent`` is the run they were taken from."""

    values: Mapping[str, Any] = field(default_factory=lambda: Experiment().to_dict())
    parent: str | None = None

    @classmethod
    def of(cls, experiment: Experiment, *, parent: str | None = None) -> Self:
        return cls(experiment.to_dict(), parent)

    def __getitem__(self, dotted: str) -> Any:
        place: Any = self.values
        for part in dotted.split("."):
            place = place[part]
        return place

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """A copy with dotted settings replaced, whether they can be used or not."""
        values = copy.deepcopy(dict(self.values))
        for dotted, value in changes.items():
            *parents, last = dotted.split(".")
            place = values
            for part in parents:
                place = place[part]
            place[last] = value
        return replace(self, values=values)


@dataclass(frozen=True)
class Review:
    """What a draft comes to: the experiment, ``None`` while some value is out of its range, and what is wrong."""

    experiment: Experiment | None
    problems: tuple[Problem, ...] = ()

    @property
    def ready(self) -> bool:
        return self.experiment is not None and not self.problems


def review(draft: Draft, home: Home) -> Review:
    """Everything that is wrong with ``draft`` at once: ranges, names, options, and whether they go together."""
    try:
        experiment = Experiment.from_dict(draft.values)
    except ExperimentError as error:
        repaired = _repaired(draft, error)
        wrong = {problem.field for problem in error.problems}
        others = [] if repaired is None else [p for p in _checked(repaired, home) if p.field not in wrong]
        return Review(None, (*(_or_empty(problem, draft) for problem in error.problems), *others))
    return Review(experiment, _checked(experiment, home))


def _or_empty(problem: Problem, draft: Draft) -> Problem:
    """A field that was cleared is empty; that "None" is not a number would help nobody."""
    try:
        cleared = draft[problem.field] in (None, "")
    except (KeyError, TypeError):
        return problem
    return Problem("empty", problem.field) if cleared else problem


def _checked(experiment: Experiment, home: Home) -> tuple[Problem, ...]:
    try:
        check(experiment, home)
    except LabError as error:
        return error.problems
    return ()


def _repaired(draft: Draft, error: ExperimentError) -> Experiment | None:
    """The draft with defaults where values are out of range, so that the rest of it can be checked as well."""
    defaults, problems = Draft(), error.problems
    for _ in range(_MOST_REPAIRS):
        try:
            draft = draft.changed({problem.field: defaults[problem.field] for problem in problems})
            return Experiment.from_dict(draft.values)
        except ExperimentError as still:
            problems = still.problems
        except (KeyError, TypeError):
            return None
    return None


def write(draft: Draft, draft_id: str, home: Home) -> None:
    """Raises ``OSError`` when the disk does not take it."""
    draft_files.write(_folder(home), draft_id, {"parent": draft.parent, "values": dict(draft.values)})


def read(draft_id: str, home: Home) -> Draft:
    """Raises ``LabError``: "bad_draft_id", "unknown_draft"."""
    return draft_files.read(_folder(home), draft_id, _made)


def tidy(home: Home, *, days: float = KEPT_DAYS) -> None:
    """Deletes drafts that nobody has written for ``days``."""
    draft_files.tidy(_folder(home), days=days)


def _made(stored: Any) -> Draft:
    parent, values = stored["parent"], _complete(stored["values"])
    return Draft(values, parent if isinstance(parent, str) and RUN_ID.fullmatch(parent) else None)


def _complete(stored: Any) -> dict[str, Any]:
    """The stored values in the arrangement of today's settings: a form must find each of them."""
    if not isinstance(stored, Mapping):
        raise TypeError("a draft's values are a mapping")
    values = Experiment().to_dict()
    _fill(values, stored)
    return values


def _fill(values: dict[str, Any], stored: Mapping[str, Any]) -> None:
    for name, value in stored.items():
        if name not in values:
            continue
        if isinstance(values[name], dict) and name != "options":
            _fill(values[name], value if isinstance(value, Mapping) else {})
        else:
            values[name] = value if name != "options" or isinstance(value, Mapping) else {}


def _folder(home: Home) -> Path:
    return home.cache / "drafts"
