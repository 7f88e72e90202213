"""Gaps between groups, kept: thousands of draws are made for each.

A result is named by what was said of every image (so by the weights and the split), by the groups and by the measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from cnnlab.evaluation.groups.gaps import DRAWS, FEWEST, OF_A_CLASS, Codes, Gaps, Group
from cnnlab.evaluation.groups.grouping import Grouping
from cnnlab.evaluation.judged import Judged
from cnnlab.evaluation.kept_results import KeptResult, digest_of
from cnnlab.home import Home

FORM = 1  # raise it when the same groups give other numbers


class KeptGaps:
    def __init__(self, home: Home, judged: Judged) -> None:
        self._home = home
        self._judged = judged

    def of_one(self, grouping: Grouping, codes: Codes, metric: str, positive: int) -> KeptResult:
        named = [grouping.name, grouping.kind, *grouping.groups]
        return self._result("one", [metric, self._class(metric, positive), digest_of(codes), *named])

    def of_all(self, prepared: str, positions: Codes, metric: str, positive: int) -> KeptResult:
        """``prepared``: names the images, whose groupings are always the same."""
        return self._result("all", [metric, self._class(metric, positive), digest_of(positions), prepared])

    @cached_property
    def _said(self) -> str:
        return digest_of(self._judged.labels, self._judged.predictions, self._judged.probabilities)

    def _class(self, metric: str, positive: int) -> int:
        """-1 where the measure is of no class."""
        return positive if metric in OF_A_CLASS else -1

    def _result(self, kind: str, parts: Sequence[object]) -> KeptResult:
        return KeptResult(self._home, "groups", [FORM, DRAWS, FEWEST, kind, self._said, *parts])


def gaps_of(values: dict[str, Any]) -> Gaps:
    return Gaps(**{**values, "groups": tuple(Group(**one) for one in values["groups"])})


def survey_of(values: list[dict[str, Any]]) -> list[Gaps]:
    return [gaps_of(one) for one in values]
