"""``groups``: whom a network serves less well, whether that is more than chance, and a new run that may mend it."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnlab.cli import files
from cnnlab.cli.grouping import chosen, is_chosen
from cnnlab.cli.output import Output
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from cnnlab.evaluation.groups.gaps import Gaps
    from cnnlab.evaluation.groups.look import Look


def groups(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Without a grouping: all that the data offer, the largest gap first. With one: its groups."""
    from cnnlab.evaluation.groups.look import look

    files.check_ending(arguments.out, (".csv",))
    journal = Journal.open(home, arguments.run)
    if arguments.remedy:
        return _remedy(arguments, journal, home, output)
    seen = look(journal, home, arguments.split)
    positive = seen.class_number(arguments.class_name)
    if is_chosen(arguments):
        return _one(arguments, seen, positive, output)
    found = seen.survey(arguments.metric, positive=positive)
    if arguments.out:
        _write(arguments.out, found)
    output.result({"groupings": [values(one) for one in found]}, _survey(found, output))
    return 0


def _remedy(arguments: argparse.Namespace, journal: Journal, home: Home, output: Output) -> int:
    from cnnlab.checks import check
    from cnnlab.evaluation.evaluate import dataset_of
    from cnnlab.evaluation.groups.grouping import group_columns
    from cnnlab.evaluation.groups.remedies import BY_GROUP, applies, remedied
    from cnnlab.jobs.submit import submit

    dataset = dataset_of(journal, home)
    columns = group_columns(dataset.manifest) if arguments.by else []
    experiment = remedied(journal.experiment(), arguments.remedy, arguments.by, columns)
    kinds = dataset.train.manifest[arguments.by] if arguments.remedy in BY_GROUP else dataset.train.manifest["label"]
    if not applies(arguments.remedy, np.array(list(Counter(kinds).values()))):
        raise LabError("remedy_even", field="--remedy", value=arguments.remedy)
    check(experiment, home)
    run_id = submit(experiment, home, parent=journal.run_id)
    then = output.t("cli.groups.then", parent=journal.run_id, run=run_id)
    output.result({"run_id": run_id, "parent": journal.run_id, "remedy": arguments.remedy}, f"{run_id}\n{then}")
    return 0


def _one(arguments: argparse.Namespace, seen: Look, positive: int, output: Output) -> int:
    from cnnlab.evaluation.groups import words
    from cnnlab.evaluation.groups.fairness import odds, worst_by_class

    grouping = chosen(arguments, seen.prepared)
    codes = seen.of_split(grouping)
    found = seen.gaps(grouping, arguments.metric, positive=positive)
    apart = odds(seen.judged, codes, len(grouping.groups), positive)
    classes = worst_by_class(seen.judged, codes, len(grouping.groups))
    joined = seen.joined(grouping)
    lines = [_table(found, output), *words.sentences(found, output.language, seen.judged.names[positive])]
    lines += [words.odds_words(apart, seen.judged.names[positive], output.language)]
    lines += [words.class_words(one, seen.judged.names, grouping.groups, output.language) for one in classes[:5]]
    lines += [words.joined_words(joined, output.language)]
    if arguments.out:
        _write(arguments.out, [found])
    fair = {"class": seen.judged.names[positive], **asdict(apart), "equalised_odds": apart.equalised_odds}
    worst = [
        {**asdict(one), "label": seen.judged.names[one.label], "group": grouping.groups[one.group]} for one in classes
    ]
    output.result({**values(found), "odds": fair, "classes": worst, "cramers_v": joined}, "\n".join(lines))
    return 0


def values(found: Gaps) -> dict[str, Any]:
    """For scripts."""
    return {**asdict(found), "real": found.real}


def _survey(found: list[Gaps], output: Output) -> str:
    from cnnlab.evaluation.groups import words

    if not found:
        return output.t("groups.nothing")
    header = [output.t(f"cli.groups.{name}") for name in ("by", "worst", "best", "gap", "p")]
    rows = []
    for one in found:
        title = words.title(one.grouping, one.kind, output.language)
        if one.worst is None or one.best is None:
            rows.append([title, "–", "–", "–", "–"])
            continue
        shown = [f"{end.name} {words.value(one.metric, end.value, output.language)}" for end in (one.worst, one.best)]
        gap = words.gap(one.metric, one.gap, output.language)
        rows.append([title, *shown, gap, formats.number(one.adjusted, 3, output.language)])
    lines = [output.table(header, rows), words.rule(output.language)]
    return "\n".join([*lines, *words.sentences(found[0], output.language)[:1]])


def _table(found: Gaps, output: Output) -> str:
    from cnnlab.evaluation.groups import words

    header = [output.t(f"cli.groups.{name}") for name in ("group", "images", "value", "interval")]
    rows = []
    for group in found.groups:
        name = f"{group.name} {output.t('groups.too_small')}" if group.too_small else group.name
        shown = words.value(found.metric, group.value, output.language)
        between = words.between(found.metric, group, output.language)
        rows.append([name, formats.whole(group.images, output.language), shown, between])
    return output.table(header, rows)


def _write(path: str, found: list[Gaps]) -> None:
    """A row a group. Raises ``LabError`` ("not_writable")."""
    from cnnlab.evaluation.groups.table import as_csv

    files.write(path, as_csv(found))
