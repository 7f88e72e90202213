"""What differs between runs, and what may be said of which is better."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cnnlab.data.splits import SplitIndex
from cnnlab.home import Home
from cnnlab.runs import comparison
from cnnlab.runs.comparison import MISSING
from cnnlab.runs.journal import Journal
from cnnlab.runs.view import view
from tests.pages import made_runs


def with_result(home: Home, name: str, accuracy: float, *, seed: int = 0, **changes: object) -> Journal:
    """A finished run with its card, its split and a test accuracy."""
    journal = made_runs.finished(home, name, **changes)
    result = journal.result()
    journal.write_result({**result, "test": {"loss": 0.1, "accuracy": accuracy}})
    made_runs.predict(journal, labels=[0, 1], predictions=[0, 1], names=("a", "b"))
    order = np.random.default_rng(seed).permutation(30)
    SplitIndex(np.sort(order[:20]), np.sort(order[20:25]), np.sort(order[25:])).save(journal.folder / "split.npz")
    return journal


def answered(home: Home, name: str, wrong: int, images: int = 60, **changes: object) -> Journal:
    """As ``with_result``, with predictions of which the first ``wrong`` are wrong."""
    journal = with_result(home, name, 1 - wrong / images, **changes)
    labels = [place % 2 for place in range(images)]
    predictions = [1 - label if place < wrong else label for place, label in enumerate(labels)]
    made_runs.predict(journal, labels=labels, predictions=predictions, names=("a", "b"))
    return journal


def found(home: Home, *journals: Journal) -> comparison.Verdict:
    return comparison.verdict([view(home, journal.run_id) for journal in journals])


def test_the_better_one_is_ahead_on_the_same_images(home: Home) -> None:
    verdict = found(home, with_result(home, "a", 0.9), with_result(home, "b", 0.95), with_result(home, "c", 0.7))
    assert (verdict.kind, verdict.best, verdict.second, verdict.images) == ("ahead", 1, 0, 5)
    assert verdict.difference == pytest.approx(0.05)
    assert verdict.behind == pytest.approx((0.05, 0.0, 0.25))


def test_equal_results_are_level(home: Home) -> None:
    assert found(home, with_result(home, "a", 0.9), with_result(home, "b", 0.9)).kind == "same"


def test_other_test_images_are_not_compared(home: Home) -> None:
    assert found(home, with_result(home, "a", 0.9), with_result(home, "b", 0.95, seed=1)).kind == "different_split"
    other = with_result(home, "c", 0.95)
    card = json.loads((other.folder / "model.json").read_text())
    (other.folder / "model.json").write_text(json.dumps({**card, "dataset_fingerprint": "1" * 64}))
    assert found(home, with_result(home, "a", 0.9), other).kind == "different_data"


def test_a_missing_split_is_not_taken_to_be_the_same(home: Home) -> None:
    journals = with_result(home, "a", 0.9), with_result(home, "b", 0.95)
    (journals[1].folder / "split.npz").unlink()
    assert found(home, *journals).kind == "unknown_images"
    (journals[0].folder / "model.json").write_text("{}")
    assert found(home, *journals).kind == "unknown_images"


def test_too_few_results_say_nothing(home: Home) -> None:
    assert found(home, with_result(home, "a", 0.9), made_runs.failed(home)).kind == "untested"


def test_settings_that_differ(home: Home) -> None:
    runs = [
        view(home, made_runs.queued(home, "a").run_id),
        view(home, made_runs.queued(home, "b", **{"training.learning_rate": 0.1}).run_id),
        view(home, made_runs.queued(home, "c", **{"model.architecture": "resnet8"}).run_id),
    ]
    different = {row.field: row.values for row in comparison.settings(runs) if row.differs}
    assert different["training.learning_rate"] == (0.001, 0.1, 0.001)
    assert different["model.options.width"] == (MISSING, MISSING, 16)
    assert "name" not in different
    assert "training.epochs" not in different


def test_a_run_without_description_differs_in_everything(home: Home) -> None:
    broken = made_runs.queued(home, "a")
    (broken.folder / "experiment.yaml").write_text("epochs: [")
    runs = [view(home, broken.run_id), view(home, made_runs.queued(home, "b").run_id)]
    assert all(row.values[0] is MISSING and row.differs for row in comparison.settings(runs))
