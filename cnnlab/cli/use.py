"""``evaluate`` and ``predict``: using a trained run."""

from __future__ import annotations

import argparse
from pathlib import Path

from cnnlab.cli.output import Output
from cnnlab.home import Home
from cnnlab.runs.journal import Journal


def evaluate(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The metrics of the best weights on the test split."""
    from cnnlab.evaluation.evaluate import evaluate_run

    metrics = evaluate_run(Journal.open(home, arguments.run), home)
    lines = "\n".join(f"test_{name}: {value:.4f}" for name, value in metrics.items())
    output.result({"run_id": arguments.run, "test": metrics}, lines)
    return 0


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
