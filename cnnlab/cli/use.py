"""``evaluate``, ``predict`` and ``explain``: using a trained run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnlab.cli.output import Output
from cnnlab.errors import LabError
from cnnlab.evaluation.card import Card
from cnnlab.experiment import parse_setting
from cnnlab.home import Home
from cnnlab.i18n.formats import UNKNOWN
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from torch import Tensor

    from cnnlab.evaluation.report import Report
    from cnnlab.evaluation.trained import TrainedModel


def evaluate(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The metrics of the best weights on the test split, with intervals, class by class, and calibration."""
    from cnnlab.evaluation.evaluate import evaluate_run, held_out_predictions
    from cnnlab.evaluation.report import report

    journal = Journal.open(home, arguments.run)
    metrics = evaluate_run(journal, home)
    values: dict[str, Any] = {"run_id": arguments.run, "test": metrics}
    lines = [f"test_{name}: {value:.4f}" for name, value in metrics.items()]
    found = report(held_out_predictions(journal, home))
    if found is not None:
        values |= found.as_dict(Card.read(journal.folder).outputs.class_names)
        lines += ["", *_evaluated(found, output)]
    output.result(values, "\n".join(lines))
    return 0


def _evaluated(found: Report, output: Output) -> list[str]:
    """A table of the metrics with their intervals, and the calibration."""
    header = [output.t(f"cli.evaluated.{name}") for name in ("metric", "value", "low", "high")]
    cells = [[name, *map(_figure, (one.value, one.low, one.high))] for name, one in found.quality.metrics.items()]
    shares = {name: f"{getattr(found.calibration, name):.4f}" for name in ("error", "confidence", "accuracy")}
    return [output.table(header, cells), output.t("cli.calibration", **shares)]


def _figure(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.4f}"


def predict(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """A label and its probability for each file; files that can't be read are said and left out."""
    from cnnlab.evaluation.predict import predict_files, write_csv
    from cnnlab.evaluation.trained import load_trained

    model = load_trained(Journal.open(home, arguments.run).folder)
    predicted, problems = predict_files(model, [Path(name) for name in arguments.files])
    if arguments.out:
        write_csv(Path(arguments.out), predicted, model.card.outputs.class_names)
    output.problems(problems)
    rows = [{"file": row.file, "label": row.label, "probability": row.probability} for row in predicted]
    cells = [[row.file, row.label, f"{row.probability:.4f}"] for row in predicted]
    header = [output.t(f"cli.column.{name}") for name in ("file", "label", "probability")]
    output.result({"predictions": rows}, output.table(header, cells))
    return 2 if problems else 0


def explain(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """One explanation as a picture, and as an array on request."""
    from cnnlab.evaluation.trained import load_trained
    from cnnlab.explain.explain import explain as explain_input
    from cnnlab.explain.render import save_array, save_panel

    journal = Journal.open(home, arguments.run)
    model = load_trained(journal.folder)
    names = model.card.outputs.class_names
    inputs, index = _explained(arguments, journal, home, model)
    target = _target(arguments.target, names, "--target")
    options = dict(parse_setting(text) for text in arguments.set)
    explanation = explain_input(
        model.network,
        model.task,
        inputs,
        target=target,
        method=arguments.method,
        layer=arguments.layer,
        options=options,
    )
    save_panel(Path(arguments.out), inputs, explanation, _share(arguments.opacity))
    if arguments.array:
        save_array(Path(arguments.array), explanation)
    values: dict[str, Any] = {
        "run_id": arguments.run,
        "index": index,
        "method": explanation.method,
        "layer": explanation.layer,
        "target": names[explanation.target],
        "predicted": names[explanation.predicted],
        "probabilities": dict(zip(names, explanation.probabilities, strict=True)),
        "out": arguments.out,
        "array": arguments.array,
        "scorecard": None,
    }
    output.result(values, output.t("cli.explained", out=arguments.out, target=values["target"]))
    return 0


def _explained(
    arguments: argparse.Namespace, journal: Journal, home: Home, model: TrainedModel
) -> tuple[Tensor, int | None]:
    """The image to explain [1, C, H, W], and its index in the test split; ``None`` for a file."""
    from cnnlab.evaluation.held_out import held_out_image, picked_index
    from cnnlab.evaluation.trained import read_image

    if arguments.pick is None and arguments.true_class is not None:
        raise LabError("only_with_pick", field="--true-class", value=arguments.true_class[:80])
    if arguments.image:
        return model.input_of(read_image(Path(arguments.image))), None
    index = arguments.index
    if index is None:
        true_class = _target(arguments.true_class, model.card.outputs.class_names, "--true-class")
        index = picked_index(journal, home, arguments.pick, arguments.place, true_class=true_class)
    return held_out_image(journal, home, index), index


def _share(value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise LabError("not_a_share", field="--opacity", value=value)
    return value


def _target(text: str | None, names: tuple[str, ...], field: str) -> int | None:
    """A class by its name or its number. Raises ``LabError`` ("unknown_class")."""
    if text is None:
        return None
    if text in names:
        return names.index(text)
    if text.isdecimal() and int(text) < len(names):
        return int(text)
    raise LabError("unknown_class", field=field, value=text[:80], known=", ".join(names[:12]))
