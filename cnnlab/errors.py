"""Errors a person can act on: a field, a value and a cure, said in the reader's language.

An error carries codes and numbers, never a finished sentence, so that the page, the command line and the
journal can each say it in the language of whoever reads. The sentence for code ``x`` is the catalogue's
entry ``error.x``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. ``code`` names the sentence, ``field`` the setting it is about ("" for none)."""

    code: str
    field: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def sentence(self, language: str = "en") -> str:
        from cnnlab.i18n import translate  # the catalogue is read only when something is said

        named = {"field": self.field, **self.params}
        if "state" in named:  # of a run, as its badge says it
            named["state"] = translate(f"state.{named['state']}", language).lower()
        return translate(f"error.{self.code}", language, **named)

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "field": self.field, "params": dict(self.params)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Problem:
        return cls(str(stored["code"]), str(stored.get("field", "")), dict(stored.get("params", {})))


class LabError(Exception):
    """Something a person can mend. Pages show ``message()``; the command line prints it and exits with 2."""

    def __init__(self, code: str, *, field: str = "", **params: Any) -> None:
        self.problems: tuple[Problem, ...] = (Problem(code, field, params),)
        super().__init__(code)

    @classmethod
    def from_problems(cls, problems: tuple[Problem, ...]) -> LabError:
        first = problems[0]
        error = cls(first.code, field=first.field, **first.params)
        error.problems = problems
        return error

    @property
    def problem(self) -> Problem:
        return self.problems[0]

    def message(self, language: str = "en") -> str:
        return " ".join(problem.sentence(language) for problem in self.problems)

    def __str__(self) -> str:
        return self.message()


class ExperimentError(LabError):
    """A setting of the experiment that can't be used."""


class DataError(LabError):
    """Data that are missing, broken, or not what the run was started with."""


class RunError(LabError):
    """A run that does not exist or can't do what was asked."""
