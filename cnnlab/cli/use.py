"""``evaluate`` and ``predict``: using a trained run."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnlab.cli.images_behind import listed
from cnnlab.cli.output import Output
from cnnlab.evaluation.card import Card
from cnnlab.home import Home
from cnnlab.i18n.formats import UNKNOWN
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from cnnlab.evaluation.report import Report


def evaluate(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The metrics of the best weights on a split, with intervals, class by class, and calibration."""
    from cnnlab.evaluation.evaluate import evaluate_split, split_report
    from cnnlab.runs.publisher import tell_predictions

    journal = Journal.open(home, arguments.run)
    split = arguments.split
    metrics = evaluate_split(journal, home, split)
    values: dict[str, Any] = {"run_id": arguments.run, split: metrics}
    lines = [f"{split}_{name}: {value:.4f}" for name, value in metrics.items()]
    found = split_report(journal, home, split)
    tell_predictions(journal, home)
    if found is not None:
        values |= found.as_dict(Card.read(journal.folder).outputs.class_names)
        kept, said = _kept(journal, home, split, output)
        values["kept"] = kept
        lines += ["", *_evaluated(found, output), *said]
    if arguments.images is not None:
        behind, table = listed(journal, home, split, arguments.images, arguments.limit, output)
        values["behind"] = behind
        lines = [table]  # whoever asks for images wants those
    output.result(values, "\n".join(lines))
    return 0


def _evaluated(found: Report, output: Output) -> list[str]:
    """A table of the metrics with their intervals, and the calibration."""
    header = [output.t(f"cli.evaluated.{name}") for name in ("metric", "value", "low", "high")]
    cells = [[name, *map(_figure, (one.value, one.low, one.high))] for name, one in found.quality.metrics.items()]
    shares = {name: f"{getattr(found.calibration, name):.4f}" for name in ("error", "confidence", "accuracy")}
    return [output.table(header, cells), output.t("cli.calibration", **shares)]


def _kept(journal: Journal, home: Home, split: str, output: Output) -> tuple[dict[str, Any], list[str]]:
    """What is kept for new images, and what its threshold comes to on the split: the metrics above are without it."""
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.reading.reading import Reading
    from cnnlab.evaluation.reading.words import at_threshold, beside_metrics

    reading = Reading.of(journal.folder)
    if reading.is_plain:
        return reading.values(()), []
    found = judged(journal, home, split=split)
    side = at_threshold(found, reading)
    values = {**reading.values(found.names), "at_threshold": None if side is None else asdict(side)}
    return values, ["", *beside_metrics(found, reading, found.names, output.language)]


def _figure(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.4f}"


def predict(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """A label and its probability for each file, with what is kept of the run; files that can't be read are said."""
    from cnnlab.evaluation.predict import predict_files, read, write_csv
    from cnnlab.evaluation.reading.reading import Reading
    from cnnlab.evaluation.reading.words import sentences
    from cnnlab.evaluation.trained import load_trained

    folder = Journal.open(home, arguments.run).folder
    model, reading = load_trained(folder), Reading.of(folder)
    names = model.card.outputs.class_names
    predicted, problems = predict_files(model, [Path(name) for name in arguments.files])
    predicted = read(predicted, reading, names)
    output.remarks(sentences(reading, names, output.language))
    if arguments.out:
        write_csv(Path(arguments.out), predicted, names)
    output.problems(problems)
    rows = [{"file": row.file, "label": row.label, "probability": row.probability} for row in predicted]
    cells = [[row.file, row.label, f"{row.probability:.4f}"] for row in predicted]
    header = [output.t(f"cli.column.{name}") for name in ("file", "label", "probability")]
    output.result({"predictions": rows, **reading.values(names)}, output.table(header, cells))
    return 2 if problems else 0
