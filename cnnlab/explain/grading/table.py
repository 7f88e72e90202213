"""The table of a scored batch: its order, its cells, and as CSV and JSON; no torch is needed to read one."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cnnlab.errors import LabError
from cnnlab.explain.grading.bootstrap import Estimate
from cnnlab.registry import registry, unknown_name

if TYPE_CHECKING:
    from cnnlab.explain.grading.scorecard import Card, Control
    from cnnlab.explain.grading.scoring import Line, Plan, Scored

CONTROLS: tuple[Control, ...] = ("random", "edges")


def ordered(lines: Sequence[Line], score: str | None) -> list[Line]:
    """By the mean of ``score``, the best first and what has none last; ``None``: as they are.

    Raises ``LabError`` ("unknown_score").
    """
    if score is None:
        return list(lines)
    known = registry("score")
    if score not in known:
        raise unknown_name("score", score, list(known), field="--sort")
    sign = -1.0 if known[score].facts["better"] == "higher" else 1.0

    def key(line: Line) -> tuple[bool, float]:
        mean = line.estimates[score].mean
        return mean is None, sign * (mean or 0.0)

    return sorted(lines, key=key)


def scores_with_values(lines: Sequence[Line]) -> list[str]:
    """The scores that at least one line has, in their order."""
    return [name for name in registry("score") if any(line.estimates[name].mean is not None for line in lines)]


def csv_text(lines: Sequence[Line]) -> str:
    """A row a line: "method", "control", the mean of each score with "_low" and "_high", what was beaten, "images"."""
    text = io.StringIO()
    writer = csv.writer(text)
    scores = list(registry("score"))
    columns = [column for name in scores for column in (name, f"{name}_low", f"{name}_high")]
    beaten = ["beats_random", "of_random", "beats_edges", "of_edges"]
    writer.writerow(["method", "control", *columns, *beaten, "images"])
    for line in lines:
        numbers = [number for name in scores for number in _numbers(line.estimates[name])]
        won = [number for control in CONTROLS for number in _won(line, control)]
        images = max(found.count for found in line.estimates.values())
        writer.writerow([line.name, int(line.is_control), *map(_cell, numbers), *map(_cell, won), images])
    return text.getvalue()


def as_dict(scored: Scored, lines: Sequence[Line], run_id: str) -> dict[str, Any]:
    """For JSON: everything that the table says and what it was made from."""
    return {
        "run_id": run_id,
        "images": list(scored.indices),
        "pick": scored.plan.pick,
        "layer": scored.plan.layer,
        "seed": scored.plan.seed,
        "options": {name: dict(values) for name, values in scored.plan.options.items()},
        "methods": [_line_dict(line) for line in lines],
    }


def card_values(card: Card) -> dict[str, dict[str, float | None]]:
    """For JSON: ``{score: {"value", "random", "edge"}}``; ``null`` for what is not there."""
    return {name: {"value": mark.value, "random": mark.random, "edge": mark.edges} for name, mark in card.marks.items()}


def command_of(plan: Plan, run_id: str, class_names: Sequence[str] = (), sort: str | None = None) -> str:
    """The command that makes the same table."""
    parts = ["python", "-m", "cnnlab", "score", run_id, "--methods", ",".join(plan.methods)]
    parts += ["--images", str(plan.images), "--pick", plan.pick, "--seed", str(plan.seed)]
    if plan.true_class is not None:
        parts += ["--true-class", class_names[plan.true_class] if class_names else str(plan.true_class)]
    if plan.layer is not None:
        parts += ["--layer", plan.layer]
    for method, values in plan.options.items():
        for name, value in values.items():
            parts += ["--set", f"{method}.{name}={str(value).lower() if isinstance(value, bool) else value}"]
    if plan.slow_too:
        parts.append("--slow")
    if sort is not None:
        parts += ["--sort", sort]
    return shlex.join(parts)


def check_format(path: str) -> str:
    """ "csv" or "json", by the name of the file. Raises ``LabError`` ("not_csv_or_json")."""
    ending = path.rpartition(".")[2].lower()
    if ending not in ("csv", "json"):
        raise LabError("not_csv_or_json", field="--out", value=path[:80])
    return ending


def _line_dict(line: Line) -> dict[str, Any]:
    return {
        "method": line.name,
        "control": line.is_control,
        "scores": {name: asdict(found) for name, found in line.estimates.items()},
        **{f"beats_{control}": asdict(beaten) for control, beaten in line.beats.items()},
        "missing": dict(line.missing),
    }


def _numbers(found: Estimate) -> tuple[float | None, float | None, float | None]:
    return found.mean, found.low, found.high


def _won(line: Line, control: Control) -> tuple[int | None, int | None]:
    beaten = line.beats.get(control)
    return (beaten.won, beaten.of) if beaten else (None, None)


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.6g}"
