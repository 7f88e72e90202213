"""``sanity``: whether the maps of a run change when its network forgets what it learned."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cnnlab.cli import files
from cnnlab.cli.output import Output
from cnnlab.cli.progress import ProgressBar
from cnnlab.i18n import formats
from cnnlab.jobs.submit import submit
from cnnlab.registry import registry
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from torch import Tensor

    from cnnlab.experiment import Experiment
    from cnnlab.explain.sanity.check import Cascade
    from cnnlab.explain.sanity.labels import LabelCheck
    from cnnlab.explain.sanity.run import Checked
    from cnnlab.explain.sanity.verdict import Verdict
    from cnnlab.home import Home


def sanity(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The randomisation check of several methods, and the label check where a network for it is there."""
    from cnnlab.evaluation.evaluate import dataset_of
    from cnnlab.evaluation.trained import load_trained
    from cnnlab.explain.sanity.check import suited
    from cnnlab.explain.sanity.run import Checked, drawn_images

    journal = Journal.open(home, arguments.run)
    model = load_trained(journal.folder)
    wanted = [name for name in (arguments.methods or "").split(",") if name]
    methods = suited(model.network, wanted)
    places, inputs = drawn_images(dataset_of(journal, home), arguments.images, arguments.seed)
    checked = Checked(model, inputs, home, draws=arguments.draws, seed=arguments.seed)
    with ProgressBar(output) as bar:
        cascades = checked.compute(methods, bar)
        labels = _labels(arguments, home, output, model.experiment, checked, methods, bar)
    if arguments.out:
        _draw(arguments.out, inputs, cascades)
    values = {
        "run_id": arguments.run,
        "images": places,
        "draws": arguments.draws,
        "seed": arguments.seed,
        "layers": list(cascades[0].layers),
        "methods": [_values(each, labels["checks"]) for each in cascades],
        "labels": {key: value for key, value in labels.items() if key != "checks"} or None,
        "out": arguments.out,
    }
    output.result(values, _table(cascades, labels["checks"], output))
    return 0


def _labels(
    arguments: argparse.Namespace,
    home: Home,
    output: Output,
    own: Experiment,
    checked: Checked,
    methods: Sequence[str],
    bar: ProgressBar,
) -> dict[str, Any]:
    """ "checks" by method, with the run that they rest on; one is queued where that was asked for."""
    from cnnlab.explain.sanity import labels as sanity_labels

    if arguments.train_labels:
        experiment = sanity_labels.shuffled_experiment(own)
        run_id = submit(experiment, home, parent=arguments.run)
        output.say("cli.sanity.queued", run_id=run_id, own=arguments.run)
        return {"checks": {}, "run_id": run_id}
    found = arguments.labels
    if found is None:
        run = sanity_labels.shuffled_run(arguments.run, home)
        if run is None or not run.state.is_final or run.best_record is None:
            return {"checks": {}}
        found = run.run_id
    other, accuracy = sanity_labels.partner(arguments.run, found, home)
    checks = checked.compare_labels(methods, other, accuracy, bar)
    return {"checks": {each.method: each for each in checks}, "run_id": found, "train_accuracy": accuracy}


def _draw(path: str, inputs: Tensor, cascades: Sequence[Cascade]) -> None:
    from cnnlab.explain.sanity.picture import sheet_png

    files.write(path, sheet_png(inputs, cascades))


def _values(cascade: Cascade, labels: dict[str, LabelCheck]) -> dict[str, Any]:
    from cnnlab.explain.sanity.check import MEASURES
    from cnnlab.explain.sanity.verdict import verdict

    by_depth = {name: cascade.of(name).mean(axis=(0, 2)).round(4).tolist() for name in MEASURES}
    check = labels.get(cascade.method)
    return {
        "method": cascade.method,
        **_verdict(verdict(cascade)),
        "by_depth": by_depth,
        "labels": _verdict(check.verdict) if check else None,
    }


def _verdict(found: Verdict) -> dict[str, Any]:
    figures = {name: round(getattr(found, name), 4) for name in ("mean", "low", "high")}
    return {"outcome": found.outcome, "measure": found.measure, **figures}


def _table(cascades: Sequence[Cascade], labels: dict[str, LabelCheck], output: Output) -> str:
    from cnnlab.explain.sanity.verdict import LIMIT, verdict

    columns = ("method", "verdict", "similarity", "interval", "first", "last", "ssim", "labels")
    rows = []
    for each in cascades:
        found, check = verdict(each), labels.get(each.method)
        by_depth = each.of(found.measure).mean(axis=(0, 2))
        rows.append(
            [
                title(each.method, output),
                output.t(f"sanity.outcome.{found.outcome}"),
                _number(found.mean, output),
                f"{_number(found.low, output)} – {_number(found.high, output)}",
                _number(float(by_depth[0]), output),
                _number(float(by_depth[-1]), output),
                _number(float(each.of("ssim")[:, -1].mean()), output),
                output.t(f"sanity.outcome.{check.verdict.outcome}") if check else formats.UNKNOWN,
            ]
        )
    header = [output.t(f"cli.sanity.column.{name}") for name in columns]
    return f"{output.table(header, rows)}\n{output.t('sanity.rule', limit=_number(LIMIT, output))}"


def title(method: str, output: Output) -> str:
    """A method, or a control, in the reader's language."""
    known = registry("explainer")
    return known[method].text("title", output.language) if method in known else output.t(f"sanity.control.{method}")


def _number(value: float, output: Output) -> str:
    return formats.number(round(value, 2) + 0.0, 2, output.language)  # without a minus before zero
