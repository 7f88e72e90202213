"""Checkpoints: what is saved comes back to the bit, and what is damaged is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from cnnlab.experiment import Experiment
from cnnlab.tasks.classification import Classification
from cnnlab.training import checkpoints
from cnnlab.training.fit import FitState

META = {"dataset_fingerprint": "f" * 64, "conditions": {"torch": torch.__version__}}


def _network() -> nn.Module:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 4))
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _trained(steps: int = 3, optimizer: str = "adam") -> tuple[nn.Module, FitState]:
    network = _network()
    spec = Experiment().changed({"training.optimizer": optimizer}).training
    state = FitState.fresh(network, Classification(), spec)
    _train(network, state, steps)
    return network, state


def _train(network: nn.Module, state: FitState, steps: int) -> None:
    for _ in range(steps):
        inputs = torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(state.step))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            raw = network(inputs.to(memory_format=torch.channels_last))
        nn.functional.cross_entropy(raw.float(), torch.arange(4)).backward()
        state.optimizer.step()
        state.optimizer.zero_grad(set_to_none=True)
        state.step += 1


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd", "rmsprop"])
def test_training_goes_on_as_if_it_had_never_stopped(tmp_path: Path, optimizer: str) -> None:
    """With channels_last, fused optimizers and bfloat16: the combination that loses strides when done carelessly."""
    network, state = _trained(optimizer=optimizer)
    checkpoints.save_state(tmp_path, network, state, META)
    _train(network, state, 3)

    again, restored_state = _trained(steps=0, optimizer=optimizer)
    restored = checkpoints.load_latest(tmp_path, again, restored_state)
    assert restored is not None
    assert (restored.step, restored.refused) == (3, ())
    _train(again, restored_state, 3)
    assert checkpoints.digest_of_state(again, restored_state) == checkpoints.digest_of_state(network, state)


def test_another_step_is_another_digest() -> None:
    network, state = _trained()
    before = checkpoints.digest_of_weights(network), checkpoints.digest_of_state(network, state)
    _train(network, state, 1)
    assert checkpoints.digest_of_weights(network) != before[0]
    assert checkpoints.digest_of_state(network, state) != before[1]


@pytest.mark.parametrize("position", [0.0, 0.3, 0.6, 0.999])
def test_a_flipped_bit_is_refused_and_the_generation_before_is_used(tmp_path: Path, position: float) -> None:
    network, state = _trained()
    checkpoints.save_state(tmp_path, network, state, META)
    expected = checkpoints.digest_of_state(network, state)
    _train(network, state, 1)
    newest = checkpoints.save_state(tmp_path, network, state, META)
    data = bytearray(newest.read_bytes())
    data[int(position * (len(data) - 1))] ^= 1
    newest.write_bytes(data)

    again, restored_state = _trained(steps=0)
    restored = checkpoints.load_latest(tmp_path, again, restored_state)
    assert restored is not None
    assert restored.refused == (newest.name,)
    assert checkpoints.digest_of_state(again, restored_state) == expected
    assert not newest.exists(), "a damaged generation must not displace a good one"


def test_a_torn_file_is_refused(tmp_path: Path) -> None:
    network, state = _trained()
    path = checkpoints.save_state(tmp_path, network, state, META)
    path.write_bytes(path.read_bytes()[:-100])
    restored = checkpoints.load_latest(tmp_path, network, state)
    assert restored is not None
    assert (restored.epoch, restored.step, len(restored.refused)) == (0, 0, 1)


def test_two_generations_are_kept(tmp_path: Path) -> None:
    network, state = _trained(steps=0)
    for _ in range(5):
        _train(network, state, 1)
        checkpoints.save_state(tmp_path, network, state, META)
    assert len(list(tmp_path.glob("state-*.pt"))) == checkpoints.GENERATIONS


def test_damaged_best_weights_are_said_and_looked_for_anew(tmp_path: Path) -> None:
    network, state = _trained()
    state.stopping(0.5)
    best = checkpoints.save_best(tmp_path, network, 1)
    checkpoints.save_state(tmp_path, network, state, META)
    best.write_bytes(best.read_bytes()[:-1] + b"x")
    again, restored_state = _trained(steps=0)
    restored = checkpoints.load_latest(tmp_path, again, restored_state)
    assert restored is not None
    assert restored.best_lost
    restored_state.stopping(9.0)
    assert restored_state.stopping.improved


def test_best_weights_come_back(tmp_path: Path) -> None:
    network, state = _trained()
    expected = checkpoints.digest_of_weights(network)
    checkpoints.save_best(tmp_path, network, 1)
    _train(network, state, 2)
    assert checkpoints.load_best(tmp_path, network, 1)
    assert checkpoints.digest_of_weights(network) == expected
    assert not checkpoints.load_best(tmp_path, network, 2)
