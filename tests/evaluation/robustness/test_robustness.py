"""Robustness of a network: what is measured, kept and said, on the digits with weights that nobody trained."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.data.types import InputKind
from cnnlab.errors import LabError
from cnnlab.evaluation.evaluate import dataset_of, split_predictions
from cnnlab.evaluation.robustness import compute, measured, shifts
from cnnlab.evaluation.robustness.measured import Robustness
from cnnlab.evaluation.robustness.subject import Subject
from cnnlab.experiment import ModelSpec
from cnnlab.home import Home
from cnnlab.models.inspection import inspect
from tests.evaluation.made_weights import untrained

TWO = ["noise", "shift"]


def subject_of(home: Home, images: int | None = 40, **changes: object) -> Subject:
    journal = untrained(home, **changes)
    return Subject(journal, home, dataset_of(journal, home), images)


def made(right: float, *, seed: int = 0, images: int = 200) -> Robustness:
    """Answers with that share right at every strength of two corruptions; all of the clean ones are right."""
    rng = np.random.default_rng(seed)
    labels = np.zeros(images, np.int64)
    predicted = (rng.random((2, 5, images)) >= right).astype(np.int64)
    ones = np.ones((2, 5, images), np.float32)
    return Robustness(("noise", "shift"), np.arange(images), labels, labels, predicted, ones, ones[0, 0], 0, images)


def test_it_is_measured_once_and_read_afterwards(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = subject_of(home)
    assert compute.known(subject, TWO) is None
    told = []
    found = compute.compute(subject, TWO, lambda *said: told.append(said))
    assert told[-1] == (compute.PHASE, 11 * 40, 11 * 40)
    monkeypatch.setattr(compute, "Asked", None)  # a second time no network is asked
    again = compute.compute(subject, TWO)
    assert np.array_equal(again.predicted, found.predicted)
    assert np.array_equal(again.confidence, found.confidence)
    alone = compute.known(subject, ["shift"])
    assert alone is not None
    assert np.array_equal(alone.predicted[0], found.predicted[1])


def test_what_was_cancelled_goes_on_where_it_was(home: Home) -> None:
    subject = subject_of(home)

    def cancel(_: str, done: int, __: int) -> None:
        if done > 40 * 8:  # within the second corruption
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute.compute(subject, TWO, cancel)
    assert compute.known(subject, ["noise"]) is not None
    told = []
    compute.compute(subject, TWO, lambda *said: told.append(said))
    assert told[-1][2] == 5 * 40


def test_a_damaged_file_is_measured_anew(home: Home) -> None:
    subject = subject_of(home)
    compute.compute(subject, ["noise"])
    (path,) = (home.cache / "robustness").rglob("noise-*.npz")
    path.write_bytes(path.read_bytes()[:100])
    assert compute.known(subject, ["noise"]) is None
    assert compute.compute(subject, ["noise"]).images == 40


def test_other_weights_are_another_matter(home: Home) -> None:
    first = subject_of(home)
    compute.compute(first, ["noise"])
    other = subject_of(home, **{"model.options": {"activation": "tanh"}})
    (other.journal.folder / "checkpoints" / "best.safetensors.sha256").write_text("0" * 64)
    assert compute.known(other, ["noise"]) is None


def test_clean_answers_are_those_of_the_stored_predictions(home: Home) -> None:
    subject = subject_of(home, None)
    found = compute.compute(subject, ["noise"])
    stored = split_predictions(subject.journal, home, "test")
    assert found.images == found.of == len(stored["label"])
    assert found.clean.tolist() == stored["prediction"]
    assert found.labels.tolist() == stored["label"]


def test_images_are_the_same_for_the_same_split(home: Home) -> None:
    first, second = subject_of(home), subject_of(home, **{"training.seed": 5})
    assert np.array_equal(first.places, second.places)
    with pytest.raises(LabError) as caught:
        Subject(first.journal, home, first.dataset, 0).checked()
    assert caught.value.problem.code == "robustness_images"


def test_intervals_hold_their_values_and_wilson_is_that_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(1)
    for number in (1, 5, 40, 900):
        right = rng.random(number) < rng.random()
        found = measured.accuracy(right)
        expected = stats.binomtest(int(right.sum()), number).proportion_ci(method="wilson")
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
        assert found.low <= found.value <= found.high


def test_a_drop_is_paired() -> None:
    found = made(0.75)
    cell = found.cells()[0]
    assert cell.drop.value == pytest.approx(1 - cell.accuracy.value)
    assert 0 < cell.drop.low < cell.drop.value < cell.drop.high
    assert list(found.means().values()) == sorted(found.means().values())


def test_the_more_robust_comes_first_and_the_difference_leaves_out_zero() -> None:
    weak, strong = made(0.6), made(0.8, seed=1)
    assert measured.order([weak, strong]) == [1, 0]
    between = measured.difference(strong, weak)
    assert 0.15 < between.low < between.value < between.high < 0.25
    with pytest.raises(ValueError, match="same images"):
        measured.difference(strong, made(0.8, images=100))


def test_shifts_start_where_nothing_moves(home: Home) -> None:
    subject = shifts.of(subject_of(home, None))
    found = shifts.compute(subject)
    assert found.reach == subject.dataset.kind.shape[1] // 4
    assert found.consistency()[found.reach, found.reach] == 1.0
    assert found.by_distance()[0][1] == 1.0
    kept = shifts.known(subject)
    assert kept is not None
    assert np.array_equal(kept.predicted, found.predicted)


def test_what_a_network_holds_to_follows_its_answers() -> None:
    side, images = 5, 20
    predicted = np.zeros((side, side, images), np.int64)
    predicted[0, :, :] = predicted[4, :, :] = predicted[:, 0, :] = predicted[:, 4, :] = 1  # moved by two pixels
    still = np.zeros(images, np.int64)
    found = shifts.Shifts(2, np.arange(images), still, predicted, np.ones(predicted.shape, np.float32))
    assert found.holds_to() == 1
    assert [pixels for pixels, _, _ in found.by_distance()] == [0, 1, 2]
    assert found.by_distance()[2][1:] == (0.0, 0.0)


def test_sampling_is_that_of_the_layers() -> None:
    inspection = inspect(ModelSpec(architecture="lenet5"), InputKind("image", (1, 28, 28)), 10)
    found = shifts.sampling(inspection)
    assert found.total == 4
    assert [stride for _, _, stride in found.steps] == [2, 2]
    assert found.maps
    assert shifts.sampling(inspect(ModelSpec(architecture="mlp"), InputKind("image", (1, 28, 28)), 10)).maps is False
