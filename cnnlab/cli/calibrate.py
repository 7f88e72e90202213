"""``calibrate`` and ``threshold``: as sure as it is right, and from which probability on to say a class."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cnnlab.cli.class_names import class_named
from cnnlab.cli.output import Output
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from cnnlab.evaluation.quality import Measured
    from cnnlab.evaluation.temperature.effect import State
    from cnnlab.evaluation.temperature.of_run import Scaled
    from cnnlab.evaluation.thresholds.choice import Outcome
    from cnnlab.evaluation.thresholds.of_run import Chosen


def calibrate(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The temperature of a run, fitted on validation, with its effect on test; kept or forgotten on request."""
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.temperature import kept
    from cnnlab.evaluation.temperature.of_run import scaling_of

    journal = Journal.open(home, arguments.run)
    if arguments.forget:
        kept.forget(journal.folder)
    found = scaling_of(
        judged(journal, home, split="validation"), judged(journal, home, split="test"), bins=arguments.bins
    )
    if arguments.keep:
        kept.keep(journal.folder, found.fitted)
    applied = kept.kept(journal.folder)
    values = {
        "run_id": arguments.run,
        **asdict(found.fitted),
        "bins": found.effect.bins,
        "test": {name: _state(getattr(found.effect, name)) for name in ("before", "after")},
        "change": {name: asdict(one) for name, one in found.effect.change.items()},
        "kept": applied,
    }
    said = output.t(f"calibrate.kept.{'none' if applied is None else 'yes'}", temperature=_short(applied or 1, output))
    output.result(values, "\n".join([*_calibrated(found, output), "", said]))
    return 0


def _state(state: State) -> dict[str, Any]:
    metrics = {name: asdict(one) for name, one in state.metrics.items()}
    return {**metrics, "ece_by_chance": state.by_chance, "calibration": asdict(state.calibration)}


def _calibrated(found: Scaled, output: Output) -> list[str]:
    from cnnlab.evaluation.temperature.words import sentence_of

    header = [output.t(f"calibrate.column.{name}") for name in ("metric", "before", "after", "change")]
    effect = found.effect
    cells = [
        [output.t(f"calibrate.metric.{name}"), *map(_figure, (one, effect.after.metrics[name], effect.change[name]))]
        for name, one in effect.before.metrics.items()
    ]
    chance = [f"{state.by_chance:.4f}" for state in (effect.before, effect.after)]
    cells.append([output.t("calibrate.metric.by_chance"), *chance, ""])
    explained = output.t("calibrate.explained", bins=effect.bins, images=effect.images)
    return [sentence_of(found, output.language), "", output.table(header, cells), explained]


def _figure(one: Measured) -> str:
    return f"{one.value:.4f} [{one.low:.4f}, {one.high:.4f}]"


def _short(value: float, output: Output) -> str:
    return formats.number(value, 2, output.language)


def threshold(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The threshold of least cost on validation for a class against the rest, and what it comes to on test."""
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.thresholds.choice import Costs
    from cnnlab.evaluation.thresholds.curves import curves
    from cnnlab.evaluation.thresholds.of_run import against, choose, usual_class

    journal = Journal.open(home, arguments.run)
    test = judged(journal, home, split="test")
    number = usual_class(test.names)
    if arguments.class_name is not None:
        number = class_named(arguments.class_name, test.names, "--class")
    costs = Costs(arguments.false_alarm, arguments.miss)
    rest = against(test, number)
    found = choose(against(judged(journal, home, split="validation"), number), rest, costs, arguments.threshold)
    curve = curves(rest.scores, rest.positive)
    values: dict[str, Any] = {"run_id": arguments.run, "class": test.names[number], **asdict(found)}
    values["costs"] = asdict(costs)
    for name in ("auroc", "auprc"):
        values[name] = None if curve is None else asdict(getattr(curve, name))
    if arguments.curves and curve is not None:
        values["curve"] = {
            "threshold": [None, *curve.thresholds[1:].tolist()],  # the first says the class of no image
            **{name: getattr(curve, name).tolist() for name in ("false_alarms", "recall", "precision")},
        }
    lines = [output.t("threshold.of_class", name=test.names[number]), *_thresholds(found, output)]
    if curve is not None:
        lines.append(output.t("threshold.areas", auroc=_figure(curve.auroc), auprc=_figure(curve.auprc)))
    output.result(values, "\n".join(lines))
    return 0


_ROWS = (
    "threshold",
    "hits",
    "misses",
    "false_alarms",
    "rejections",
    "precision",
    "recall",
    "specificity",
    "cost",
)


def _thresholds(found: Chosen, output: Output) -> list[str]:
    """A row a number, so that it fits a narrow terminal."""
    sides = (found.validation, found.test, found.half)
    header = [output.t(f"threshold.column.{name}") for name in ("figure", "validation", "test", "half")]
    cells = [[output.t(f"threshold.row.{row}"), *(_cell(side, row) for side in sides)] for row in _ROWS]
    return [output.table(header, cells), output.t("threshold.change", change=_figure(found.change))]


def _cell(side: Outcome, row: str) -> str:
    value = getattr(side, row)
    if row == "cost":
        return _figure(value)
    return formats.UNKNOWN if value is None else f"{value}" if isinstance(value, int) else f"{value:.4f}"
