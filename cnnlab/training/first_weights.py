"""Beginning with what another run has learned: every tensor that has the same name and shape.

What differs starts new, as it was drawn: the head where the classes are others, a layer whose input has another size.
The statistics of pixels stay those of the run's own training split, which is what its images are standardised by.
"""

from __future__ import annotations

from safetensors.torch import load as load_safetensors

from cnnlab.errors import ExperimentError, RunError
from cnnlab.experiment import TrainingSpec
from cnnlab.models.network import Network

FIELD = "model.weights_from"
_STATISTICS = ("mean", "std")
_NAMED = 6  # modules that a remark lists


def begin(network: Network, weights: bytes | None, spec: TrainingSpec) -> list[str]:
    """Loads ``weights`` (safetensors) into ``network``; remarks for the run's log. ``None``: none, and nothing to say.

    Raises ``RunError`` ("first_weights_broken", "first_weights_fit_nothing"), and ``ExperimentError``
    ("frozen_and_new") where a layer that is to be frozen would stay as it was drawn.
    """
    if weights is None:
        return []
    try:
        stored = load_safetensors(weights)
    except Exception as error:  # safetensors has an error of its own, which is no subclass of any other
        raise RunError("first_weights_broken", field=FIELD) from error
    own = network.state_dict()
    learned = {name: tensor for name, tensor in own.items() if name not in _STATISTICS}
    taken = {name: stored[name] for name, tensor in learned.items() if _fits(stored.get(name), tensor)}
    if all(_in_head(name, network) for name in taken) and not all(_in_head(name, network) for name in learned):
        raise RunError("first_weights_fit_nothing", field=FIELD)
    new = list(dict.fromkeys(name.rpartition(".")[0] for name in learned if name not in taken))
    outside = [name for name in new if not _in_head(name, network)]
    if outside and spec.fine_tuning.frozen_epochs:
        raise ExperimentError("frozen_and_new", field="training.fine_tuning.frozen_epochs", layers=_listed(outside))
    network.load_state_dict({**own, **taken})
    remarks = [f"begins with weights that were learned before: {len(taken)} of {len(learned)} tensors"]
    if new:
        remarks.append(f"new, because shapes differ: {_listed(new)}")
    return remarks


def _fits(stored: object, tensor: object) -> bool:
    return getattr(stored, "shape", None) == getattr(tensor, "shape", ())


def _in_head(name: str, network: Network) -> bool:
    return any(name == head or name.startswith(f"{head}.") for head in network.head)


def _listed(names: list[str]) -> str:
    shown = [name.removeprefix("body.") for name in names[:_NAMED]]
    return ", ".join([*shown, "…"] if len(names) > _NAMED else shown)
