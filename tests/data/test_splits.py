"""Splits: seeded, stratified, grouped, official ones kept, stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnlab.data.content import Official
from cnnlab.data.splits import SplitIndex, make_split
from cnnlab.errors import DataError
from cnnlab.experiment import Split

NONE = Official.NONE


def _labels(*counts: int) -> np.ndarray:
    return np.repeat(np.arange(len(counts)), counts).astype(np.int64)


def _free(n: int) -> np.ndarray:
    return np.full(n, NONE, np.int8)


def _parts(split: SplitIndex) -> list[set[int]]:
    return [set(part.tolist()) for part in (split.train, split.validation, split.test)]


def test_shares_are_kept_class_by_class_and_nothing_is_in_two_parts() -> None:
    labels = _labels(100, 200, 40)
    split = make_split(labels, _free(340), Split())
    train, validation, test = _parts(split)
    assert train | validation | test == set(range(340))
    assert len(train) + len(validation) + len(test) == 340
    assert np.bincount(labels[split.validation]).tolist() == [15, 30, 6]
    assert np.bincount(labels[split.test]).tolist() == [15, 30, 6]


def test_many_small_classes_still_give_the_share_in_total() -> None:
    labels = _labels(*[5] * 100)
    split = make_split(labels, _free(500), Split())
    assert (len(split.validation), len(split.test)) == (75, 75)
    assert np.bincount(labels[split.train], minlength=100).min() >= 1


def test_the_seed_decides_and_nothing_else() -> None:
    labels = _labels(50, 50)
    first, again = (make_split(labels, _free(100), Split(seed=3)) for _ in range(2))
    other = make_split(labels, _free(100), Split(seed=4))
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_a_class_with_one_sample_trains() -> None:
    labels = _labels(1, 30, 30)
    split = make_split(labels, _free(61), Split())
    assert 0 in split.train


@pytest.mark.parametrize("shares", [(0.0, 0.2), (0.2, 0.0), (0.9, 0.05)])
def test_odd_shares(shares: tuple[float, float]) -> None:
    spec = Split(validation=shares[0], test=shares[1])
    labels = _labels(50, 50)
    if shares[0] == 0.0:
        with pytest.raises(DataError) as raised:
            make_split(labels, _free(100), spec)
        assert raised.value.problem.field == "data.split.validation"
        return
    split = make_split(labels, _free(100), spec)
    assert len(split.validation) == round(100 * shares[0])
    assert len(split.test) == round(100 * shares[1])


def test_official_parts_are_kept_and_only_what_lacks_is_carved() -> None:
    official = np.array([Official.TRAIN] * 80 + [Official.TEST] * 20, np.int8)
    split = make_split(_labels(50, 50), official, Split(test=0.5))
    assert split.test.tolist() == list(range(80, 100))
    assert len(split.validation) == 12
    official[:10] = Official.VALIDATION
    split = make_split(_labels(50, 50), official, Split(validation=0.5))
    assert split.validation.tolist() == list(range(10))
    assert len(split.train) == 70


def test_test_is_carved_where_there_is_only_an_official_validation() -> None:
    official = np.array([Official.TRAIN] * 80 + [Official.VALIDATION] * 20, np.int8)
    split = make_split(_labels(50, 50), official, Split())
    assert split.validation.tolist() == list(range(80, 100))
    assert len(split.test) == 12


@pytest.mark.parametrize("seed", range(20))
def test_groups_never_cross(seed: int) -> None:
    generator = np.random.default_rng(seed)
    groups = [f"patient {i}" for i in generator.integers(0, 30, 400)]
    labels = generator.integers(0, 3, 400).astype(np.int64)
    split = make_split(labels, _free(400), Split(seed=seed, group_by="patient"), groups)
    homes = [{groups[i] for i in part} for part in _parts(split)]
    assert not homes[0] & homes[1]
    assert not homes[0] & homes[2]
    assert not homes[1] & homes[2]
    assert 30 <= len(split.validation) <= 90
    assert 30 <= len(split.test) <= 90
    assert sum(map(len, _parts(split))) == 400


def test_three_groups_fill_three_parts_and_two_cannot() -> None:
    split = make_split(_labels(30, 30), _free(60), Split(group_by="g"), (["a"] * 20 + ["b"] * 20 + ["c"] * 20))
    assert all(_parts(split))
    with pytest.raises(DataError) as raised:
        make_split(_labels(30, 30), _free(60), Split(group_by="g"), ["a"] * 30 + ["b"] * 30)
    assert raised.value.problem.code == "split_empty"


def test_samples_without_a_group_are_groups_of_their_own() -> None:
    split = make_split(_labels(50, 50), _free(100), Split(group_by="g"), [""] * 50 + [None] * 50)
    assert 10 <= len(split.test) <= 20


def test_a_group_in_two_official_parts_is_refused() -> None:
    official = np.array([Official.TRAIN] * 80 + [Official.TEST] * 20, np.int8)
    groups = [f"g{i % 10}" for i in range(100)]
    with pytest.raises(DataError) as raised:
        make_split(_labels(50, 50), official, Split(group_by="g"), groups)
    assert raised.value.problem.code == "group_in_two_splits"


@pytest.mark.parametrize("field", ["validation", "test"])
def test_an_empty_part_names_its_setting(field: str) -> None:
    with pytest.raises(DataError) as raised:
        make_split(_labels(1, 1), _free(2), Split())
    assert raised.value.problem.field == "data.split.validation"
    with pytest.raises(DataError) as raised:
        make_split(_labels(1, 1, 1), np.array([1, 1, 2], np.int8), Split(test=0.3))
    assert raised.value.problem.field == "data.split.test"


def test_a_stored_split_comes_back_and_damage_is_said(tmp_path: Path) -> None:
    split = make_split(_labels(50, 50), _free(100), Split())
    path = tmp_path / "split.npz"
    split.save(path)
    assert SplitIndex.load(path).fingerprint == split.fingerprint
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DataError) as raised:
        SplitIndex.load(path)
    assert raised.value.problem.code == "split_broken"
    with pytest.raises(DataError):
        SplitIndex.load(tmp_path / "none.npz")


def test_a_split_of_other_data_does_not_fit() -> None:
    split = make_split(_labels(50, 50), _free(100), Split())
    assert split.fits(100)
    assert not split.fits(99)
    assert not SplitIndex(split.train, split.train, split.test).fits(100)
