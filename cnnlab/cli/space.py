"""``space``: a split in the feature space of a run's network."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnlab.cli import files
from cnnlab.cli.grouping import chosen, is_chosen
from cnnlab.cli.output import Output
from cnnlab.cli.progress import ProgressBar
from cnnlab.cli.samples import sample
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from cnnlab.data.load import Dataset
    from cnnlab.evaluation.judged import Judged
    from cnnlab.evaluation.space.space import Asked, Space

_Groups = tuple[Sequence[str], NDArray[np.int64]]


def space(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Points of a split, as CSV, SVG or PNG; how well its classes part."""
    from cnnlab.evaluation.evaluate import dataset_of
    from cnnlab.evaluation.judged import judged
    from cnnlab.evaluation.space import words
    from cnnlab.evaluation.space.space import Asked
    from cnnlab.evaluation.space.space import space as compute
    from cnnlab.plots.export.file import ENDINGS
    from cnnlab.plots.space import COLOURINGS

    files.check_ending(arguments.out, (".csv", *ENDINGS))
    asked = Asked(arguments.split, arguments.method, arguments.dimensions, arguments.samples, arguments.seed)
    asked.check()
    if arguments.colour not in COLOURINGS:
        known = ", ".join(COLOURINGS)
        raise LabError("unknown_colouring", field="--colour", value=arguments.colour[:80], known=known)
    journal = Journal.open(home, arguments.run)
    found = judged(journal, home, split=asked.split)
    dataset = dataset_of(journal, home)
    grouped = _grouped(arguments, dataset)
    with ProgressBar(output) as bar:
        made = compute(journal, dataset, home, asked, progress=bar)
    if arguments.out:
        _write_space(arguments, made, found, grouped, output)
    values = {**_values(made, asked, found.names), "run_id": arguments.run, "out": arguments.out}
    lines = words.space_words(made, asked, output.language)
    output.result(values, "\n".join([*lines, *([output.t("cli.written", out=arguments.out)] if arguments.out else [])]))
    return 0


def _values(made: Space, asked: Asked, names: Sequence[str]) -> dict[str, Any]:
    """For scripts; ``names``: of the classes."""
    apart = made.separation
    return {
        "split": asked.split,
        "method": asked.method,
        "samples": len(made.places),
        "of": made.total,
        "layer": made.layer,
        "width": made.width,
        "explained": list(made.explained),
        "k": apart.k,
        "knn_accuracy": apart.knn_accuracy,
        "silhouette": apart.silhouette,
        "silhouette_by_class": {names[number]: one for number, one in apart.by_class.items()},
        "verdict": apart.verdict,
    }


def _grouped(arguments: argparse.Namespace, dataset: Dataset) -> _Groups | None:
    """Names of the groups, and the group of each sample of the split; ``None`` where none are asked for."""
    if not is_chosen(arguments):
        return None
    grouping = chosen(arguments, dataset.prepared)
    codes = grouping.codes[np.asarray(getattr(dataset.split, arguments.split), dtype=np.int64)]
    return grouping.groups, codes


def _write_space(
    arguments: argparse.Namespace, made: Space, found: Judged, grouped: _Groups | None, output: Output
) -> None:
    if Path(arguments.out).suffix.lower() == ".csv":
        files.write_records(arguments.out, _records(made, found, grouped))
        return
    from cnnlab.plots import space as plot
    from cnnlab.plots.export.file import PAPER, drawn

    spoken = output.language
    if grouped is not None:
        series = plot.by_group(grouped[1], grouped[0], made.places, PAPER, spoken)
    else:
        series = plot.coloured(found, made.places, arguments.colour, PAPER, spoken)
    titles = plot.axes(made.explained, made.points.shape[1], spoken)
    chart = plot.figure(made.points, made.places, series, PAPER, spoken, titles=titles)
    title = f"{output.t('figure.space')} · {output.t(f'space.method.{arguments.method}')}"
    files.write(arguments.out, drawn(chart, Path(arguments.out).suffix[1:].lower(), spoken, title=title))


def _records(made: Space, found: Judged, grouped: _Groups | None) -> list[dict[str, Any]]:
    axes = ("x", "y", "z")[: made.points.shape[1]]
    records = []
    for place, point in zip(made.places.tolist(), made.points, strict=True):
        records.append({**sample(found, place), **dict(zip(axes, point.tolist(), strict=True))})
        if grouped is not None:
            groups, codes = grouped
            records[-1]["group"] = groups[codes[place]] if codes[place] >= 0 else ""
    return records
