"""Estimates: exact where they can be, measured where that was done, and silent where nothing is known."""

from __future__ import annotations

from typing import Any

import pytest

from cnnlab import estimates
from cnnlab.data import catalogue
from cnnlab.errors import LabError
from cnnlab.estimates import Estimate
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal


@pytest.fixture
def no_trial(monkeypatch: pytest.MonkeyPatch) -> list[Experiment]:
    """The experiments for which training steps would have been tried; each step takes 10 ms, an input 1 ms."""
    tried: list[Any] = []

    def times(*arguments: Any) -> tuple[float, float]:
        tried.append(arguments)
        return 0.01, 0.001

    monkeypatch.setattr(estimates, "_step_times", times)
    return tried


def with_epochs(home: Home, seconds: list[float], **changes: Any) -> Journal:
    journal = Journal.create(home, Experiment().changed(changes))
    for epoch, lasted in enumerate(seconds, start=1):
        journal.append_epoch({"epoch": epoch, "seconds": lasted, "best": True})
    return journal


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"training.learning_rate": 0.5, "training.seed": 9, "training.epochs": 3, "name": "x"}, True),
        ({"training.schedule.name": "cosine", "training.early_stopping.patience": 0}, True),
        ({"training.batch_size": 32}, False),
        ({"data.image_size": 32}, False),
        ({"data.augmentation.rotation": 10}, False),
        ({"model.options": {"dropout": 0.5}}, False),
        ({"model.architecture": "resnet8"}, False),
        ({"training.threads": 1}, False),
    ],
)
def test_experiments_with_the_same_key_cost_the_same_in_an_epoch(changes: dict[str, Any], same: bool) -> None:
    assert (estimates.key(Experiment()) == estimates.key(Experiment().changed(changes))) is same


def test_split_sizes_as_the_split_will_have_them(home: Home) -> None:
    digits = catalogue.find("digits", home)
    assert estimates.split_sizes(Experiment(), digits) == {"train": 1257, "validation": 270, "test": 270}
    mnist = catalogue.find("mnist", home)  # its test split is its own
    assert estimates.split_sizes(Experiment().changed({"data.dataset": "mnist"}), mnist) == {
        "train": 51_000,
        "validation": 9_000,
        "test": 10_000,
    }


def test_a_drawn_dataset_has_as_many_images_as_its_option_says(home: Home) -> None:
    shapes = catalogue.find("shapes", home)
    experiment = Experiment().changed({"data.dataset": "shapes", "data.options": {"samples": 1000}})
    assert estimates.split_sizes(experiment, shapes) == {"train": 700, "validation": 150, "test": 150}


def test_the_parameters_are_those_of_the_network(home: Home, no_trial: list[Experiment]) -> None:
    from cnnlab.data.types import InputKind
    from cnnlab.models.build import build_network

    for architecture in ("lenet5", "resnet8"):
        experiment = Experiment().changed({"model.architecture": architecture})
        kind = InputKind("image", (1, 28, 28))
        network = build_network(experiment.model, kind, 10, (0.5,), (0.2,))
        found = estimates.estimate(experiment, home)
        assert found.parameters == sum(parameter.numel() for parameter in network.parameters())


def test_an_epoch_is_its_steps_and_its_validation(home: Home, no_trial: list[Experiment]) -> None:
    found = estimates.estimate(Experiment(), home)
    assert found.basis == "calibration"
    assert found.seconds_per_epoch == pytest.approx(20 * 0.01 + 270 * 0.001)  # 1257 images in batches of 64
    assert len(no_trial) == 1


def test_memory_grows_with_the_batch_and_with_the_optimizer(home: Home, no_trial: list[Experiment]) -> None:
    def memory(**changes: Any) -> int:
        return estimates.estimate(Experiment().changed(changes), home).memory_bytes

    usual = memory()
    assert memory(**{"training.batch_size": 256}) > usual
    assert memory(**{"training.optimizer": "sgd"}) < usual


def test_what_was_measured_here_is_taken_instead_of_a_trial(home: Home, no_trial: list[Experiment]) -> None:
    journal = with_epochs(home, [9.0, 2.0, 2.2, 2.1], name="calm", **{"training.learning_rate": 0.1})
    found = estimates.estimate(Experiment(), home)
    assert (found.basis, found.run_id, found.run_name) == ("run", journal.run_id, "calm")
    assert found.seconds_per_epoch == pytest.approx(2.1)  # the first epoch also warms up
    assert no_trial == []


def test_a_run_that_cost_something_else_or_completed_no_epoch_says_nothing(
    home: Home, no_trial: list[Experiment]
) -> None:
    with_epochs(home, [2.0], **{"training.batch_size": 8})
    with_epochs(home, [])
    assert estimates.earlier_run(Experiment(), home) is None
    assert estimates.estimate(Experiment(), home).basis == "calibration"


def test_what_would_take_too_much_memory_is_not_tried(
    home: Home, no_trial: list[Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimates, "_free_bytes", lambda _: 1000)
    found = estimates.estimate(Experiment(), home)
    assert (found.basis, found.seconds_per_epoch) == ("none", None)
    assert found.parameters > 0
    assert no_trial == []


def test_progress_may_end_it(home: Home, no_trial: list[Experiment]) -> None:
    def report(phase: str, done: int, total: int) -> None:
        raise KeyError(phase)

    with pytest.raises(KeyError, match="counting"):
        estimates.estimate(Experiment(), home, progress=report)


def test_a_network_that_does_not_fit_its_images_is_a_problem(home: Home, no_trial: list[Experiment]) -> None:
    experiment = Experiment().changed({"model.architecture": "lenet5", "data.image_size": 4})
    with pytest.raises(LabError):
        estimates.estimate(experiment, home)


def test_every_key_is_what_scripts_rely_on() -> None:
    found = Estimate(1, 2, 3.0, "run", "id", "name").as_dict()
    assert {"parameters", "memory_bytes", "seconds_per_epoch", "basis"} <= set(found)


@pytest.mark.slow
def test_a_real_trial_leaves_the_process_as_it_was(home: Home) -> None:
    import torch

    before = torch.get_num_threads(), torch.get_rng_state().sum().item(), torch.is_grad_enabled()
    found = estimates.estimate(Experiment().changed({"training.threads": 1}), home)
    assert found.seconds_per_epoch is not None
    assert found.seconds_per_epoch > 0
    assert (torch.get_num_threads(), torch.is_grad_enabled()) == (before[0], before[2])
