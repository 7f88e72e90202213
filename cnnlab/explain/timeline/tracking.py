"""Maps of the probes at chosen epochs, while a run trains: asked for by its experiment, computed by its worker.

Nothing here may change or end the training: the network is borrowed and given back, random numbers come from
generators of the methods' own, and what goes wrong is a line in the run's log.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from torch import Tensor, nn

from cnnlab.explain.timeline import kept as timeline
from cnnlab.explain.timeline.kept import Moment, Probes
from cnnlab.failures import explain_failure, is_disk_full
from cnnlab.registry import registry

if TYPE_CHECKING:
    from cnnlab.data.load import Dataset
    from cnnlab.experiment import Experiment
    from cnnlab.models.network import Network
    from cnnlab.tasks.base import Task
    from cnnlab.training.fit import FitState


class Tracker:
    """Of one attempt at a run, which begins where ``state`` is: what was written of later epochs is forgotten.

    The maps of the epoch that it begins after are made now, if a kill left it without them.
    """

    def __init__(
        self,
        folder: Path,
        experiment: Experiment,
        data: Dataset,
        network: nn.Module,
        task: Task,
        state: FitState,
        log: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._spec = experiment.tracking.explain
        self._epochs = experiment.training.epochs
        self._data, self._network, self._task = data, cast("Network", network), task
        self._log = log
        self._off = self._spec.every == 0
        if not self._off:
            timeline.forget_after(folder, state.epoch)
            if state.step == 0:
                self.after(state.epoch)

    def after(self, epoch: int, *, last: bool = False) -> None:
        """At the end of ``epoch``: maps, where they are due and not there yet. ``last``: it is due in any case."""
        if self._off or epoch == 0 or not (last or self._due(epoch)):
            return
        if any(number == epoch for number, _ in timeline.stored(self._folder)):
            return
        try:
            self._keep(epoch)
        except Exception as error:  # an explanation must never cost the run
            if is_disk_full(error):
                raise
            self._off = True
            self._log(f"no more maps while it trains: {explain_failure(error).sentence()}")

    def _due(self, epoch: int) -> bool:
        return epoch in (1, self._epochs) or epoch % self._spec.every == 0

    def _keep(self, epoch: int) -> None:
        probes, moment = look(self._data, self._network, self._task, self._spec.method, self._spec.images, epoch)
        if not (self._folder / timeline.FOLDER / "probes.npz").is_file():
            timeline.write_probes(self._folder, probes)
        timeline.write_moment(self._folder, moment)


def look(data: Dataset, network: Network, task: Task, method: str, images: int, epoch: int) -> tuple[Probes, Moment]:
    """The probes of the validation split, and their maps and predictions now, at the end of ``epoch``.

    Nobody looks at the test split while a run trains. Raises what ``explain_batch`` raises.
    """
    from cnnlab.explain.explain import explain_batch

    targets = data.validation.targets
    labels: list[int] = targets.tolist() if isinstance(targets, Tensor) else []
    rows = timeline.probe_rows(labels, images)
    inputs = data.validation.pick(rows).inputs
    true = tuple(labels[row] for row in rows)
    found = explain_batch(network, task, inputs, targets=true, method=method)
    pictures = timeline.smaller(inputs.cpu().permute(0, 2, 3, 1).numpy(), timeline.PICTURE)
    kept = np.rint(pictures).astype(np.uint8)
    signed = bool(registry("explainer")[method].facts["signed"])
    probes = Probes(tuple(rows), true, data.outputs.class_names, kept, method, found[0].layer, signed)
    return probes, Moment(
        epoch,
        timeline.smaller(np.nan_to_num(np.stack([each.map for each in found])), timeline.SIDE),
        tuple(each.predicted for each in found),
        tuple(each.probabilities[each.target] for each in found),
    )
