"""What is kept for new images: it decides, it is shown, it is forgotten, and whatever was measured stays."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cnnlab.errors import LabError
from cnnlab.evaluation.evaluate import split_report
from cnnlab.evaluation.judged import judged
from cnnlab.evaluation.predict import predict_files, read
from cnnlab.evaluation.reading import words
from cnnlab.evaluation.reading.reading import Reading
from cnnlab.evaluation.temperature import kept as temperatures
from cnnlab.evaluation.temperature.scaling import Fitted, scaled
from cnnlab.evaluation.thresholds import kept as thresholds
from cnnlab.evaluation.thresholds.choice import Costs, outcome
from cnnlab.evaluation.thresholds.kept import Threshold
from cnnlab.evaluation.thresholds.of_run import against
from cnnlab.evaluation.trained import load_trained
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.logged_model import save_model
from tests.evaluation.made_weights import untrained
from tests.evaluation.two_classes import NAMES, two_class_run


def shares(count: int, classes: int, seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(seed).dirichlet(np.ones(classes), count).astype(np.float32)


@pytest.mark.parametrize("seed", range(20))
def test_a_temperature_moves_probabilities_and_no_decision(seed: int) -> None:
    rng = np.random.default_rng(seed)
    own, temperature, at = shares(200, 2, seed), float(rng.uniform(0.2, 5)), float(rng.uniform(0, 1))
    threshold = Threshold(int(rng.integers(2)), at)
    cold, warm = Reading(None, threshold).say(own), Reading(temperature, threshold).say(own)
    assert np.array_equal(cold.decided, warm.decided)
    assert np.array_equal(cold.decided == threshold.number, own[:, threshold.number].astype(float) >= at)
    assert np.allclose(warm.probabilities, scaled(own, temperature))
    assert np.array_equal(warm.probability, warm.probabilities[np.arange(200), warm.decided])
    shown = Reading(temperature, threshold).shown_threshold
    assert shown is not None
    clear = np.abs(own[:, threshold.number] - at) > 1e-6
    assert np.array_equal(
        (warm.probabilities[:, threshold.number] >= shown)[clear], (warm.decided == threshold.number)[clear]
    )


@pytest.mark.parametrize("at", [0.0, 1e-300, 1e-38, 0.5, 1 - 1e-16, 1.0, float(np.nextafter(1.0, 2.0))])
@pytest.mark.parametrize("temperature", [0.02, 1.0, 50.0])
def test_a_threshold_at_an_edge_has_a_place_among_what_is_shown(at: float, temperature: float) -> None:
    shown = Reading(temperature, Threshold(1, at)).shown_threshold
    assert shown is not None
    assert 0 <= shown <= max(1.0, at)
    if at in (0.0, 0.5, 1.0):
        assert shown == pytest.approx(at)


def test_without_anything_kept_the_most_probable_class_is_said() -> None:
    own = shares(50, 5, 1)
    said = Reading().say(own)
    assert np.array_equal(said.decided, own.argmax(1))
    assert said.probabilities is own
    assert Reading().is_plain
    assert Reading().stamp == ""
    assert Reading().shown_threshold is None
    assert words.sentences(Reading(), NAMES, "en") == []


def test_a_threshold_of_two_classes_leaves_more_classes_alone() -> None:
    own = shares(50, 3, 2)
    assert np.array_equal(Reading(None, Threshold(1, 0.01)).say(own).decided, own.argmax(1))


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_kept_is_said_on_the_scale_that_is_shown(language: str) -> None:
    both = Reading(2.0, Threshold(1, 0.1))
    warm, threshold = words.sentences(both, NAMES, language)
    comma = language == "es"
    assert ("2,00" if comma else "2.00") in warm
    assert "light" in threshold
    assert ("0,250" if comma else "0.250") in threshold, "1 / (1 + 9 ** 0.5)"
    assert ("0,100" if comma else "0.100") in threshold
    (never,) = words.sentences(Reading(None, Threshold(0, np.nextafter(1.0, 2.0))), NAMES, language)
    assert "dark" in never


@pytest.fixture
def run(home: Home, tmp_path: Path) -> Journal:
    return two_class_run(home, tmp_path / "pictures")


def keep_both(journal: Journal, home: Home) -> Reading:
    """A temperature, and a threshold that half of the test images pass."""
    at = float(np.median(judged(journal, home).probabilities[:, 1])) + 1e-6
    temperatures.keep(journal.folder, Fitted(1.7, 10, 0.7, 0.6, bounded=False))
    thresholds.keep(journal.folder, Threshold(1, at), NAMES)
    return Reading.of(journal.folder)


def test_page_command_and_registered_model_say_the_same(run: Journal, home: Home, tmp_path: Path) -> None:
    from cnnlab.runs.pyfunc_model import CnnLabModel

    reading, model = keep_both(run, home), load_trained(run.folder)
    files = sorted((tmp_path / "pictures").glob("*/*.png"))
    own, _ = predict_files(model, files)
    ours = read(own, reading, NAMES)
    assert [one.label for one in ours] != [one.label for one in own], "the threshold decides"
    assert {one.label for one in ours} == set(NAMES)
    assert all(one.probability == one.probabilities[NAMES.index(one.label)] for one in ours)
    (tmp_path / "scratch").mkdir()
    saved = save_model(run.folder, tmp_path / "scratch")
    served = CnnLabModel()
    served.load_context(SimpleNamespace(artifacts={"run": str(saved / "artifacts" / "run")}))  # type: ignore[arg-type]
    table = served.predict(None, [file.read_bytes() for file in files])  # type: ignore[arg-type]
    assert table["class"].tolist() == [one.label for one in ours]
    assert table["prediction"].tolist() == [NAMES.index(one.label) for one in ours]
    assert np.allclose(table["probability"], [one.probability for one in ours], atol=1e-7)
    assert np.allclose(table["probabilities"].tolist(), [one.probabilities for one in ours], atol=1e-7)


def test_stored_predictions_and_metrics_stay_those_of_the_weights(run: Journal, home: Home) -> None:
    before, report = judged(run, home), split_report(run, home, "test")
    reading = keep_both(run, home)
    after = judged(run, home)
    assert np.array_equal(before.predictions, after.predictions)
    assert np.array_equal(before.probabilities, after.probabilities)
    assert split_report(run, home, "test") == report
    side = words.at_threshold(after, reading)
    rest = against(after, 1)
    assert reading.threshold is not None
    assert side == outcome(rest.scores, rest.positive, reading.threshold.at, Costs())
    assert (side.hits + side.false_alarms) == len(after) // 2
    for language in ("en", "es"):
        said = " ".join(words.beside_metrics(after, reading, NAMES, language))
        assert ("1,70" if language == "es" else "1.70") in said
        assert "%" in said
    assert words.beside_metrics(after, Reading(), NAMES, "en") == []


def test_what_is_kept_is_of_these_weights_and_of_two_classes(run: Journal, home: Home, tmp_path: Path) -> None:
    assert not keep_both(run, home).is_plain
    stamp = run.checkpoints / "best.safetensors.sha256"
    weights = stamp.read_text()
    stamp.write_text("ab" * 32)
    assert Reading.of(run.folder).is_plain, "the run has learned on since"
    stamp.write_text(weights)
    assert not Reading.of(run.folder).is_plain
    for text in ("", "[]", '{"class": 5, "threshold": 0.5}', '{"class": 1, "threshold": NaN, "weights": ""}'):
        (run.folder / thresholds.KEPT).write_text(text)
        assert thresholds.kept(run.folder) is None
    thresholds.forget(run.folder)
    temperatures.forget(run.folder)
    assert Reading.of(run.folder).is_plain
    with pytest.raises(LabError) as caught:
        thresholds.keep(untrained(home).folder, Threshold(1, 0.3), [str(digit) for digit in range(10)])
    assert caught.value.problem.code == "threshold_of_two_classes"
    assert caught.value.problem.sentence("es")


def test_an_image_at_the_threshold_is_said() -> None:
    own = np.array([[0.7, 0.3], [0.7000001, 0.2999999]], np.float32)
    at = float(own[0, 1])
    assert Reading(None, Threshold(1, at)).say(own).decided.tolist() == [1, 0]
