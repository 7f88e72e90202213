"""Several images, methods and classes at once, and how what is found is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnlab.data.types import InputKind, OutputSpec
from cnnlab.errors import LabError
from cnnlab.evaluation.card import Card
from cnnlab.evaluation.trained import TrainedModel
from cnnlab.experiment import Experiment
from cnnlab.explain.display import Display, scale_of, scales, shown, smoothed
from cnnlab.explain.explain import Explanation, explain
from cnnlab.explain.several import Asked, Key, class_of, contrasted, explain_several, ranked
from cnnlab.explain.subjects import Subject
from cnnlab.explain.words import cell_line
from cnnlab.tasks.build import build_task
from tests.explain.networks import CLASSES, images, plain

SIDE = 8
NAMES = ("a", "b", "c", "d")


@pytest.fixture
def model() -> TrainedModel:
    experiment, outputs = Experiment(), OutputSpec(CLASSES, NAMES)
    kind = InputKind("image", (3, SIDE, SIDE))
    card = Card(experiment.to_dict(), kind, outputs, (0.3,) * 3, (0.2,) * 3, "digits", "0" * 64, ())
    return TrainedModel(card, experiment, plain().eval(), build_task(experiment, outputs, ()))


@pytest.fixture
def subjects() -> list[Subject]:
    return [Subject(one[None], f"image {i}", label=i, index=i) for i, one in enumerate(images(3, 3, SIDE))]


class Kept:
    """A store that counts."""

    def __init__(self) -> None:
        self.found: dict[str, Explanation] = {}
        self.hits = 0

    def get(self, key: Key) -> Explanation | None:
        found = self.found.get(repr(key))
        self.hits += found is not None
        return found

    def put(self, key: Key, found: Explanation) -> None:
        self.found[repr(key)] = found


def test_each_cell_is_what_that_image_gives_alone(model: TrainedModel, subjects: list[Subject]) -> None:
    rows = explain_several(model, subjects, Asked(("grad_cam", "saliency"), ("true", 2)))
    assert [len(row.cells) for row in rows] == [4, 4, 4]
    for row in rows:
        assert [(cell.method, cell.target) for cell in row.cells] == [
            ("grad_cam", "true"), ("grad_cam", 2), ("saliency", "true"), ("saliency", 2),
        ]  # fmt: skip
        for cell in row.cells:
            target = row.subject.label if cell.target == "true" else 2
            alone = explain(
                model.network, model.task, row.subject.inputs, target=target, method=cell.method, layer=None, options={}
            )
            assert cell.explanation is not None
            assert np.array_equal(cell.explanation.map, alone.map)
            assert cell.explanation.probabilities == pytest.approx(row.probabilities)


def test_roles_are_each_images_own(model: TrainedModel, subjects: list[Subject]) -> None:
    (row,) = explain_several(model, [Subject(subjects[0].inputs, "mine")], Asked(("grad_cam",), ("predicted", "true")))
    assert row.cells[0].explanation is not None
    assert row.cells[0].explanation.target == row.predicted == row.ranked[0]
    assert [problem.code for problem in row.cells[1].problems] == ["no_such_target"]
    assert class_of("runner_up", row.subject, row.probabilities) == ranked(row.probabilities)[1]
    assert class_of("runner_up", row.subject, (1.0,)) is None


def test_what_is_stored_is_not_computed_again_and_slow_methods_wait(
    model: TrainedModel, subjects: list[Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, asked = Kept(), Asked(("saliency",))
    (row, *_) = explain_several(model, subjects, asked, costs=(), store=store)
    assert all(cell.is_open for cell in row.cells)
    explain_several(model, subjects, asked, store=store)
    assert (store.hits, len(store.found)) == (0, 3)
    (row, *_) = explain_several(model, subjects, asked, costs=(), store=store)
    assert store.hits == 3
    assert not any(cell.is_open for cell in row.cells)
    explain_several(model, subjects, Asked(("saliency",), options={"saliency": {"abs": False}}), store=store)
    assert len(store.found) == 6


def test_one_method_that_fails_leaves_the_others(model: TrainedModel, subjects: list[Subject]) -> None:
    asked = Asked(("grad_cam", "saliency"), layer="point", options={"saliency": {"abs": "perhaps"}})
    (row,) = explain_several(model, subjects[:1], asked)
    assert [cell.problems[0].code for cell in row.cells] == ["layer_without_extent", "not_a_boolean"]
    (row,) = explain_several(model, subjects[:1], Asked(("grad_cam", "saliency"), layer="point"))
    assert [cell.explanation is None for cell in row.cells] == [True, False]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked(("occlusio",)), "unknown_explainer"),
        (Asked(("grad_cam",), (4,)), "unknown_class"),
        (Asked(("grad_cam",), (-1,)), "unknown_class"),
        (Asked(("grad_cam",), ("best",)), "unknown_class"),
    ],
)
def test_what_does_not_exist_is_refused(model: TrainedModel, subjects: list[Subject], asked: Asked, code: str) -> None:
    with pytest.raises(LabError) as refused:
        explain_several(model, subjects, asked)
    assert refused.value.problems[0].code == code


def test_progress_is_told_of_all_maps_and_can_end_them(model: TrainedModel, subjects: list[Subject]) -> None:
    told: list[tuple[Any, ...]] = []
    explain_several(model, subjects, Asked(("saliency",), (0, 1)), progress=lambda *step: told.append(step))
    assert told[-1] == ("progress.explaining", 600, 600)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explain_several(model, subjects, Asked(("saliency",)), progress=end)


def test_a_contrast_is_one_map_minus_the_other(model: TrainedModel, subjects: list[Subject]) -> None:
    (row,) = explain_several(model, subjects[:1], Asked(("grad_cam", "saliency"), (0, 1)))
    between = contrasted(row, 0, 1)
    maps = [cell.explanation.map for cell in row.cells if cell.explanation]
    found = [cell.explanation.map for cell in between.cells if cell.explanation]
    assert np.array_equal(found[0], maps[0] - maps[1])
    assert np.array_equal(found[1], maps[2] - maps[3])
    assert cell_line(between.cells[1], NAMES, "en") == "For a, minus for b"
    assert cell_line(between.cells[1], NAMES, "es") == "Para a, menos para b"


def test_a_scale_is_shared_by_method_by_all_or_by_none() -> None:
    maps = [np.full((2, 2), value, np.float32) for value in (1.0, -4.0, 3.0)]
    methods = ["a", "a", "b"]
    found = [[scale.limit for scale in scales(maps, methods, Display(scale=name))] for name in ("method", "all", "own")]
    assert found == [[4.0, 4.0, 3.0], [4.0, 4.0, 4.0], [1.0, 4.0, 3.0]]
    assert [scale.diverging for scale in scales(maps, methods, Display())] == [True, True, False]
    assert scale_of([np.zeros((2, 2), np.float32)]).limit == 1.0


def test_display_leaves_the_map_alone_and_states_what_it_does() -> None:
    values = np.array([[-2.0, 0.0], [1.0, 0.0]], np.float32)
    assert np.array_equal(shown(values, Display()), values)
    assert np.array_equal(shown(values, Display(signs="absolute")), np.abs(values))
    assert Display(opacity=0.5, scale="own").changes() == {"opacity": 0.5, "scale": "own"}


@pytest.mark.parametrize("sigma", [0.5, 1.0, 8.0])
def test_smoothing_keeps_a_flat_map_flat_and_spreads_a_point(sigma: float) -> None:
    assert smoothed(np.full((7, 5), 3.0, np.float32), sigma) == pytest.approx(np.full((7, 5), 3.0), abs=1e-5)
    point = np.zeros((9, 9), np.float32)
    point[4, 4] = 1.0
    spread = smoothed(point, sigma)
    assert spread.argmax() == 40
    assert spread[4, 3] == pytest.approx(spread[3, 4])
    assert 0 < spread[4, 3] < spread[4, 4] < 1


@pytest.mark.parametrize(
    ("display", "code"),
    [
        (Display(opacity=1.5), "not_a_share"),
        (Display(smoothing=-1.0), "smoothing_out_of_range"),
        (Display(smoothing=float("nan")), "smoothing_out_of_range"),
        (Display(colours="jet"), "not_a_display"),
        (Display(scale="both"), "not_a_display"),
    ],
)
def test_a_display_that_can_not_be_is_refused(display: Display, code: str) -> None:
    with pytest.raises(LabError) as refused:
        display.checked()
    assert refused.value.problems[0].code == code
