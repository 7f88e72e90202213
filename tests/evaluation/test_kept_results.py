"""Results that took seconds are read again: the report and the gaps, of the very same predictions only."""

from __future__ import annotations

import os

import numpy as np
import pytest

from cnnlab.data.load import load
from cnnlab.evaluation import kept_results, report_kept
from cnnlab.evaluation.groups import gaps, look
from cnnlab.evaluation.judged import Judged
from cnnlab.evaluation.kept_results import KeptResult, digest_of
from cnnlab.evaluation.report_kept import kept_report_on
from cnnlab.experiment import DataSpec
from cnnlab.home import Home


def drawn(images: int, classes: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    shares = rng.random((images, classes), dtype=np.float32)
    return rng.integers(-1, classes, images), shares / shares.sum(1, keepdims=True)


def test_a_report_is_computed_once_and_equal_to_itself(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    labels, shares = drawn(80)
    found = kept_report_on(home, labels, shares)
    assert found is not None
    monkeypatch.setattr(report_kept, "report_on", None)
    assert kept_report_on(home, labels, shares) == found
    with pytest.raises(TypeError):
        kept_report_on(home, labels, shares[:, ::-1])
    (path,) = (home.cache / "reports").glob("*.json")
    path.write_text('{"quality": {}}')
    with pytest.raises(TypeError):
        kept_report_on(home, labels, shares)


def test_nothing_is_kept_where_nothing_can_be_said(home: Home) -> None:
    labels, shares = drawn(10)
    assert kept_report_on(home, np.full_like(labels, -1), shares) is None
    assert not (home.cache / "reports").exists()


def test_gaps_are_computed_once_for_each_measure(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaps, "DRAWS", 20)
    data = load(DataSpec(dataset="shapes", options={"samples": 400, "variant": "texture"}), home)
    test = data.split.test
    labels, shares = np.asarray(data.prepared.targets)[test], drawn(len(test), 6)[1]
    said = Judged(data.outputs.class_names, [str(i) for i in test], labels, shares.argmax(1), shares)
    seen = look.of(said, data.prepared, data.split, "test", home)
    assert seen.kept_survey() is None
    all_of_them, one = seen.survey(), seen.gaps(seen.offered.by("texture"), "log_loss")
    monkeypatch.setattr(look.gap, "gaps", None)
    again = look.of(said, data.prepared, data.split, "test", home)
    assert again.kept_survey() == all_of_them
    assert again.survey() == all_of_them
    assert again.survey(positive=3) == all_of_them  # accuracy is of no class
    assert again.gaps(again.offered.by("texture"), "log_loss") == one
    assert again.kept_survey("tpr") is None
    with pytest.raises(TypeError):
        again.gaps(again.offered.by("brightness"), "log_loss")


def test_the_newest_are_kept_and_a_cache_that_can_not_be_written_is_no_failure(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_results, "MOST", 3)
    for number in range(5):
        kept = KeptResult(home, "area", [number])
        kept.write(number)
        os.utime(kept.path, (number, number))
    assert [KeptResult(home, "area", [number]).read(int) for number in range(5)] == [None, None, 2, 3, 4]
    (home.cache / "blocked").write_text("a file where the folder would be")
    blocked = KeptResult(home, "blocked", [])
    blocked.write(1)
    assert blocked.read(int) is None


def test_a_digest_tells_shapes_and_types_apart() -> None:
    zeros = np.zeros((2, 3), np.float32)
    found = {digest_of(zeros), digest_of(zeros.T), digest_of(zeros.astype(np.int32)), digest_of(zeros, zeros)}
    assert len(found) == 4
    assert digest_of(zeros) == digest_of(np.zeros((2, 3), np.float32))
