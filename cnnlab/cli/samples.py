"""``outliers``, ``duplicates`` and ``suspects``: the samples of a run's dataset that stand out."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cnnlab.cli import files
from cnnlab.cli.numbers import between
from cnnlab.cli.output import Output
from cnnlab.cli.progress import ProgressBar
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from cnnlab.data.load import Dataset
    from cnnlab.evaluation.duplicates.find import Pair
    from cnnlab.evaluation.judged import Judged

Record = dict[str, Any]


def outliers(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The farthest samples of a split, and those that show nothing."""
    from cnnlab.evaluation.evaluate import dataset_of
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.space import words
    from cnnlab.evaluation.space.space import outliers as compute

    _check(arguments)
    journal = Journal.open(home, arguments.run)
    said = judged(journal, home, split=arguments.split)
    dataset = dataset_of(journal, home)
    with ProgressBar(output) as bar:
        found = compute(journal, dataset, home, arguments.split, k=arguments.k, progress=bar)
    order = [*found.empty(), *(place for place in found.far() if not found.kinds[place])]
    records = [
        {**sample(said, place), "distance": float(found.distance[place]), "pixels": found.kinds[place]}
        for place in order
    ]
    figures = {
        "run_id": arguments.run,
        "split": arguments.split,
        "k": found.k,
        "threshold": found.threshold,
        "samples": len(said),
        "far": len(found.far()),
        "empty": len(found.empty()),
    }
    _say(arguments, output, figures, words.outlier_words(found, output.language), records)
    return 0


def duplicates(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Pairs of images that are the same, or nearly; test accuracy without those that were trained on."""
    from cnnlab.evaluation.duplicates.find import duplicates as compute
    from cnnlab.evaluation.duplicates.without import without
    from cnnlab.evaluation.evaluate import dataset_of
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.space import words

    _check(arguments)
    journal = Journal.open(home, arguments.run)
    dataset, said = dataset_of(journal, home), judged(journal, home)
    with ProgressBar(output) as bar:
        found = compute(journal, dataset, home, within_training=arguments.within_training, progress=bar)
    accuracy = without(said, found.trained_on())
    records = [_pair(pair, dataset) for pair in found.pairs]
    figures = {
        "run_id": arguments.run,
        "images": found.images,
        "near": found.near,
        "pairs": len(found.pairs),
        "across": len(found.only("across")),
        "test_in_training": len(found.trained_on()),
        "accuracy": accuracy.everything.value,
        "accuracy_without": accuracy.without.value,
        "accuracy_without_low": accuracy.without.low,
        "accuracy_without_high": accuracy.without.high,
    }
    _say(arguments, output, figures, words.duplicate_words(found, accuracy, output.language), records)
    return 0


def suspects(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Labels that may be wrong, of any split."""
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.space import words

    _check(arguments)
    said = judged(Journal.open(home, arguments.run), home, split=arguments.split)
    issues = said.issues
    records = [
        {**sample(said, place), "likely": said.names[issues.likely[place]], "margin": float(issues.margin[place])}
        for place in issues.ranked()
    ]
    figures = {"run_id": arguments.run, "split": arguments.split, "samples": len(said), "suspected": len(records)}
    text = words.suspect_words(len(records), len(said), arguments.split, output.language)
    _say(arguments, output, figures, text, records)
    return 0


def _say(
    arguments: argparse.Namespace, output: Output, figures: Mapping[str, Any], lines: list[str], records: list[Record]
) -> None:
    """All records as CSV where that was asked for; the first of them as JSON or as a table."""
    shown = records[: arguments.limit]
    if arguments.out:
        files.write_records(arguments.out, records)
    if shown:
        columns = _COLUMNS[arguments.command]
        header = [output.t(f"cli.samples.column.{name}") for name in columns]
        lines = [*lines, output.table(header, [[_cell(one, name, output) for name in columns] for one in shown])]
    if arguments.out:
        lines = [*lines, output.t("cli.written", out=arguments.out)]
    output.result({**figures, arguments.command: shown, "out": arguments.out}, "\n".join(lines))


_COLUMNS = {
    "outliers": ("index", "file", "true", "predicted", "distance", "pixels"),
    "duplicates": ("kind", "change", "first", "second", "agreement"),
    "suspects": ("index", "file", "true", "likely", "margin"),
}


def _cell(record: Record, column: str, output: Output) -> str:
    if column in ("first", "second"):
        return f"{record[f'{column}_split']} {record[f'{column}_index']} {record[f'{column}_file']}"
    value = record[column]
    if column in ("pixels", "kind", "change"):
        return output.t(f"samples.{column}.{value}") if value else formats.UNKNOWN
    return formats.number(value, 3, output.language) if isinstance(value, float) else str(value)


def sample(said: Judged, place: int) -> dict[str, Any]:
    label = int(said.labels[place])
    return {
        "index": place,
        "file": said.files[place],
        "true": said.names[label] if label >= 0 else formats.UNKNOWN,
        "predicted": said.names[int(said.predictions[place])],
        "confidence": float(said.confidence[place]),
    }


def _pair(pair: Pair, dataset: Dataset) -> dict[str, Any]:
    record: dict[str, Any] = {"kind": pair.kind, "change": pair.change}
    for name, (split, place) in (("first", pair.first), ("second", pair.second)):
        position = int(getattr(dataset.split, split)[place])
        label = int(dataset.prepared.targets[position])
        record |= {f"{name}_split": split, f"{name}_index": place, f"{name}_file": dataset.files[position]}
        record[f"{name}_class"] = dataset.prepared.class_names[label] if label >= 0 else formats.UNKNOWN
    cosine = None if pair.cosine != pair.cosine else pair.cosine  # not a number where it was not looked at
    return {**record, "agreement": pair.agreement, "cosine": cosine}


def _check(arguments: argparse.Namespace) -> None:
    between("--limit", arguments.limit)
    files.check_ending(arguments.out, (".csv",))
