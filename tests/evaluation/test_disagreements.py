"""The same images through several networks: checked against SciPy, NumPy and cases with a known answer."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from cnnlab.errors import LabError
from cnnlab.evaluation.disagreements import measures, orders, table, words
from cnnlab.evaluation.disagreements.orders import Filter
from cnnlab.evaluation.disagreements.panel import Panel, panel_of
from cnnlab.evaluation.paired import compare
from cnnlab.home import Home
from tests.pages import made_runs
from tests.runs.test_comparison import answered


def drawn(networks: int, images: int = 200, classes: int = 4, seed: int = 0) -> Panel:
    """Networks that agree more than chance would have it."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, images)
    shared = rng.normal(size=(images, classes)) + 1.5 * np.eye(classes)[labels]
    logits = [shared + rng.normal(size=(images, classes)) for _ in range(networks)]
    shares = [np.exp(one) / np.exp(one).sum(1, keepdims=True) for one in logits]
    return Panel(
        places=tuple(range(networks)),
        names=tuple("abcdefgh"[:classes]),
        files=[f"={place}.png" for place in range(images)],
        labels=labels,
        predictions=np.stack([one.argmax(1) for one in shares]),
        probabilities=tuple(one.astype(np.float32) for one in shares),
    )


@pytest.mark.parametrize("seed", range(10))
def test_the_divergence_of_two_is_scipys(seed: int) -> None:
    panel = drawn(2, seed=seed)
    expected = jensenshannon(*(one.astype(float) for one in panel.probabilities), base=2, axis=1) ** 2
    np.testing.assert_allclose(panel.divergence, expected, atol=1e-9)


def test_networks_that_are_sure_of_classes_of_their_own_are_as_divided_as_can_be() -> None:
    eye = np.eye(4, dtype=np.float32)
    said = np.arange(4)[:, None]
    panel = Panel(
        (0, 1, 2, 3), tuple("abcd"), ["x"], np.array([0]), said, tuple(eye[place : place + 1] for place in range(4))
    )
    assert panel.divergence == pytest.approx([2.0])
    alike = Panel((0, 1), tuple("abcd"), ["x"], np.array([0]), said[:2] * 0, (eye[:1], eye[:1]))
    assert alike.divergence == pytest.approx([0.0])


@pytest.mark.parametrize("seed", range(10))
def test_correlation_of_errors_is_pearsons(seed: int) -> None:
    panel = drawn(3, seed=seed)
    expected = np.corrcoef(~panel.right)
    np.testing.assert_allclose(np.array(measures.error_correlation(panel), float), expected, atol=1e-12)


def test_a_network_that_is_never_wrong_has_no_correlation() -> None:
    panel = drawn(2)
    perfect = Panel(
        panel.places,
        panel.names,
        panel.files,
        panel.labels,
        np.stack([panel.labels, panel.predictions[1]]),
        panel.probabilities,
    )
    assert measures.error_correlation(perfect)[0] == [None, None]


def test_agreement_is_symmetric_and_whole_with_oneself() -> None:
    alike = measures.agreement(drawn(3))
    assert np.array_equal(alike, alike.T)
    assert np.diag(alike).tolist() == [1.0, 1.0, 1.0]
    assert alike[0, 1] == (drawn(3).predictions[0] == drawn(3).predictions[1]).mean()


def test_the_ensemble_is_compared_as_any_two_networks_are() -> None:
    panel = drawn(2, images=600)
    found = measures.ensemble(panel)
    mean = np.mean([one.astype(float) for one in panel.probabilities], axis=0)
    right = mean.argmax(1) == panel.labels
    (alone,) = compare([right, panel.right[0]])
    gain = found.gains[0]
    assert found.accuracy == right.mean()
    assert (gain.difference, gain.low, gain.high) == (alone.difference, alone.low, alone.high)
    assert gain.adjusted >= alone.p_value
    assert found.best == panel.right.mean(1).argmax()


def test_independent_errors_make_an_ensemble_better_and_that_is_real() -> None:
    assert measures.ensemble(drawn(8, images=2000)).gains[0].real


def test_orders_hold_what_they_say() -> None:
    panel = drawn(3)
    rights = panel.right.sum(0)
    only_one, none = orders.found(panel, "only_one_right"), orders.found(panel, "all_wrong")
    assert sorted(only_one) == np.flatnonzero(rights == 1).tolist()
    assert sorted(none) == np.flatnonzero(rights == 0).tolist()
    divided = orders.found(panel, "divided")
    assert all(len(set(panel.predictions[:, place])) > 1 for place in divided)
    assert np.all(np.diff(panel.divergence[divided]) <= 0)
    given = panel.together[none, panel.labels[none]]
    assert np.all(np.diff(given) >= 0)
    assert orders.counts(panel)["all_right"] == (rights == 3).sum()


def test_filters_by_class_and_by_pattern() -> None:
    panel = drawn(3)
    runs = ["x", "y", "z"]
    only = orders.pattern(panel, runs, ["x"], ["z"])
    places = orders.found(panel, "divided", only)
    assert places
    assert all(panel.right[0, place] and not panel.right[2, place] for place in places)
    of_class = orders.found(panel, "divided", Filter(label=2))
    assert of_class
    assert set(panel.labels[of_class]) == {2}


@pytest.mark.parametrize(
    ("right", "wrong", "code"), [(["nobody"], [], "run_not_among"), (["x"], ["x"], "right_and_wrong")]
)
def test_patterns_that_can_not_be_are_refused(right: list[str], wrong: list[str], code: str) -> None:
    with pytest.raises(LabError) as caught:
        orders.pattern(drawn(2), ["x", "y"], right, wrong)
    assert caught.value.problem.code == code


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(LabError) as caught:
        orders.found(drawn(2), "best")
    assert caught.value.problem.code == "unknown_order"


def test_unknown_truth_is_neither_right_nor_wrong() -> None:
    panel = drawn(2)
    unknown = Panel(
        panel.places, panel.names, panel.files, panel.labels * 0 - 1, panel.predictions, panel.probabilities
    )
    assert orders.found(unknown, "all_wrong") == []
    assert orders.found(unknown, "divided", Filter(wrong=(0,))) == []


# from the disk


def test_runs_are_read_from_their_stored_predictions(home: Home) -> None:
    folders: list[Path | None] = [
        answered(home, "a", 3).folder,
        None,
        answered(home, "other", 3, images=50).folder,
        answered(home, "b", 9).folder,
        made_runs.failed(home).folder,
    ]
    panel = panel_of(folders)
    assert (panel.places, len(panel), panel.names) == ((0, 3), 60, ("a", "b"))
    assert panel.left_out == {1: "no_predictions", 2: "other_images", 4: "no_predictions"}
    assert panel.right.mean(1).tolist() == pytest.approx([57 / 60, 51 / 60])
    assert orders.counts(panel) == {"all_right": 51, "divided": 6, "only_one_right": 6, "all_wrong": 3}
    sentences = words.left_out_words(panel, ["a", "away", "c", "b", "failed"], "en")
    assert [sentence.split(" is ")[0] for sentence in sentences] == ["away", "c", "failed"]


def test_runs_that_share_no_image_can_not_be_compared(home: Home) -> None:
    with pytest.raises(LabError) as caught:
        panel_of([answered(home, "a", 3).folder, answered(home, "b", 3, images=50).folder])
    assert caught.value.problem.code == "nothing_in_common"


def test_a_table_is_inert_in_a_spreadsheet() -> None:
    panel = drawn(2)
    rows = list(csv.reader(io.StringIO(table.csv_text(panel, [3, 5], ["=one", "two"]))))
    assert rows[0][:5] == ["index", "file", "true", "right", "divergence_bits"]
    assert rows[1][:2] == ["3", "'=3.png"]
    assert [len(row) for row in rows] == [11, 11, 11]
    assert float(rows[2][4]) == pytest.approx(panel.divergence[5], abs=1e-4)
