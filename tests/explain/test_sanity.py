"""The randomisation check: similarities by depth, the rule, what is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from cnnlab.data.types import InputKind, OutputSpec
from cnnlab.errors import LabError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.trained import TrainedModel
from cnnlab.experiment import Experiment
from cnnlab.explain.sanity import run as sanity_run
from cnnlab.explain.sanity.check import CONTROLS, EDGES, MEASURES, NOISE, Cascade, examine, suited
from cnnlab.explain.sanity.labels import MEMORISED, compare, shuffled_experiment
from cnnlab.explain.sanity.picture import sheet_png, strip
from cnnlab.explain.sanity.randomised import drawn
from cnnlab.explain.sanity.run import Checked
from cnnlab.explain.sanity.store import Store
from cnnlab.explain.sanity.verdict import judged, verdict
from cnnlab.home import Home
from cnnlab.models.build import build_network
from cnnlab.tasks.build import build_task
from tests.explain.networks import images

SIDE, CLASSES, IMAGES, DRAWS = 12, 4, 3, 2


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return made(0)


@pytest.fixture(scope="module")
def inputs() -> Tensor:
    return images(IMAGES, 1, SIDE)


def made(seed: int) -> TrainedModel:
    """LeNet-5 with weights of ``seed``, as if it had learned them."""
    experiment = Experiment()
    kind, outputs = InputKind("image", (1, SIDE, SIDE)), OutputSpec(CLASSES, ("a", "b", "c", "d"))
    card = Card(experiment.to_dict(), kind, outputs, (0.3,), (0.2,), "digits", "0" * 64, ())
    network = drawn(lambda: build_network(experiment.model, kind, CLASSES, (0.3,), (0.2,)), 100 + seed)
    return TrainedModel(card, experiment, network, build_task(experiment, outputs, ()))


def test_each_depth_has_its_similarities_and_maps(model: TrainedModel, inputs: Tensor) -> None:
    seen = []
    methods = ["saliency", "grad_cam", *CONTROLS]
    found = {
        each.method: each
        for each in examine(model, inputs, methods, draws=DRAWS, progress=lambda *said: seen.append(said))
    }
    assert list(found) == methods
    depths = len(found["saliency"].layers)
    assert depths > 2
    assert found["saliency"].layers[0] == "body.output"
    for cascade in found.values():
        assert cascade.values.shape == (len(MEASURES), DRAWS, depths, IMAGES)
        assert cascade.maps.shape == (1 + depths, IMAGES, SIDE, SIDE)
        assert np.isfinite(cascade.values).all()
    assert np.allclose(found[EDGES].values, 1)
    assert abs(found[NOISE].of("absolute").mean()) < 0.1
    assert 0 < seen[-1][1] <= seen[-1][2]


def test_the_same_seed_gives_the_same_check(model: TrainedModel, inputs: Tensor) -> None:
    torch.manual_seed(5)
    (first,) = examine(model, inputs, ["saliency"], draws=1, seed=4)
    torch.manual_seed(6)
    (again,) = examine(model, inputs, ["saliency"], draws=1, seed=4)
    (other,) = examine(model, inputs, ["saliency"], draws=1, seed=5)
    assert np.array_equal(first.values, again.values)
    assert not np.array_equal(first.values, other.values)


def test_cancelling_ends_it(model: TrainedModel, inputs: Tensor) -> None:
    def stop(*_: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        examine(model, inputs, ["saliency"], progress=stop)


def cascade(absolute: float, signed: float, spread: float = 0.0) -> Cascade:
    random = np.random.default_rng(0)
    means = np.array([absolute, signed, 0.0]).reshape(3, 1, 1, 1)
    values = (means + random.uniform(-spread, spread, (3, 5, 4, 8))).astype(np.float32)
    return Cascade("saliency", ("a", "b", "c", "d"), (1, 2, 3, 4), values, np.zeros((5, 1, 2, 2), np.float32))


@pytest.mark.parametrize(
    ("absolute", "signed", "spread", "outcome", "measure"),
    [
        (0.2, 0.1, 0.1, "pass", "absolute"),
        (0.2, 0.8, 0.1, "fail", "signed"),
        (0.9, -0.9, 0.1, "fail", "absolute"),
        (0.5, 0.1, 0.5, "inconclusive", "absolute"),
    ],
)
def test_the_rule(absolute: float, signed: float, spread: float, outcome: str, measure: str) -> None:
    found = verdict(cascade(absolute, signed, spread))
    assert (found.outcome, found.measure) == (outcome, measure)
    assert found.low <= found.mean <= found.high


def test_an_interval_over_one_draw_is_that_over_images() -> None:
    values = np.array([[0.0, 1.0] * 50], np.float32)
    found = judged({"absolute": values, "signed": values - 1})
    assert found.mean == pytest.approx(0.5)
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.5 / 10, rel=0.1)


def test_methods_are_computed_once(
    model: TrainedModel, inputs: Tensor, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Checked(model, inputs, home, draws=1).compute(["saliency"])
    assert [each.method for each in first] == ["saliency", *CONTROLS]

    def nothing(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(sanity_run, "examine", nothing)
    again = Checked(model, inputs, home, draws=1).compute(["saliency"])
    assert np.array_equal(first[0].values, again[0].values)
    assert Checked(model, inputs, home, draws=2).known(["saliency"]) == []
    assert Checked(made(1), inputs, home, draws=1).known(["saliency"]) == []


def test_a_damaged_file_counts_as_not_there(model: TrainedModel, inputs: Tensor, home: Home) -> None:
    store = Store(home, model, inputs, draws=1, seed=0)
    store.put(cascade(0.1, 0.1))
    assert store.get("saliency") is not None
    (path,) = (home.cache / "sanity").rglob("*.npz")
    for content in (b"", b"no zip", path.read_bytes()[:200]):
        path.write_bytes(content)
        assert store.get("saliency") is None


def test_the_picture_has_a_row_a_method(model: TrainedModel, inputs: Tensor) -> None:
    found = examine(model, inputs, ["grad_cam", EDGES], draws=1)
    assert len(strip(found[0], 0)) == 1 + len(found[0].layers)
    assert sheet_png(inputs, found).startswith(b"\x89PNG")


@pytest.mark.parametrize("images", [1, 0, 10**6])
def test_impossible_numbers_of_images_are_said(home: Home, images: int) -> None:
    from cnnlab.data.load import load

    dataset = load(Experiment().data, home)
    with pytest.raises(LabError, match="--images"):
        sanity_run.drawn_images(dataset, images)


def test_methods_that_are_instant_are_the_default(model: TrainedModel) -> None:
    assert {"saliency", "grad_cam"} <= set(suited(model.network))
    assert suited(model.network, ["grad_cam", "grad_cam"]) == ["grad_cam"]


def test_shuffled_labels_are_learned_by_heart_or_prove_nothing(model: TrainedModel, inputs: Tensor) -> None:
    (same,) = compare(model, model, 1.0, inputs, ["saliency"])
    assert (same.verdict.outcome, same.verdict.mean) == ("fail", pytest.approx(1))
    for accuracy in (None, MEMORISED - 0.01):
        (unlearned,) = compare(model, model, accuracy, inputs, ["saliency"])
        assert unlearned.verdict.outcome == "inconclusive"


def test_the_experiment_on_shuffled_labels_keeps_everything_else() -> None:
    own = Experiment().changed({"name": "calm", "training.epochs": 100, "data.augmentation.rotation": 10})
    found = shuffled_experiment(own)
    assert found.data.shuffle_labels
    assert not found.data.augmentation.active
    assert (found.training.epochs, found.training.early_stopping.patience) == (100, 0)
    assert (found.model, found.data.split, found.training.seed) == (own.model, own.data.split, own.training.seed)


def test_results_are_below_the_cache(model: TrainedModel, inputs: Tensor, home: Home) -> None:
    Store(home, model, inputs, draws=1, seed=0).put(cascade(0.1, 0.1))
    assert all(Path(path).is_relative_to(home.cache) for path in home.cache.rglob("*.npz"))
