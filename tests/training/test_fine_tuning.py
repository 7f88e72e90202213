"""Fine-tuning: what is frozen stands still in every way, joins when it should, and a resumed run is the same."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from cnnlab.errors import ExperimentError
from cnnlab.experiment import Experiment
from cnnlab.models.network import Body, Network
from cnnlab.training import fine_tuning
from cnnlab.training.checkpoints import load_latest, save_state
from cnnlab.training.early_stopping import EarlyStopping
from cnnlab.training.fit import EpochResult, Step
from cnnlab.training.optimizers import build_optimizer, set_rate
from tests.training.small import SmallRun

OPTIMIZERS = ("sgd", "adam", "adamw", "rmsprop")


class _Net(nn.Module):
    """A backbone with batch norm and dropout, and a head of two layers inside one container."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.drop = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.Dropout(0.2)
        self.scale = nn.Parameter(torch.ones(4, 1, 1))  # held by the whole, as a vision transformer's class token
        self.classifier = nn.Sequential(nn.Linear(144, 8), nn.Dropout(0.2), nn.Linear(8, 3))

    def forward(self, x: Tensor) -> Tensor:
        maps = torch.relu(self.norm(self.conv(x))) * self.scale
        return self.classifier(self.drop(maps).flatten(1))


class _Run(SmallRun):
    def __init__(self, *, head: tuple[str, ...] = ("classifier",), **changes: Any) -> None:
        decay = {"weight_decay": 0.1}
        super().__init__(lambda: Network(Body(_Net(), ("conv",), head), (0.4,), (0.3,)), **(decay | changes))

    def backbone(self) -> dict[str, Tensor]:
        """Everything but the head, statistics of batch norm too."""
        state = self.network.state_dict()
        return {name: value.clone() for name, value in state.items() if "classifier" not in name}


def _fine_tuning(frozen_epochs: int, backbone_rate: float = 1.0) -> dict[str, Any]:
    return {"frozen_epochs": frozen_epochs, "backbone_rate": backbone_rate}


def _same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_frozen_means_that_nothing_of_the_backbone_moves_until_it_joins(optimizer: str) -> None:
    run = _Run(optimizer=optimizer, fine_tuning=_fine_tuning(2))
    before, head = run.backbone(), run.network.body.classifier[0].weight.clone()
    unmoved = []
    for event in run.events():
        if isinstance(event, EpochResult):
            unmoved.append(_same(before, run.backbone()))
    assert unmoved == [True, True, False]
    assert not torch.equal(head, run.network.body.classifier[0].weight)


def test_feature_extraction_never_moves_the_backbone_and_learns_all_the_same() -> None:
    run = _Run(epochs=6, fine_tuning=_fine_tuning(100))
    before = run.backbone()
    results = [event for event in run.events() if isinstance(event, EpochResult)]
    assert _same(before, run.backbone())
    assert results[-1].metrics["train_loss"] < results[0].metrics["train_loss"]


def test_while_frozen_the_optimizer_holds_nothing_of_the_backbone_and_afterwards_everything() -> None:
    run = _Run(fine_tuning=_fine_tuning(1))
    held = []
    for event in run.events():
        if isinstance(event, Step) and event.step == event.steps:
            held.append(len(run.state.optimizer.state))
    parameters = len(list(run.network.parameters()))
    assert held == [4, parameters, parameters]
    assert all(parameter.requires_grad for parameter in run.network.parameters())
    assert run.network.training


def test_modes_and_gradients_within_a_frozen_epoch() -> None:
    run = _Run(fine_tuning=_fine_tuning(1))
    events = run.events()
    next(events)
    body = run.network.body
    assert not any(module.training for module in (body.conv, body.norm, body.drop))
    assert all(module.training for module in (body, body.classifier, body.classifier[1]))
    assert not body.scale.requires_grad
    assert body.classifier[0].weight.requires_grad
    events.close()
    assert all(parameter.requires_grad for parameter in run.network.parameters()), "as it was found"


def test_a_parameter_that_was_never_trained_is_not_thawed() -> None:
    run = _Run(fine_tuning=_fine_tuning(1))
    run.network.body.conv.weight.requires_grad_(False)
    list(run.events())
    assert not run.network.body.conv.weight.requires_grad


@pytest.mark.parametrize("stop_after", [1, 4, 5, 6, 7, 9, 11, 12, 14])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_resuming_anywhere_is_the_same_bit_for_bit(tmp_path: Any, optimizer: str, stop_after: int) -> None:
    """Within the frozen epochs, at the border, and after it, through a checkpoint and a new process's objects."""
    changes = {"optimizer": optimizer, "fine_tuning": _fine_tuning(1, 0.1)}
    whole = _Run(**changes)
    list(whole.events())
    torn = _Run(**changes)
    events = torn.events()
    for _ in range(stop_after):
        next(events)
    save_state(tmp_path, torn.network, torn.state, {})
    events.close()
    again = _Run(seed=0, **changes)
    assert load_latest(tmp_path, again.network, again.state) is not None
    list(again.events())
    assert again.digest() == whole.digest()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_backbone_has_its_share_of_the_rate_and_norms_are_spared_decay_in_both(optimizer: str) -> None:
    run = _Run(optimizer=optimizer, fine_tuning=_fine_tuning(0, 0.1))
    groups = run.state.optimizer.param_groups
    set_rate(run.state.optimizer, 0.5)
    net = run.network.body
    by_parameter = {id(p): (group["lr"], group["weight_decay"]) for group in groups for p in group["params"]}
    assert by_parameter[id(net.conv.weight)] == (pytest.approx(0.05), 0.1)
    assert by_parameter[id(net.norm.weight)] == (pytest.approx(0.05), 0.0)
    assert by_parameter[id(net.classifier[2].weight)] == (0.5, 0.1)
    assert by_parameter[id(net.classifier[2].bias)] == (0.5, 0.0)
    assert len(by_parameter) == len(list(run.network.parameters()))
    list(run.events())


def test_without_fine_tuning_the_optimizer_is_what_it_was_so_older_checkpoints_load() -> None:
    run = _Run()
    assert len(run.state.optimizer.param_groups) == 2
    assert [p for group in run.state.optimizer.param_groups for p in group["params"]]


def test_a_network_that_is_all_head_trains_as_ever() -> None:
    frozen, plain = _Run(head=("conv", "norm", "drop", "scale", "classifier"), fine_tuning=_fine_tuning(2)), _Run()
    list(frozen.events())
    list(plain.events())
    assert frozen.digest() == plain.digest()
    assert "no backbone" in " ".join(fine_tuning.remarks(frozen.network, frozen.spec, 0))


def test_the_log_says_what_is_frozen_and_when_it_joins() -> None:
    run = _Run(fine_tuning=_fine_tuning(2))
    (remark,) = fine_tuning.remarks(run.network, run.spec, 0)
    head = sum(p.numel() for p in run.network.body.classifier.parameters())
    whole = sum(p.numel() for p in run.network.parameters())
    assert remark == f"backbone frozen for 2 epochs: {head} of {whole} parameters are trained"
    assert fine_tuning.remarks(run.network, run.spec, 2) == []
    assert [fine_tuning.unfreezes_after(run.network, run.spec, epochs) for epochs in range(4)] == [
        False, False, True, False,
    ]  # fmt: skip
    forever = _Run(fine_tuning=_fine_tuning(3))
    assert "to the end" in fine_tuning.remarks(forever.network, forever.spec, 0)[0]
    assert not fine_tuning.unfreezes_after(forever.network, forever.spec, 3)


def test_early_stopping_does_not_end_a_run_before_its_backbone_has_had_its_turn() -> None:
    stop = EarlyStopping(2, from_epoch=3)
    assert [stop(value) for value in (1, 2, 2, 2, 2)] == [False, False, False, False, True]
    assert (stop.best_epoch, stop.waited) == (1, 2)
    waits = {frozen: _Run(fine_tuning=_fine_tuning(frozen)).state.stopping.from_epoch for frozen in (0, 2, 3)}
    assert waits == {0: 0, 2: 2, 3: 0}, "with feature extraction there is nothing to wait for"


def test_a_network_without_a_named_head_is_all_head() -> None:
    backbone, head = fine_tuning.divided(_Net())
    assert (len(backbone), len(head)) == (0, len(list(_Net().parameters())))
    assert build_optimizer(_Net(), _Run(fine_tuning=_fine_tuning(1, 0.5)).spec).param_groups


@pytest.mark.parametrize(("field", "value"), [("frozen_epochs", -1), ("backbone_rate", 0.0), ("backbone_rate", 1.5)])
def test_nonsense_is_refused_at_its_field(field: str, value: float) -> None:
    with pytest.raises(ExperimentError) as caught:
        Experiment().changed({f"training.fine_tuning.{field}": value})
    assert caught.value.problem.field == f"training.fine_tuning.{field}"
