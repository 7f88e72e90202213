"""Temperature scaling where the answer is known, and against scipy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.metrics import log_loss

from cnnlab.errors import LabError
from cnnlab.evaluation.judged import Judged
from cnnlab.evaluation.temperature import kept as keeping
from cnnlab.evaluation.temperature.effect import effect
from cnnlab.evaluation.temperature.of_run import scaling_of
from cnnlab.evaluation.temperature.scaling import fit, scaled
from cnnlab.evaluation.temperature.words import sentence_of
from cnnlab.home import Home
from tests.evaluation.made_weights import untrained


def _world(number: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits [N, C], and labels drawn from their softmax: whoever says these is exactly as sure as it is right."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (number, classes))
    shares = softmax(logits, axis=1)
    labels = (shares.cumsum(1) < rng.random((number, 1))).sum(1).clip(max=classes - 1)
    return logits, labels


@pytest.mark.parametrize(("factor", "classes"), [(0.5, 2), (1.0, 10), (1.6, 10), (4.0, 3)])
def test_logits_scaled_by_a_known_factor_give_it_back(factor: float, classes: int) -> None:
    logits, labels = _world(40_000, classes, seed=3)
    said = softmax(factor * logits, axis=1).astype(np.float32)
    fitted = fit(labels, said)
    assert fitted.temperature == pytest.approx(factor, rel=0.04)
    assert not fitted.bounded
    np.testing.assert_allclose(scaled(said, factor), softmax(logits, axis=1), atol=1e-5)


@pytest.mark.parametrize("seed", range(8))
def test_it_is_the_minimum_that_scipy_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    classes = int(rng.integers(2, 12))
    logits = rng.normal(0, rng.uniform(0.5, 8), (300, classes))
    labels = np.where(rng.random(300) < 0.6, logits.argmax(1), rng.integers(0, classes, 300))
    rows = np.arange(300)
    found = fit(labels, softmax(logits, axis=1))
    loss = lambda inverse: -log_softmax(inverse * logits, axis=1)[rows, labels].mean()  # noqa: E731
    expected = minimize_scalar(loss, bounds=(0.02, 50), method="bounded", options={"xatol": 1e-10})
    assert 1 / found.temperature == pytest.approx(expected.x, rel=1e-4)
    assert found.loss_after == pytest.approx(expected.fun, rel=1e-9)
    assert found.loss_before == pytest.approx(loss(1.0), rel=1e-9)
    assert found.loss_after <= found.loss_before


def test_images_without_a_label_are_left_out_and_a_split_without_a_mistake_has_no_answer() -> None:
    logits, labels = _world(500, 4, seed=1)
    said = softmax(logits, axis=1)
    part = labels.copy()
    part[100:] = -1
    assert fit(part, said) == fit(labels[:100], said[:100])
    assert fit(said.argmax(1), said).bounded
    with pytest.raises(ValueError, match="no image"):
        fit(np.full(3, -1), said[:3])


def test_before_and_after_on_other_images() -> None:
    logits, labels = _world(20_000, 5, seed=7)
    said = softmax(2.5 * logits, axis=1)
    found = effect(labels, said, 2.5, draws=200)
    assert found.before.metrics["ece"].value == pytest.approx(found.before.calibration.error)
    assert found.before.metrics["ece"].value > 0.1
    assert found.after.metrics["ece"].value < 0.012
    assert found.after.by_chance == pytest.approx(found.after.metrics["ece"].value, abs=0.006)
    assert found.before.metrics["log_loss"].value == pytest.approx(log_loss(labels, said))
    assert found.change["ece_debiased"].high < 0
    assert found.change["log_loss"].high < 0
    for state in (found.before, found.after):
        assert state.right.sum() + state.wrong.sum() == 20_000
        assert state.metrics["ece"].low is None
        for name in ("ece_debiased", "log_loss", "brier"):
            one = state.metrics[name]
            assert one.low < one.high
            assert one.low <= one.value <= one.high
    assert found.before.right.sum() == found.after.right.sum(), "the class that is said stays the same"


def test_the_interval_of_the_calibration_error_is_the_basic_bootstrap_by_hand() -> None:
    logits, labels = _world(400, 3, seed=2)
    said = softmax(2 * logits, axis=1)
    metrics = effect(labels, said, 1.5, draws=400, seed=5).before.metrics
    found, measured = metrics["ece_debiased"], metrics["ece"].value
    rng = np.random.default_rng(9)
    by_hand = []
    for _ in range(400):
        take = rng.integers(0, 400, 400)
        by_hand.append(effect(labels[take], said[take], 1.0, draws=1).before.calibration.error)
    low, high = 2 * measured - np.quantile(by_hand, [0.975, 0.025])
    assert found.low == pytest.approx(max(low, 0), abs=0.02)
    assert found.high == pytest.approx(high, abs=0.02)
    assert found.value == pytest.approx(2 * measured - np.mean(by_hand), abs=0.01)


@pytest.mark.parametrize("error", [0.0, 0.05, 0.1])
def test_the_interval_holds_a_calibration_error_that_is_known(error: float) -> None:
    """Two classes; a network that says ``error`` more than it keeps, on 400 images, a hundred times."""
    rng = np.random.default_rng(3)
    held, off, measured_off = 0, [], []
    for turn in range(100):
        says = rng.uniform(0.62, 0.98, 400)
        right = rng.random(400) < says - error
        metrics = effect(np.where(right, 0, 1), np.stack([says, 1 - says], 1), 1.0, draws=200, seed=turn).before.metrics
        one = metrics["ece_debiased"]
        held += one.low <= error <= one.high
        off.append(one.value - error)
        measured_off.append(metrics["ece"].value - error)
    assert held >= 80  # 86 % and more over 400 measurements; the draws themselves: 9 % at an error of 2 %, none at 0
    assert abs(np.mean(off)) < max(0.01, 0.7 * np.mean(measured_off))  # above 0, never below, where there is none


def _judged(logits: np.ndarray, labels: np.ndarray) -> Judged:
    shares = softmax(logits, axis=1).astype(np.float32)
    names = tuple(str(k) for k in range(logits.shape[1]))
    return Judged(names, [str(k) for k in range(len(labels))], labels, shares.argmax(1), shares)


@pytest.mark.parametrize(
    ("factor", "kind", "verdict"), [(3.0, "over", "helps"), (0.4, "under", "helps"), (1.0, "same", "unclear")]
)
def test_what_is_said_of_it_follows_from_validation_and_test(factor: float, kind: str, verdict: str) -> None:
    validation, test = (_world(60_000, 3, seed) for seed in (1, 2))
    found = scaling_of(_judged(factor * validation[0], validation[1]), _judged(factor * test[0], test[1]))
    assert found.kind == kind
    if kind != "same":
        assert found.verdict == verdict
    for language in ("en", "es"):
        assert "{" not in sentence_of(found, language)


def test_a_temperature_that_does_not_fit_the_test_split_is_said_to_hurt() -> None:
    validation, test = _world(20_000, 3, seed=1), _world(20_000, 3, seed=2)
    found = scaling_of(_judged(3 * validation[0], validation[1]), _judged(*test))
    assert (found.kind, found.verdict) == ("over", "hurts")
    assert "does not help" in sentence_of(found, "en")


def test_without_a_label_and_with_bins_out_of_range_it_is_refused() -> None:
    logits, labels = _world(50, 3, seed=1)
    whole, none = _judged(logits, labels), _judged(logits, np.full(50, -1))
    for case, code in (((none, whole), "no_label_known"), ((whole, none), "no_label_known")):
        with pytest.raises(LabError) as refused:
            scaling_of(*case)
        assert refused.value.problem.code == code
    with pytest.raises(LabError) as refused:
        scaling_of(whole, whole, bins=1)
    assert refused.value.problem.code == "bins_out_of_range"


def test_a_kept_temperature_is_for_the_weights_it_was_fitted_on(home: Home) -> None:
    folder: Path = untrained(home).folder
    logits, labels = _world(500, 4, seed=1)
    fitted = fit(labels, softmax(2 * logits, axis=1))
    assert keeping.kept(folder) is None
    keeping.keep(folder, fitted)
    assert keeping.kept(folder) == pytest.approx(fitted.temperature)
    stamp = folder / "checkpoints" / "best.safetensors.sha256"
    before = stamp.read_text()
    stamp.write_text("0" * 64)
    assert keeping.kept(folder) is None
    stamp.write_text(before)
    (folder / keeping.KEPT).write_text("{")
    assert keeping.kept(folder) is None
    keeping.forget(folder)
    assert not (folder / keeping.KEPT).exists()
