"""Two classes told apart by a single logit: the same numbers as softmax of (0, logit), all the way downstream."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from cnnlab import worker
from cnnlab.checks import check
from cnnlab.data.importing import import_images
from cnnlab.data.types import Batch, InputKind, OutputSpec
from cnnlab.errors import ExperimentError
from cnnlab.evaluation.judged import judged
from cnnlab.evaluation.predict import predict_files
from cnnlab.evaluation.trained import load_trained
from cnnlab.experiment import Experiment
from cnnlab.explain.base import methods_for
from cnnlab.explain.explain import explain_batch
from cnnlab.home import Home
from cnnlab.models.build import build_network
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState
from cnnlab.tasks.build import build_task
from cnnlab.tasks.classification import Classification
from cnnlab.tasks.outputs import network_outputs

TWO = OutputSpec(2, ("dark", "light"))
SIGMOID = {"task.options": {"output": "sigmoid"}}
QUICK: dict[str, dict[str, Any]] = {
    "feature_ablation": {"regions": 8},
    "kernel_shap": {"regions": 6, "samples": 16},
    "lime": {"regions": 6, "samples": 16},
    "score_cam": {"channels": 4},
}


def _batch(labels: torch.Tensor) -> Batch:
    return Batch(torch.zeros(len(labels), 1, 4, 4), None, labels, torch.arange(len(labels)))


def test_the_loss_is_binary_cross_entropy_with_the_ratio_of_the_class_weights() -> None:
    generator = torch.Generator().manual_seed(0)
    raw = torch.randn(64, 1, generator=generator) * 5
    labels = torch.randint(0, 2, (64,), generator=generator)
    plain = Classification(single=True).losses(raw, _batch(labels))
    expected = F.binary_cross_entropy_with_logits(raw[:, 0], labels.float())
    torch.testing.assert_close(plain["loss"], expected)
    assert plain["accuracy"] == ((raw[:, 0] > 0) == (labels == 1)).float().mean()

    weights = torch.tensor([0.6, 3.0])
    weighted = Classification(weights, single=True).losses(raw, _batch(labels))["loss"]
    ratio = F.binary_cross_entropy_with_logits(
        raw[:, 0], labels.float(), pos_weight=weights[1] / weights[0], reduction="sum"
    )
    torch.testing.assert_close(weighted, ratio * weights[0] / weights[labels].sum())

    smoothed = Classification(None, 0.2, single=True).losses(raw, _batch(labels))["loss"]
    softer = labels.float() * 0.8 + 0.1
    torch.testing.assert_close(smoothed, F.binary_cross_entropy_with_logits(raw[:, 0], softer))


def test_it_is_decoded_into_two_probabilities_and_scored_for_both_classes() -> None:
    raw = torch.tensor([[2.0], [-1.0], [200.0]])
    task = Classification(single=True)
    columns = task.decode(raw, _batch(torch.tensor([1, 1, 0]))).columns
    torch.testing.assert_close(columns["probabilities"][:, 1], torch.sigmoid(raw[:, 0]))
    torch.testing.assert_close(columns["probabilities"].sum(1), torch.ones(3))
    assert columns["prediction"].tolist() == [1, 0, 1]
    assert task.score(raw, 1).tolist() == [2.0, -1.0, 200.0]
    assert task.score(raw, 0).tolist() == [-2.0, 1.0, -200.0]
    assert task.score(raw, torch.tensor([0, 1, 0])).tolist() == [-2.0, -1.0, -200.0]


def test_a_network_for_it_gives_one_number_and_for_anything_else_one_a_class() -> None:
    experiment = Experiment()
    assert network_outputs(experiment.task, 2) == 2
    assert network_outputs(experiment.changed(SIGMOID).task, 2) == 1


def test_more_than_two_classes_are_refused_with_the_cure(home: Home) -> None:
    experiment = Experiment().changed(SIGMOID)
    with pytest.raises(ExperimentError) as refused:
        check(experiment, home)
    assert [(p.code, p.field) for p in refused.value.problems] == [("sigmoid_needs_two_classes", "task.options.output")]
    assert "10" in refused.value.message("en")
    assert "softmax" in refused.value.message("es")
    with pytest.raises(ExperimentError, match="sigmoid"):
        build_task(experiment, OutputSpec(10), (1,) * 10)


def test_every_method_explains_both_classes_of_it() -> None:
    """A method that is linear in the score gives the first class the map of the second with the other sign."""
    torch.manual_seed(0)
    kind = InputKind("image", (1, 16, 16))
    experiment = Experiment().changed({"model.architecture": "cnn", **SIGMOID})
    network = build_network(experiment.model, kind, 1, (0.5,), (0.25,)).eval()
    task = build_task(experiment, TWO, (4, 4))
    images = torch.randint(0, 256, (2, 1, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    for name in methods_for(network):
        found = explain_batch(network, task, images, targets=[0, 1], method=name, options=QUICK.get(name))
        assert all(np.isfinite(one.map).all() for one in found), name
        assert [one.target for one in found] == [0, 1], name
    first, second = (
        explain_batch(network, task, images[:1], targets=[k], method="input_x_gradient")[0].map for k in (0, 1)
    )
    np.testing.assert_allclose(first, -second, atol=1e-6)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Discs and squares at random places, in noise."""
    root, rng = tmp_path_factory.mktemp("two"), np.random.default_rng(0)
    across = np.arange(16)
    for name in ("disc", "square"):
        (root / name).mkdir()
        for number in range(120):
            y, x = rng.integers(5, 11, 2)
            rows, columns = np.abs(across - y)[:, None], np.abs(across - x)[None]
            inside = rows**2 + columns**2 <= 16 if name == "disc" else np.maximum(rows, columns) <= 3
            pixels = rng.normal(70, 30, (16, 16)) + 90 * inside
            Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(root / name / f"{number}.png")
    return root


def _trained(home: Home, **changes: Any) -> Journal:
    settings = {
        "data.dataset": "two",
        "data.image_size": 16,
        "data.channels": 1,
        "data.balance": "class_weights",
        "model.architecture": "cnn",
        "training.epochs": 6,
        "training.batch_size": 16,
        "training.threads": 1,
        "training.device": "cpu",
    }
    journal = Journal.create(home, Experiment().changed({**settings, **changes}))
    assert worker.run(journal, 1, home) is RunState.FINISHED, journal.log_text()
    return journal


@pytest.mark.slow
def test_trained_for_real_it_is_as_good_as_softmax_and_works_downstream(home: Home, pictures: Path) -> None:
    import_images(pictures, "two", home)
    softmax, sigmoid = _trained(home), _trained(home, **SIGMOID)
    right = [run.result()["test"]["accuracy"] for run in (softmax, sigmoid)]
    assert min(right) > 0.8
    assert abs(right[0] - right[1]) < 0.15

    assert softmax.result()["parameters"] > sigmoid.result()["parameters"]
    model = load_trained(sigmoid.folder)
    files = sorted(pictures.glob("*/1*.png"))
    predicted, problems = predict_files(model, files)
    assert not problems
    assert all(sum(one.probabilities) == pytest.approx(1, abs=1e-6) for one in predicted)
    assert np.mean([one.label == file.parent.name for one, file in zip(predicted, files, strict=True)]) > 0.8
    found = judged(sigmoid, home)
    assert found.probabilities.shape == (len(found), 2)
    assert found.right.mean() == pytest.approx(right[1])
