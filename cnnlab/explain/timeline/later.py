"""Maps of a run that kept none while it trained, from the checkpoints that it has: the best epoch, and the last one.

More is not possible: no other weights are on the disk.
"""

from __future__ import annotations

from torch import Tensor

from cnnlab.data.types import Progress
from cnnlab.errors import LabError
from cnnlab.evaluation.evaluate import dataset_of
from cnnlab.evaluation.trained import load_trained
from cnnlab.explain.timeline import kept as timeline
from cnnlab.explain.timeline.tracking import look
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.training import checkpoints

IMAGES, METHOD = 8, "grad_cam"


def compute(
    journal: Journal, home: Home, *, images: int = IMAGES, method: str = METHOD, progress: Progress | None = None
) -> list[int]:
    """The epochs that have maps now, first the best weights, then the last ones where they are another epoch's.

    Raises ``LabError``: "run_in_training", "maps_kept_already" and what ``load_trained`` and ``explain_batch`` raise.
    """
    if journal.status().state.is_active:
        raise LabError("run_in_training", value=journal.run_id)
    if timeline.has_maps(journal.folder):
        raise LabError("maps_kept_already", value=journal.run_id)
    model, data = load_trained(journal.folder), dataset_of(journal, home)
    best = [record["epoch"] for record in journal.epochs() if record.get("best")]
    done: list[int] = []
    for epoch, weights in ((best[-1] if best else 0, None), _last(journal)):
        if progress is not None:
            progress("progress.timeline", len(done), 2)
        if epoch == 0 or epoch in done:
            continue
        if weights is not None:
            model.network.load_state_dict(weights)
        probes, moment = look(data, model.network, model.task, method, images, epoch)
        timeline.write_probes(journal.folder, probes)
        timeline.write_moment(journal.folder, moment)
        done.append(epoch)
    return done


def _last(journal: Journal) -> tuple[int, dict[str, Tensor] | None]:
    """The last epoch and its weights; (0, None) where none are kept, or those of the middle of an epoch."""
    found = checkpoints.newest_weights(journal.checkpoints)
    if found is None or found[1] != 0:
        return 0, None
    return found[0], found[2]
