"""Feature space: projections and figures against scikit-learn, outliers on foreign images, what is kept."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score, silhouette_samples
from sklearn.neighbors import KNeighborsClassifier

from cnnlab.data.load import Dataset
from cnnlab.errors import LabError, RunError
from cnnlab.evaluation.evaluate import dataset_of
from cnnlab.evaluation.features import split_features
from cnnlab.evaluation.space import space as space_module
from cnnlab.evaluation.space.outliers import K, distances, pixel_kinds
from cnnlab.evaluation.space.projection import pca, project
from cnnlab.evaluation.space.separation import separation
from cnnlab.evaluation.space.space import Asked, kept_space, outliers, space
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from tests.evaluation.made_weights import untrained


@pytest.fixture
def run(home: Home) -> Journal:
    return untrained(home)


@pytest.fixture
def dataset(run: Journal, home: Home) -> Dataset:
    return dataset_of(run, home)


def unit(rows: int, width: int, seed: int) -> NDArray[np.float32]:
    values = np.random.default_rng(seed).normal(size=(rows, width)).astype(np.float32)
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def clustered(seed: int, spread: float = 0.5) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(4, 12))
    labels = generator.integers(0, 4, 90)
    values = centres[labels] + spread * generator.normal(size=(90, 12))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32), labels


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("dimensions", [2, 3])
def test_pca_is_scikit_learns_up_to_the_sign_of_an_axis(seed: int, dimensions: int) -> None:
    values = unit(60, 9, seed).astype(np.float64)
    found, reference = pca(values, dimensions), PCA(dimensions).fit(values)
    assert found.explained == pytest.approx(reference.explained_variance_ratio_)
    assert np.allclose(np.abs(found.points), np.abs(reference.transform(values)), atol=1e-5)


def test_pca_of_fewer_dimensions_than_it_draws() -> None:
    found = pca(np.random.default_rng(0).normal(size=(8, 1)), 3)
    assert found.points.shape == (8, 3)
    assert found.explained == pytest.approx((1.0, 0.0, 0.0))
    assert pca(np.ones((6, 4)), 2).explained == (0.0, 0.0)


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_a_projection_is_the_same_for_the_same_seed(method: str) -> None:
    values, labels = clustered(0, 0.1)
    first, again = (project(values, method, seed=3).points for _ in range(2))
    assert (first == again).all()
    near = KNeighborsClassifier(3).fit(first, labels).score(first, labels)
    assert near > 0.9


def test_tsne_of_a_few_images_and_of_too_few() -> None:
    assert project(unit(6, 3, 0), "tsne").points.shape == (6, 2)
    with pytest.raises(LabError) as few:
        project(unit(4, 3, 0), "pca")
    assert few.value.problem.code == "few_points"


@pytest.mark.parametrize("seed", range(5))
def test_separation_is_scikit_learns(seed: int) -> None:
    values, labels = clustered(seed)
    found = separation(values, labels, k=5)
    single = silhouette_samples(values, labels, metric="cosine")
    assert found.silhouette == pytest.approx(single.mean(), abs=1e-5)
    for number, one in found.by_class.items():
        assert one == pytest.approx(single[labels == number].mean(), abs=1e-5)
    right = [
        KNeighborsClassifier(1, metric="cosine").fit(np.delete(values, i, 0), np.delete(labels, i)).predict(values[[i]])
        == labels[i]
        for i in range(len(values))
    ]
    assert separation(values, labels, k=1).knn_accuracy == pytest.approx(np.mean(right))


def test_separation_where_there_is_little_to_say() -> None:
    values = unit(6, 4, 0)
    assert separation(values, np.full(6, -1)).verdict == "unknown"
    assert separation(values, np.zeros(6, np.int64)).verdict == "unknown"
    lonely = separation(values, np.array([0, 0, 1, 1, 2, -1]))  # the class of one image is left out
    assert lonely.samples == 4
    assert set(lonely.by_class) == {0, 1}


def test_what_pixels_alone_say() -> None:
    images = np.full((5, 4, 4, 1), 7, np.uint8)
    images[0], images[1] = 0, 255
    images[3, 0, 0] = 9
    images[4, ::2] = 200
    assert pixel_kinds(images) == ["black", "white", "constant", "flat", ""]


def test_distances_by_hand_and_the_threshold_of_the_training_split() -> None:
    angles = np.deg2rad([0.0, 10.0, 20.0, 30.0])
    training = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    found, threshold, k = distances(np.array([[-1.0, 0.0]], np.float32), training, 2)
    assert k == 2
    assert found[0] == pytest.approx(2 * np.sin(np.deg2rad(160) / 2), abs=1e-4)  # the second nearest is at 20 degrees
    own, _, _ = distances(training, training, 1, own=True)
    assert own == pytest.approx(np.full(4, 2 * np.sin(np.deg2rad(5))), abs=1e-3)
    assert 0 < threshold <= 2 * np.sin(np.deg2rad(10)) + 1e-3
    assert distances(training, training[:2], 50)[2] == 1  # a training split of two has one neighbour to speak of


def test_features_of_every_split_are_kept_apart(run: Journal, dataset: Dataset, home: Home) -> None:
    shapes = {split: split_features(run, dataset, home, split).unit.shape for split in ("train", "validation", "test")}
    assert shapes == {name: (len(getattr(dataset, name)), 84) for name in shapes}
    with pytest.raises(RunError) as unknown:
        split_features(run, dataset, home, "nope")
    assert unknown.value.problem.code == "unknown_split"


def test_a_space_is_computed_once(run: Journal, dataset: Dataset, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(samples=50, seed=1)
    assert kept_space(run, dataset, home, asked) is None
    made = space(run, dataset, home, asked)
    assert made.places.tolist() == sorted(set(made.places.tolist()))
    assert len(made.places) == 50
    assert made.total == len(dataset.test)
    monkeypatch.setattr(space_module, "project", None)
    again = space(run, dataset, home, asked)
    assert (again.points == made.points).all()
    assert again.separation == made.separation
    assert again.explained == made.explained
    (file,) = (home.cache / "space").glob("space-*.npz")
    file.write_bytes(b"damaged")
    assert kept_space(run, dataset, home, asked) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"method": "x"}, "unknown_projection"),
        ({"method": "tsne", "dimensions": 3}, "flat_projection"),
        ({"dimensions": 1}, "flat_projection"),
        ({"samples": 4}, "samples_outside"),
        ({"samples": 10**6}, "samples_outside"),
        ({"seed": -1}, "bad_seed"),
    ],
)
def test_what_cannot_be_drawn_is_said(changes: dict[str, object], code: str) -> None:
    with pytest.raises(LabError) as refused:
        dataclasses.replace(Asked(), **changes).check()  # type: ignore[arg-type]
    assert refused.value.problem.code == code


def test_foreign_images_are_far(run: Journal, dataset: Dataset, home: Home) -> None:
    """Noise among digits, even of a network that nobody trained."""
    found = outliers(run, dataset, home, "test")
    assert found.k == K
    assert found.empty() == []
    assert found.far() == sorted(np.flatnonzero(found.distance > found.threshold), key=lambda i: -found.distance[i])
    again = outliers(run, dataset, home, "test")
    assert (again.distance == found.distance).all()
    assert again.kinds == found.kinds
    inputs = np.array(dataset.prepared.inputs)
    noise = np.random.default_rng(0).integers(0, 256, (60, *inputs.shape[1:]), np.uint8)
    planted = dataset.split.test[:60]
    inputs[planted] = noise
    dataset.test._inputs = inputs
    elsewhere = Home(home.root / "other").ensure()
    changed = dataclasses.replace(dataset, prepared=dataclasses.replace(dataset.prepared, inputs=inputs))
    distance = outliers(run, changed, elsewhere, "test").distance
    assert roc_auc_score(np.arange(len(distance)) < 60, distance) > 0.9
