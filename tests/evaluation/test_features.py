"""Features of a training split: what they are, that they are computed once, and what damage comes to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnlab.data.load import Dataset
from cnnlab.errors import RunError
from cnnlab.evaluation import features
from cnnlab.evaluation.evaluate import dataset_of
from cnnlab.evaluation.features import Features, features_of, last_layer, stored, training_features
from cnnlab.evaluation.trained import load_trained
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from tests.chosen_networks import networks
from tests.evaluation.made_weights import untrained
from tests.explain.networks import built, images


@pytest.fixture
def run(home: Home) -> Journal:
    return untrained(home)


@pytest.fixture
def dataset(run: Journal, home: Home) -> Dataset:
    return dataset_of(run, home)


def folder_of(home: Home) -> Path:
    (found,) = (home.cache / "features").iterdir()
    return found


def test_features_are_what_the_last_layer_gets(run: Journal, dataset: Dataset, home: Home) -> None:
    found = training_features(run, dataset, home)
    network = load_trained(run.folder).network
    assert found.layer == "body.output"
    assert found.unit.shape == (len(dataset.train), 84)
    assert (found.labels == dataset.train.targets.numpy()).all()
    inputs = dataset.train.pick([0, 7, 500]).inputs
    with torch.no_grad():
        raw = network.body.output(torch.from_numpy(features_of(network, inputs, found.layer)))
        again = network(inputs)
    # the output layer is linear: of unit vectors it differs from the raw outputs by the length and the bias alone
    bias = network.body.output.bias
    assert functional.cosine_similarity(raw - bias, again - bias).min() > 0.9999
    assert np.allclose(found.unit[[0, 7, 500]], features_of(network, inputs, found.layer), atol=1e-3)
    assert np.allclose(np.linalg.norm(found.unit[:100].astype(np.float32), axis=1), 1, atol=2e-3)


def test_they_are_computed_once_and_read_mapped(run: Journal, dataset: Dataset, home: Home) -> None:
    calls: list[int] = []
    training_features(run, dataset, home, progress=lambda _, done, __: calls.append(done))
    assert calls
    assert max(calls) < len(dataset.train)
    calls.clear()
    again = training_features(run, dataset, home, progress=lambda _, done, __: calls.append(done))
    assert calls == []
    assert isinstance(again.unit, np.memmap)


@pytest.mark.parametrize("file", ["train.npy", "features.json"])
@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"{}", None])
def test_damaged_files_are_computed_anew(
    run: Journal, dataset: Dataset, home: Home, file: str, content: bytes | None
) -> None:
    first = np.array(training_features(run, dataset, home).unit)
    path = folder_of(home) / file
    path.unlink() if content is None else path.write_bytes(content)
    assert stored(run, dataset, home) is None
    assert (training_features(run, dataset, home).unit == first).all()
    assert folder_of(home).is_dir()


def test_what_is_ended_midway_leaves_nothing(run: Journal, dataset: Dataset, home: Home) -> None:
    def end(phase: str, done: int, total: int) -> None:
        if done:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        training_features(run, dataset, home, progress=end)
    assert list((home.cache / "features").iterdir()) == []


def test_other_weights_have_other_features(run: Journal, dataset: Dataset, home: Home) -> None:
    training_features(run, dataset, home)
    (run.checkpoints / "best.safetensors.sha256").write_text("0" * 64)
    assert stored(run, dataset, home) is None
    (run.checkpoints / "best.safetensors.sha256").unlink()
    with pytest.raises(RunError) as gone:
        stored(run, dataset, home)
    assert gone.value.problem.code == "model_missing"


def test_the_cache_keeps_the_newest(
    run: Journal, dataset: Dataset, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "KEPT", 2)
    for number in range(3):
        (home.cache / "features" / f"old{number}").mkdir(parents=True)
    training_features(run, dataset, home)
    assert len(list((home.cache / "features").iterdir())) == 2
    assert stored(run, dataset, home) is not None


def test_the_nearest_by_hand() -> None:
    unit = np.array([[1, 0], [0, 1], [0.6, 0.8], [0.8, 0.6]], np.float16)
    found = Features(unit, np.array([0, 0, 1, 0]), "x").nearest(np.array([1.0, 0.0]), 0, 2)
    assert [row for row, _ in found] == [0, 3]
    assert [cosine for _, cosine in found] == pytest.approx([1.0, 0.8], abs=1e-3)
    assert Features(unit, np.array([0, 0, 1, 0]), "x").nearest(np.array([1.0, 0.0]), 7, 2) == []


@pytest.mark.parametrize("architecture", networks())
def test_every_network_of_the_catalogue_has_features(architecture: str) -> None:
    network = built(architecture, 3).eval()
    inputs = images(2, 3, built_size(architecture))
    layer = last_layer(network, inputs)
    assert layer
    found = features_of(network, inputs, layer)
    assert found.ndim == 2
    assert len(found) == 2
    assert np.isfinite(found).all()
    assert not any(module._forward_pre_hooks for module in network.modules())


def built_size(architecture: str) -> int:
    from cnnlab.registry import registry

    return int(registry("architecture")[architecture].facts["minimum_size"])
