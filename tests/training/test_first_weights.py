"""Beginning with another run's weights: what is taken, what starts new, what is refused, and that the copy lasts."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
import torch
from safetensors.torch import load as load_safetensors

from cnnlab import worker
from cnnlab.checks import check
from cnnlab.cli import main
from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError, LabError, RunError
from cnnlab.experiment import Experiment, ModelSpec, TrainingSpec
from cnnlab.home import Home
from cnnlab.jobs import control
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from cnnlab.training.first_weights import begin
from tests.evaluation.made_weights import untrained


def network(side: int = 28, outputs: int = 10, seed: int = 0, **spec: Any) -> Network:
    torch.manual_seed(seed)
    kind = InputKind("image", (1, side, side))
    return build_network(ModelSpec(**spec), kind, outputs, (0.1 * (seed + 1),), (0.3,)).eval()


def weights_of(one: Network) -> bytes:
    from safetensors.torch import save

    return save({name: tensor.contiguous() for name, tensor in one.state_dict().items()})


def test_the_same_network_begins_as_the_other_ended() -> None:
    learned, fresh = network(seed=1), network(seed=2)
    remarks = begin(fresh, weights_of(learned), TrainingSpec())
    assert len(remarks) == 1
    for (name, tensor), other in zip(fresh.state_dict().items(), learned.state_dict().values(), strict=True):
        assert torch.equal(tensor, other) is (name != "mean")  # the statistics are those of the new data
    assert begin(fresh, None, TrainingSpec()) == []


def test_a_head_for_other_classes_starts_new() -> None:
    learned, fresh = network(seed=1), network(outputs=3, seed=2)
    before = {name: tensor.clone() for name, tensor in fresh.state_dict().items()}
    remarks = begin(fresh, weights_of(learned), TrainingSpec())
    assert remarks[1].endswith(": output")
    state = fresh.state_dict()
    head = [name for name in state if name.startswith(fresh.head[0])]
    assert head
    assert all(torch.equal(state[name], before[name]) for name in head)
    assert torch.equal(state["body.conv1.weight"], learned.state_dict()["body.conv1.weight"])


def test_images_of_another_size_keep_what_fits_and_are_not_frozen_blindly() -> None:
    learned = weights_of(network(architecture="mlp", seed=1))
    begin(network(side=40, architecture="mlp", seed=2), learned, TrainingSpec())
    frozen = TrainingSpec.model_validate({"fine_tuning": {"frozen_epochs": 2}})
    begin(network(outputs=3, architecture="mlp", seed=2), learned, frozen)
    with pytest.raises(ExperimentError) as caught:
        begin(network(side=40, architecture="mlp", seed=2), learned, frozen)
    assert caught.value.problem.code == "frozen_and_new"


def test_weights_that_fit_nowhere_or_are_none_are_refused() -> None:
    other = weights_of(network(architecture="mlp", seed=1))
    with pytest.raises(RunError) as caught:
        begin(network(), other, TrainingSpec())
    assert caught.value.problem.code == "first_weights_fit_nothing"
    with pytest.raises(RunError):
        begin(network(), b"no tensors", TrainingSpec())


def _trained(home: Home, experiment: Experiment) -> Journal:
    journal = Journal.create(home, experiment, worker=ProcessIdentity.own())
    assert worker.run(journal, 1, home) is RunState.FINISHED
    return journal


def quick(**changes: Any) -> Experiment:
    plain = {"training.epochs": 1, "training.threads": 1, "training.device": "cpu", "training.precision": "float32"}
    return Experiment().changed({**plain, **changes})


def test_a_run_continues_from_another_that_is_deleted_meanwhile(mlflow_home: Home) -> None:
    home = mlflow_home
    parent = untrained(home)
    spec = quick(**{"model.weights_from": parent.run_id, "training.learning_rate": 1e-9})
    check(spec, home)
    journal = Journal.create(home, spec, worker=ProcessIdentity.own())
    assert journal.status().parent == parent.run_id
    control.delete(parent.run_id, home)
    assert worker.run(journal, 1, home) is RunState.FINISHED
    learned = load_safetensors((journal.checkpoints / "best.safetensors").read_bytes())
    (kept,) = journal.folder.glob("first.*.safetensors")
    first = load_safetensors(kept.read_bytes())
    assert all(torch.allclose(learned[name], first[name], atol=1e-4) for name in first)
    with pytest.raises(ExperimentError) as caught:
        check(spec, home)
    assert caught.value.problem.code == "no_first_weights"
    with pytest.raises(RunError):
        Journal.create(home, spec)


def test_stopped_and_resumed_it_ends_as_uninterrupted(mlflow_home: Home) -> None:
    home = mlflow_home
    spec = quick(**{"model.weights_from": untrained(home).run_id, "training.epochs": 2})
    whole = _trained(home, spec)
    journal = Journal.create(home, spec, worker=ProcessIdentity.own())

    def stop(event: object) -> None:
        if type(event).__name__ == "EpochResult":
            journal.request_stop()

    assert worker.run(journal, 1, home, report=stop) is RunState.STOPPED
    attempt = control.prepare_resume(journal, worker=ProcessIdentity.own())
    assert worker.run(journal, attempt, home) is RunState.FINISHED
    assert journal.result()["weights_sha256"] == whole.result()["weights_sha256"]


def test_a_damaged_copy_fails_with_its_reason(mlflow_home: Home) -> None:
    home = mlflow_home
    journal = Journal.create(
        home, quick(**{"model.weights_from": untrained(home).run_id}), worker=ProcessIdentity.own()
    )
    (kept,) = journal.folder.glob("first.*.safetensors")
    damaged = shutil.copyfile(kept, kept.with_name("copy"))  # the file may be the other run's too
    kept.unlink()
    kept.write_bytes(damaged.read_bytes()[:-1] + b"x")
    assert worker.run(journal, 1, home) is RunState.FAILED
    reason = journal.status().reason
    assert reason is not None
    assert reason.code == "first_weights_broken"


def test_a_network_that_differs_or_is_pretrained_is_refused_before_a_run_is_made(home: Home) -> None:
    parent = untrained(home)
    for changes, code in (
        ({"model.architecture": "mlp"}, "first_weights_of_other_network"),
        ({"model.architecture": "resnet18", "model.pretrained": True}, "first_weights_and_pretrained"),
        ({"model.weights_from": "0" * 32}, "no_first_weights"),
    ):
        with pytest.raises(LabError) as caught:
            check(quick(**{"model.weights_from": parent.run_id, **changes}), home)
        assert code in [problem.code for problem in caught.value.problems]
    with pytest.raises(ExperimentError):
        quick(**{"model.weights_from": "../../etc"})


def test_runs_from_before_keep_their_name() -> None:
    assert Experiment().changed({"model.weights_from": None}).sha256 == Experiment().sha256
    assert Experiment().changed({"model.weights_from": "0" * 32}).sha256 != Experiment().sha256


def test_the_command_takes_the_settings_along(mlflow_home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    home = mlflow_home
    parent = untrained(home, **{"model.options": {"activation": "relu"}})
    assert main(["train", "--from-weights", parent.run_id, "--set", "training.epochs=1"]) == 0
    started = [path.name for path in home.runs.iterdir() if path.name != parent.run_id and len(path.name) == 32]
    child = Journal.open(home, started[0])
    assert child.experiment().model.options == {"activation": "relu"}
    assert child.status().parent == parent.run_id
    assert "begins with weights that were learned before" in (child.folder / "log.txt").read_text()
    assert main(["train", "--from-weights", "0" * 32]) == 2
