"""The verdict in words: what may be said of which run is better, and not more."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.i18n import formats
from cnnlab.runs.comparison import Verdict
from cnnlab.runs.run import Run
from cnnlab.runs.scores import held_out_score
from cnnlab.ui import metrics
from cnnlab.ui.compare.names import names_of
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain


def verdict_words(runs: Sequence[Run], found: Verdict) -> str:
    if found.best is None or found.second is None:
        return t(f"compare.verdict.{found.kind}")
    names = [plain(name) for name in names_of(runs)]
    return t(
        f"compare.verdict.{found.kind}",
        best=names[found.best],
        second=names[found.second],
        metric=metrics.inline(found.metric),
        difference=difference_words(found.metric, found.difference),
        images=t("compare.images", count=found.images) if found.images else "",
    )


def difference_words(metric: str, difference: float) -> str:
    """Of shares in points: "4.9 points"; two that round to the same are told apart all the same."""
    if metrics.parts(metric)[1] not in metrics.SHARES:
        return formats.number(difference, 3, language())
    points = 100 * difference
    digits = 1 if points >= 0.095 or points == 0 else 2
    return t("compare.points", points=formats.number(points, digits, language()))


def untested_words(runs: Sequence[Run]) -> str:
    """Which runs have no test result, and their states; empty where all have one."""
    names = names_of(runs)
    missing = [
        f"{plain(name)} ({t(f'state.{run.state.value}').lower()})"
        for run, name in zip(runs, names, strict=True)
        if held_out_score(run)[1] is None
    ]
    return t("compare.without_test", runs=", ".join(missing)) if missing else ""
