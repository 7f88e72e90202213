"""``calibrate`` and ``threshold``: as sure as it is right, and from which probability on to say a class."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cnnlab.cli.output import Output
from cnnlab.evaluation.class_names import class_named
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from cnnlab.evaluation.quality import Measured
    from cnnlab.evaluation.temperature.effect import State
    from cnnlab.evaluation.temperature.of_run import Scaled
    from cnnlab.evaluation.thresholds.choice import Outcome
    from cnnlab.evaluation.thresholds.curves import Curves
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
    return f"{one.value:.4f}" + ("" if one.low is None else f" [{one.low:.4f}, {one.high:.4f}]")


def _short(value: float, output: Output) -> str:
    return formats.number(value, 2, output.language)


def threshold(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The threshold of least cost on validation for a class against the rest, and what it comes to on test.

    Of two classes it can be kept, so that it decides what is said of new images; or forgotten.
    """
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.thresholds import kept
    from cnnlab.evaluation.thresholds.choice import Costs
    from cnnlab.evaluation.thresholds.curves import curves
    from cnnlab.evaluation.thresholds.of_run import against, choose, usual_class

    journal = Journal.open(home, arguments.run)
    if arguments.forget:
        kept.forget(journal.folder)
    test = judged(journal, home, split="test")
    number = usual_class(test.names)
    if arguments.class_name is not None:
        number = class_named(arguments.class_name, test.names, "--class")
    costs = Costs(arguments.false_alarm, arguments.miss)
    rest = against(test, number)
    found = choose(against(judged(journal, home, split="validation"), number), rest, costs, arguments.threshold)
    if arguments.keep:
        kept.keep(journal.folder, kept.Threshold(number, found.threshold), test.names)
    curve = curves(rest.scores, rest.positive)
    values, lines = _found_threshold(found, curve, test.names[number], output)
    values = {"run_id": arguments.run, **values, "costs": asdict(costs)}
    if arguments.curves and curve is not None:
        values["curve"] = {
            "threshold": [None, *curve.thresholds[1:].tolist()],  # the first says the class of no image
            **{name: getattr(curve, name).tolist() for name in ("false_alarms", "recall", "precision")},
        }
    values["kept"], said = _kept_threshold(journal, test.names, output)
    output.result(values, "\n".join([*lines, *said]))
    return 0


def _found_threshold(
    found: Chosen, curve: Curves | None, name: str, output: Output
) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {"class": name, **asdict(found)}
    lines = [output.t("threshold.of_class", name=name), *_thresholds(found, output)]
    for area in ("auroc", "auprc"):
        values[area] = None if curve is None else asdict(getattr(curve, area))
    if curve is not None:
        lines.append(output.t("threshold.areas", auroc=_figure(curve.auroc), auprc=_figure(curve.auprc)))
    return values, lines


def _kept_threshold(journal: Journal, names: tuple[str, ...], output: Output) -> tuple[Any, list[str]]:
    """What decides between two classes; nothing of more classes, of which none can be kept."""
    from dataclasses import replace

    from cnnlab.evaluation.reading.reading import Reading
    from cnnlab.evaluation.reading.words import sentences

    if len(names) != 2:
        return None, []
    reading = replace(Reading.of(journal.folder), temperature=None)
    said = sentences(reading, names, output.language) or [output.t("threshold.kept.none")]
    return reading.values(names)["threshold"], ["", *said]


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
