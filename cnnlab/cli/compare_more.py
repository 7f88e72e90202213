"""What ``compare`` adds on request: differences from a baseline, groups by a setting, the Pareto front, files."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnnlab.cli import files
from cnnlab.cli.output import Output
from cnnlab.evaluation import baseline
from cnnlab.evaluation.compared import Compared, as_numbers, front, headline
from cnnlab.evaluation.compared_words import GROUP_COLUMNS, delta_words, front_words, group_rows
from cnnlab.plots.compare_report import Asked, html_report
from cnnlab.runs import grouping, table, table_words

ENDINGS = (".csv", ".html")


def asked(found: Compared, arguments: argparse.Namespace) -> Asked:
    """What the arguments choose. Raises ``RunError`` for a run or a column that is not there."""
    against = found.column(arguments.cost, "--cost") if arguments.cost else None
    command = ["python", "-m", "cnnlab", "compare", *(run.run_id for run in found.runs)]
    for option in ("baseline", "by", "cost", "out"):
        if given := getattr(arguments, option):
            command += [f"--{option}", given]
    return Asked(
        baseline=found.place(arguments.baseline, "--baseline") if arguments.baseline else None,
        by=found.column(arguments.by, "--by") if arguments.by else None,
        against=as_numbers(against, "--cost", found.columns) if against else None,
        command=shlex.join(command),
    )


def values(found: Compared, chosen: Asked) -> dict[str, Any]:
    """For ``--json``; only what was asked for."""
    ids = [run.run_id for run in found.runs]
    metric = headline(found.columns)
    said: dict[str, Any] = {
        "columns": {one.name: dict(zip(ids, one.values, strict=True)) for one in found.columns if one.kind != "setting"}
    }
    if chosen.baseline is not None:
        deltas = baseline.deltas(found.columns, chosen.baseline, found.pairs)
        said["baseline"] = [{**asdict(one), "place": ids[one.place]} for one in deltas]
    if metric is not None and chosen.by is not None:
        levels = grouping.levels(chosen.by, metric)
        said["groups"] = [{**asdict(one), "places": [ids[place] for place in one.places]} for one in levels]
    if metric is not None and chosen.against is not None:
        said["front"] = [ids[place] for place in front(chosen.against, metric)]
    return said


def lines(found: Compared, chosen: Asked, output: Output) -> list[str]:
    """What was asked for, below the table of the runs."""
    names = table.names_of(found.runs)
    metric = headline(found.columns)
    said: list[str] = []
    if chosen.baseline is not None:
        deltas = baseline.deltas(found.columns, chosen.baseline, found.pairs)
        rows = [[names[one.place], one.column, delta_words(one, output.language)] for one in deltas]
        said += [output.t("compare.delta.said", name=names[chosen.baseline]), output.table(["", "", ""], rows).lstrip()]
    if metric is not None and chosen.by is not None:
        header = [output.t(f"compare.group.{name}") for name in GROUP_COLUMNS]
        words = table_words.inline(metric.name, output.language)
        said.append(output.t("compare.group.said", setting=chosen.by.name, metric=words))
        said += [output.table(header, group_rows(chosen.by, metric, output.language)), output.t("compare.group.note")]
    if metric is not None and chosen.against is not None:
        said.append(front_words(chosen.against, metric, names, front(chosen.against, metric), output.language))
    return said


def write(found: Compared, chosen: Asked, out: str, output: Output) -> None:
    """The table or the report. Raises ``LabError`` ("not_writable")."""
    if Path(out).suffix.lower() == ".csv":
        content = table.as_csv(found.runs, found.columns)
    else:
        content = html_report(found, table.names_of(found.runs), chosen, output.language)
    files.write(out, content)
    output.say("cli.compare.written", out=out)
