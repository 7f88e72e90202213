"""``robustness``: how runs bear corrupted images, and how far they are invariant to translation."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cnnlab.cli import files
from cnnlab.cli.output import Output
from cnnlab.cli.progress import ProgressBar
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.view import view

if TYPE_CHECKING:
    from cnnlab.evaluation.robustness.measured import Robustness
    from cnnlab.evaluation.robustness.shifts import Sampling, Shifts
    from cnnlab.evaluation.robustness.subject import Subject


def robustness(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """A table for each run, what it says in words, and the runs against one another."""
    from cnnlab.evaluation.robustness import compute, several, words
    from cnnlab.evaluation.robustness.table import chosen

    files.check_ending(arguments.out, (".csv",))
    names = chosen(arguments.corruptions)
    subjects = several.subjects(arguments.runs, home, images=arguments.images or None, seed=arguments.seed)
    titles = [view(home, subject.journal.run_id).name for subject in subjects]
    with ProgressBar(output) as bar:
        found = [compute.compute(subject, names, bar) for subject in subjects]
        moved = [_moved(subject, bar) for subject in subjects] if arguments.shifts else []
    runs: list[dict[str, Any]] = []
    lines: list[str] = []
    for place, one in enumerate(found):
        runs.append({"run_id": subjects[place].journal.run_id, "name": titles[place], **one.as_dict()})
        lines += [titles[place], _table(one, output), *words.sentences(one, output.language)]
        if moved:
            shifts, sampling = moved[place]
            runs[-1]["shifts"] = _shifts(shifts, sampling)
            lines += [_shift_table(shifts, output), *words.shift_sentences(shifts, sampling, output.language)]
        lines.append("")
    said = words.compared(found, titles, output.language)
    if arguments.out:
        _write(arguments.out, runs)
    output.result({"runs": runs, "compared": said}, "\n".join([*lines, *said]).rstrip())
    return 0


def _moved(subject: Subject, bar: ProgressBar) -> tuple[Shifts, Sampling]:
    from cnnlab.evaluation.robustness import shifts
    from cnnlab.models.inspection import inspect

    dataset = subject.dataset
    inspection = inspect(subject.journal.experiment().model, dataset.kind, dataset.outputs.count)
    return shifts.compute(shifts.of(subject), bar), shifts.sampling(inspection)


def _table(found: Robustness, output: Output) -> str:
    """Corruptions by strength, in per cent, the most harmful first."""
    from cnnlab.evaluation.robustness.words import title

    header = [output.t("cli.robustness.corruption"), *map(str, range(1, found.right.shape[1] + 1))]
    rows = []
    for name, mean in found.means().items():
        cells = found.right[found.corruptions.index(name)].mean(1)
        shown = [formats.number(100 * value, 1, output.language) for value in (*cells.tolist(), mean)]
        rows.append([title(name, output.language), *shown])
    return output.table([*header, output.t("cli.robustness.mean")], rows)


def _shift_table(found: Shifts, output: Output) -> str:
    header = [output.t(f"cli.robustness.{name}") for name in ("pixels", "consistency", "accuracy")]
    rows = [
        [str(pixels), formats.percent(same, output.language), formats.percent(right, output.language)]
        for pixels, same, right in found.by_distance()
    ]
    return output.table(header, rows)


def _shifts(found: Shifts, sampling: Sampling) -> dict[str, Any]:
    names = ("pixels", "consistency", "accuracy")
    return {
        "images": len(found.labels),
        "reach": found.reach,
        "along_axes": [dict(zip(names, row, strict=True)) for row in found.by_distance()],
        "consistency": found.consistency().round(4).tolist(),
        "accuracy": found.accuracy().round(4).tolist(),
        "total_stride": sampling.total,
        "strides": [{"layer": name, "type": kind, "stride": step} for name, kind, step in sampling.steps],
    }


def _write(path: str, runs: list[dict[str, Any]]) -> None:
    """A row a run, corruption and strength. Raises ``LabError`` ("not_writable")."""
    records = []
    for run in runs:
        for cell in run["cells"]:
            record = {"run_id": run["run_id"], "name": run["name"]}
            record |= {"corruption": cell["corruption"], "strength": cell["strength"]}
            figures = {
                "accuracy": cell["value"],
                "low": cell["low"],
                "high": cell["high"],
                "drop": cell["drop"]["value"],
            }
            records.append({**record, **{name: f"{value:.6f}" for name, value in figures.items()}})
    files.write_records(path, records)
