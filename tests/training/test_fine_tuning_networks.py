"""Every network of the registry can be fine-tuned: it has a head that learns and a backbone that can stand still."""

from __future__ import annotations

import pytest
import torch

from cnnlab.data.samples import ArraySamples
from cnnlab.data.types import InputKind, OutputSpec
from cnnlab.experiment import Experiment, ModelSpec
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.registry import registry
from cnnlab.tasks.classification import Classification
from cnnlab.training import runtime
from cnnlab.training.fine_tuning import divided
from cnnlab.training.fit import EpochResult, FitState, fit
from tests.chosen_networks import networks

CLASSES = 3


def _network(name: str, side: int) -> Network:
    torch.manual_seed(0)
    return build_network(ModelSpec(architecture=name), InputKind("image", (1, side, side)), CLASSES, (0.4,), (0.3,))


def _samples(side: int) -> ArraySamples:
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (6, side, side, 1), dtype=torch.uint8, generator=generator)
    kind = InputKind("image", (1, side, side))
    return ArraySamples(kind, OutputSpec(CLASSES), pixels, torch.arange(6) % CLASSES, torch.arange(6)).to("cpu")


@pytest.mark.parametrize("name", networks())
def test_the_head_learns_first_and_then_all_of_it(name: str) -> None:
    side = int(registry("architecture")[name].facts["minimum_size"])
    fine_tuning = {"frozen_epochs": 1, "backbone_rate": 0.5}
    settings = {"epochs": 2, "batch_size": 6, "threads": 1, "optimizer": "sgd", "fine_tuning": fine_tuning}
    # a deep backbone with statistics that were never measured gives features near zero: in bfloat16, with labels in
    # equal numbers, the head's gradients are then exactly zero
    settings["precision"] = "float32"
    spec = Experiment().changed({f"training.{key}": value for key, value in settings.items()}).training
    place = runtime.prepare(spec)
    network = place.place(_network(name, side))
    backbone, head = divided(network)
    assert sum(parameter.requires_grad for parameter in head), "the head has something to learn"
    of_head = tuple(f"{part}." for part in network.head) + network.head
    before = {key: value.clone() for key, value in network.state_dict().items()}
    task, samples = Classification(), _samples(side)
    state = FitState.fresh(network, task, spec)
    frozen_moved, frozen_head_moved = [], False
    for event in fit(network, samples, samples, task, spec, place, state=state):
        if isinstance(event, EpochResult) and event.epoch == 1:
            moved = [key for key, value in network.state_dict().items() if not torch.equal(value, before[key])]
            frozen_moved = [key for key in moved if not key.startswith(of_head)]
            frozen_head_moved = len(frozen_moved) < len(moved)
    assert frozen_moved == [], "weights and statistics stand still"
    assert frozen_head_moved
    trainable = [parameter for parameter in backbone if parameter.requires_grad]
    after = dict(network.named_parameters())
    assert not trainable or any(
        not torch.equal(value, before[key]) for key, value in after.items() if not key.startswith(of_head)
    ), "then the backbone joins"
