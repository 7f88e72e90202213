"""``compare``: which run is ahead on the same test images, whether that is real, and the settings that differ."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from cnnlab.cli import compare_more, files
from cnnlab.cli.output import Output, run_summary
from cnnlab.cli.several_runs import several_runs
from cnnlab.evaluation.compared import compared
from cnnlab.evaluation.paired import Pair
from cnnlab.evaluation.paired_words import between
from cnnlab.evaluation.paired_words import sentence as tested_words
from cnnlab.home import Home
from cnnlab.i18n.formats import UNKNOWN
from cnnlab.runs import seeds
from cnnlab.runs.comparison import MISSING, Row, Verdict
from cnnlab.runs.run import Run
from cnnlab.runs.scores import Score, held_out_score, validation_score
from cnnlab.runs.seeds_words import sentences


def compare(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    files.check_ending(arguments.out, compare_more.ENDINGS)
    runs = several_runs(arguments.runs, home)
    ids = [run.run_id for run in runs]
    whole = compared(runs)
    asked = compare_more.asked(whole, arguments)
    found, pairs = whole.verdict, whole.pairs
    rows = [row for row in whole.settings if row.differs]
    behind = dict(zip(ids, found.behind, strict=True)) if found.behind else {}
    places = {"best": _id(found.best, ids), "second": _id(found.second, ids), "behind": behind}
    values = {
        "runs": [run_summary(run, output.language) for run in runs],
        "verdict": {**asdict(found), **places},
        "seeds": [{**asdict(group), "places": [ids[place] for place in group.places]} for group in seeds.groups(runs)],
        "tests": [_named(pair, ids) for pair in pairs],
        "differences": {row.field: dict(zip(ids, map(_known, row.values), strict=True)) for row in rows},
    }
    values |= compare_more.values(whole, asked)
    lines = [_table(runs, rows, output), *_words(runs, found, pairs, output)]
    lines[1:1] = compare_more.lines(whole, asked, output)
    if arguments.out:
        compare_more.write(whole, asked, arguments.out, output)
    output.result(values, "\n".join(lines))
    return 0


def _table(runs: Sequence[Run], rows: Sequence[Row], output: Output) -> str:
    """Results and cost first, then the settings that differ."""
    measured = [_scores(runs, score) for score in (held_out_score, validation_score)]
    cost = [
        ["parameters", *(_cell(run.result.get("parameters")) for run in runs)],
        ["train_seconds", *(_cell(round(run.train_seconds, 1)) for run in runs)],
    ]
    settings = [[row.field, *(UNKNOWN if value is MISSING else str(value) for value in row.values)] for row in rows]
    return output.table(["", *(run.name for run in runs)], [*filter(None, measured), *cost, *settings])


def _scores(runs: Sequence[Run], score: Callable[[Run], Score]) -> list[str]:
    """A row of the table; empty where no run has such a score."""
    found = [score(run) for run in runs]
    name = next((name for name, value in found if value is not None), "")
    return [name, *(UNKNOWN if value is None else f"{value:.4f}" for _, value in found)] if name else []


def _words(runs: Sequence[Run], found: Verdict, pairs: Sequence[Pair], output: Output) -> list[str]:
    if found.best is None or found.second is None:
        return [output.t(f"compare.verdict.{found.kind}")]
    sentence = output.t(
        f"cli.compare.{found.kind}",
        best=runs[found.best].name,
        second=runs[found.second].name,
        difference=f"{found.difference:.4f}",
        metric=found.metric,
        images=output.t("compare.images", count=found.images) if found.images else "",
    )
    names = [run.name for run in runs]
    pair = between(pairs, found.best, found.second)
    tested = [tested_words(pair, names, output.language)] if pair else []
    over_seeds = sentences(seeds.groups(runs), names, output.language)
    return [sentence, *tested, *over_seeds, output.t("compare.chance")]


def _named(pair: Pair, ids: Sequence[str]) -> dict[str, Any]:
    """With the runs by their ids, and the verdict."""
    return {**asdict(pair), "first": ids[pair.first], "second": ids[pair.second], "real": pair.real}


def _cell(value: object) -> str:
    return UNKNOWN if value is None else str(value)


def _id(place: int | None, ids: Sequence[str]) -> str | None:
    return None if place is None else ids[place]


def _known(value: Any) -> Any:
    return None if value is MISSING else value
