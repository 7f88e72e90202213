"""``more-data``: whether more training data would help."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cnnlab.cli.output import Output
from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.i18n.statistics import points
from cnnlab.jobs import more_data as jobs

if TYPE_CHECKING:
    from cnnlab.evaluation.more_data import Point

_COLUMNS = ("share", "samples", "accuracy", "interval", "state", "run")


def more_data(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Accuracy by size of the training split, of the runs that have finished; ``--start`` queues those that lack."""
    shares = _shares(arguments.shares)
    queued = jobs.start(arguments.run, home, shares) if arguments.start else []
    steps = jobs.steps(arguments.run, home, shares)
    from cnnlab.evaluation import more_data as evaluation

    found = [evaluation.point(step.run.run_id, home) for step in steps if step.run is not None and step.ready]
    said = evaluation.sentences(found, output.language)
    rows = []
    by_run = {one.run_id: one for one in found}
    for step in steps:
        one = by_run.get(step.run.run_id) if step.run else None
        rows.append(
            [
                formats.percent(step.share, output.language, 0),
                formats.whole(one.samples, output.language) if one else formats.UNKNOWN,
                formats.percent(one.accuracy.value, output.language) if one else formats.UNKNOWN,
                _between(one, output),
                output.t(f"state.{step.run.state.value}") if step.run else output.t("more_data.not_started"),
                step.run.run_id if step.run else "",
            ]
        )
    header = [output.t(f"cli.more_data.{name}") for name in _COLUMNS]
    if queued:
        said.append(output.t("more_data.queued", count=len(queued)))
    values = {
        "run_id": arguments.run,
        "queued": queued,
        "steps": [{"share": s.share, "run_id": s.run.run_id if s.run else None, "ready": s.ready} for s in steps],
        **evaluation.as_dict(found),
    }
    output.result(values, "\n".join([output.table(header, rows), *said]))
    return 0


def _between(one: Point | None, output: Output) -> str:
    if one is None:
        return formats.UNKNOWN
    return f"{points(one.accuracy.low, output.language)} – {points(one.accuracy.high, output.language)}"


def _shares(written: str | None) -> list[float]:
    """``10,30,100`` -> [0.1, 0.3, 1.0]. Raises ``RunError`` ("bad_shares")."""
    if not written:
        return list(jobs.SHARES)
    try:
        return [float(part) / 100.0 for part in written.split(",")]
    except ValueError as error:
        raise RunError("bad_shares", field="--shares", value=written[:40], limit=jobs.MOST) from error
