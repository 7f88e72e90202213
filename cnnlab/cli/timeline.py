"""``timeline``: the maps of fixed validation images by epoch."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cnnlab.cli import files
from cnnlab.cli.output import Output
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from cnnlab.explain.timeline.kept import Timeline

MOST_RUNS = 4


def timeline(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """What is stored of each run; of one that stored nothing, what its checkpoints allow."""
    from cnnlab.explain.timeline.kept import MOST_PROBES

    wanted = list(dict.fromkeys(arguments.runs))
    if len(wanted) > MOST_RUNS:
        raise LabError("too_many_timelines", field="RUN", value=len(wanted), limit=MOST_RUNS)
    if not 1 <= arguments.images <= MOST_PROBES:
        raise LabError("images_out_of_range", field="--images", value=arguments.images, low=1, high=MOST_PROBES)
    journals = [Journal.open(home, run_id) for run_id in wanted]
    found = [_found(journal, home, arguments, output) for journal in journals]
    if arguments.out:
        _draw(arguments.out, found)
        output.say("cli.timeline.written", out=arguments.out)
    runs = [_values(journal, each) for journal, each in zip(journals, found, strict=True)]
    output.result({"runs": runs, "out": arguments.out}, _table(runs, output))
    return 0


def _found(journal: Journal, home: Home, arguments: argparse.Namespace, output: Output) -> Timeline:
    from cnnlab.explain.timeline import kept
    from cnnlab.explain.timeline import later as timeline_later

    if not kept.has_maps(journal.folder):
        epochs = timeline_later.compute(journal, home, images=arguments.images, method=arguments.method)
        words = ", ".join(map(str, sorted(epochs)))
        output.say("cli.timeline.later", name=journal.experiment().name, epochs=words)
    return kept.read(journal.folder)


def _draw(path: str, found: list[Timeline]) -> None:
    from cnnlab.explain.timeline.picture import sheet_png

    files.write(path, sheet_png(found))


def _values(journal: Journal, found: Timeline) -> dict[str, Any]:
    records = {record["epoch"]: record for record in journal.epochs()}
    alike = found.similarities()
    labels = found.probes.labels
    return {
        "run_id": journal.run_id,
        "name": journal.experiment().name,
        "method": found.probes.method,
        "layer": found.probes.layer,
        "rows": list(found.probes.rows),
        "labels": [found.probes.class_names[label] for label in labels],
        "epochs": [
            {
                "epoch": moment.epoch,
                "val_accuracy": records.get(moment.epoch, {}).get("val_accuracy"),
                "right": sum(p == label for p, label in zip(moment.predicted, labels, strict=True)),
                "predicted": [found.probes.class_names[number] for number in moment.predicted],
                "probability": [round(share, 4) for share in moment.probability],
                "similarity": round(float(alike[place].mean()), 4),
                "similarity_by_probe": alike[place].round(4).tolist(),
            }
            for place, moment in enumerate(found.moments)
        ],
    }


def _table(runs: list[dict[str, Any]], output: Output) -> str:
    language = output.language
    rows = [
        [
            run["name"],
            str(moment["epoch"]),
            formats.percent(moment["val_accuracy"], language),
            f"{moment['right']} / {len(run['labels'])}",
            formats.number(moment["similarity"], 2, language),
        ]
        for run in runs
        for moment in run["epochs"]
    ]
    header = [output.t(f"cli.timeline.column.{name}") for name in ("run", "epoch", "accuracy", "right", "similarity")]
    return output.table(header, rows)
