"""The same experiment again with other seeds: what of a result is the network's, and what is luck."""

from __future__ import annotations

from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.jobs.submit import submit
from cnnlab.runs.seeds import group_of
from cnnlab.runs.view import listing, view

MOST = 20  # runs queued at once
_ALL = 1_000_000


def repeat(run_id: str, home: Home, *, times: int) -> list[str]:
    """Queues ``times`` runs that differ from ``run_id`` in ``training.seed`` alone, and returns their ids.

    The split of the data stays, so that all are tested on the same images. They share a group with the run, and take
    the next seeds that none in it has, so that a second call adds to the first. Raises ``RunError``: "bad_repeats",
    "repeat_without_description", and what ``view`` raises.
    """
    if not 1 <= times <= MOST:
        raise RunError("bad_repeats", field="--seeds", value=times, limit=MOST)
    run = view(home, run_id)
    if run.experiment is None:
        raise RunError("repeat_without_description", field="RUN", value=run_id)
    group = group_of(run)
    members = [one for one in listing(home, limit=_ALL) if group_of(one) == group]
    used = {one.experiment.training.seed for one in members if one.experiment}
    seeds = [seed for seed in range(len(used) + times + 1) if seed not in used][:times]
    name = run.experiment.name or run.name
    queued = []
    for seed in seeds:
        again = run.experiment.changed({"training.seed": seed, "name": f"{name} · {seed}"[:255]})
        queued.append(submit(again, home, parent=run_id, group=group))
    return queued
