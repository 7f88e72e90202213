"""Would more data help? The same experiment on shares of its training split, each part of the next larger one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnlab.checks import check
from cnnlab.errors import RunError
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs.submit import submit
from cnnlab.runs.run import Run
from cnnlab.runs.seeds import group_of
from cnnlab.runs.states import RunState
from cnnlab.runs.view import listing, view

SHARES = (0.1, 0.3, 1.0)
MOST = 8  # shares at once
_ALL = 1_000_000
_OF_NO_USE = (RunState.FAILED, RunState.LOST, RunState.STOPPED)


@dataclass(frozen=True)
class Step:
    """``run``: the one that was trained on that share, or still is; ``None`` where none was started."""

    share: float
    run: Run | None

    @property
    def ready(self) -> bool:
        return self.run is not None and self.run.state is RunState.FINISHED


def steps(run_id: str, home: Home, shares: Sequence[float] = SHARES) -> list[Step]:
    """From the smallest share on. A run with the very same settings counts, whoever started it: none is trained twice.

    Raises ``RunError``: "bad_shares", "more_data_without_description", and what ``view`` raises.
    """
    if not 2 <= len(set(shares)) <= MOST or not all(0.0 < share <= 1.0 for share in shares):
        written = ", ".join(f"{share:g}" for share in shares)
        raise RunError("bad_shares", field="--shares", value=written, limit=MOST)
    run = view(home, run_id)
    if run.experiment is None:
        raise RunError("more_data_without_description", field="RUN", value=run.name)
    by_name: dict[str, Run] = {}
    for one in [run, *listing(home, limit=_ALL)]:
        if one.local and one.experiment is not None and one.state not in _OF_NO_USE:
            by_name.setdefault(one.experiment.sha256, one)
    wanted = {share: with_share(run.experiment, share).sha256 for share in sorted(set(shares))}
    return [Step(share, by_name.get(name)) for share, name in wanted.items()]


def start(run_id: str, home: Home, shares: Sequence[float] = SHARES) -> list[str]:
    """Queues the shares that nobody trained yet, as a group with the run; ids of what was queued.

    Raises what ``steps`` raises, and ``ExperimentError`` where a share is too small for a batch: then none is queued.
    """
    run = view(home, run_id)
    wanted = []
    for step in steps(run_id, home, shares):
        if step.run is None and run.experiment is not None:
            name = f"{run.experiment.name or run.name} · {100 * step.share:g} %"[:255]
            wanted.append(with_share(run.experiment, step.share).changed({"name": name}))
    for experiment in wanted:
        check(experiment, home)
    return [submit(experiment, home, parent=run_id, group=group_of(run)) for experiment in wanted]


def with_share(experiment: Experiment, share: float) -> Experiment:
    """The same on that share of its training split."""
    return experiment.changed({"data.train_share": share})
