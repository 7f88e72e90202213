"""Each score on networks whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnlab.explain.grading.graded import Graded, ranks
from cnnlab.explain.grading.imputation import imputed
from cnnlab.explain.scores import deletion, infidelity, insertion, road, sensitivity, sparsity
from cnnlab.registry import registry
from cnnlab.tasks.classification import Classification
from tests.explain.linear import Straight, linear

SIDE = 8
COUNT = SIDE * SIDE


def ramp() -> torch.Tensor:
    """[1, 8, 8] weights 1/S, 2/S … 64/S in a shuffled order, that add up to 1."""
    order = torch.randperm(COUNT, generator=torch.Generator().manual_seed(3)) + 1.0
    return (order / order.sum()).reshape(1, SIDE, SIDE)


def graded(weights: torch.Tensor, task: Classification | None = None, value: int = 255, **others: object) -> Graded:
    inputs = torch.full((1, len(weights), SIDE, SIDE), value, dtype=torch.uint8)
    return Graded(linear(weights), task or Straight(), inputs, target=1, **others)


def removal_area(weights: torch.Tensor, steps: int) -> float:
    """Of the curve that falls by the largest weights first, from 1 to 0."""
    left = 1 - np.concatenate([[0.0], np.cumsum(np.sort(weights.numpy().ravel())[::-1])])
    points = left[np.rint(np.linspace(0, COUNT, steps + 1)).astype(int)]
    return float(((points[1:] + points[:-1]) / 2).mean())


def test_deletion_and_insertion_of_a_linear_network_are_the_areas_that_arithmetic_gives() -> None:
    weights = ramp()
    subject = graded(weights)
    right, wrong = weights[0].numpy(), -weights[0].numpy()
    maps = np.stack([right, wrong])
    expected = removal_area(weights, deletion.STEPS)
    assert expected < 0.36  # about a third, against a half for a map that knows nothing
    assert deletion.grade(subject, maps) == pytest.approx([expected, 1 - expected], abs=1e-5)
    assert deletion.grade(subject, maps, steps=COUNT) == pytest.approx(
        [removal_area(weights, COUNT), 1 - removal_area(weights, COUNT)], abs=1e-5
    )


def test_equal_weights_leave_a_triangle_whatever_the_map() -> None:
    subject = graded(torch.full((1, SIDE, SIDE), 1 / COUNT))
    maps = np.stack([np.zeros((SIDE, SIDE), np.float32), np.arange(COUNT, dtype=np.float32).reshape(SIDE, SIDE)])
    assert deletion.grade(subject, maps) == pytest.approx([0.5, 0.5], abs=0.01)


def test_insertion_reveals_from_the_blurred_image() -> None:
    """One bright pixel that the class rests on: the blur keeps a share b of it; it is revealed first, or last."""
    weights = torch.zeros(1, SIDE, SIDE)
    weights[0, 3, 3] = 1.0
    inputs = torch.zeros(1, 1, SIDE, SIDE, dtype=torch.uint8)
    inputs[0, 0, 3, 3] = 255
    subject = Graded(linear(weights), Straight(), inputs, target=1)
    from cnnlab.explain.attribution.perturbed import filled

    blurred = float(filled(subject.image.unsqueeze(0), "blur", subject.network)[0, 0, 3, 3])
    assert 0 < blurred < 1
    step = 1 / insertion.STEPS
    first = blurred * step / 2 + (1 - step / 2)
    last = blurred * (1 - step / 2) + step / 2
    maps = np.stack([weights[0].numpy(), -weights[0].numpy()])
    assert insertion.grade(subject, maps) == pytest.approx([first, last], abs=1e-5)


def test_deletion_goes_by_the_probability_of_the_class() -> None:
    weights = torch.full((1, SIDE, SIDE), 6 / COUNT)
    subject = graded(weights, Classification())
    shares = np.rint(np.linspace(0, COUNT, deletion.STEPS + 1)) / COUNT
    curve = 1 / (1 + np.exp(-6 * (1 - shares)))
    expected = ((curve[1:] + curve[:-1]) / 2).mean()
    assert deletion.grade(subject, weights.numpy()) == pytest.approx([expected], abs=1e-5)


def test_equal_places_are_ordered_by_chance_and_not_by_memory() -> None:
    order = ranks(np.zeros((1, SIDE, SIDE), np.float32), np.random.default_rng(0)).ravel()
    assert sorted(order) == list(range(COUNT))
    assert not np.array_equal(order, np.arange(COUNT))
    again = ranks(np.zeros((1, SIDE, SIDE), np.float32), np.random.default_rng(0)).ravel()
    np.testing.assert_array_equal(order, again)


def test_imputation_solves_the_equations_that_a_dense_solver_solves() -> None:
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(2, SIDE, SIDE, generator=generator)
    removed = torch.rand(3, SIDE, SIDE, generator=generator) < torch.tensor([0.2, 0.6, 0.9])[:, None, None]
    removed[0, :3] = True  # a hole at the border
    quiet = torch.Generator().manual_seed(1)
    found = imputed(image, removed, quiet)
    noise = torch.randn(image.shape, generator=torch.Generator().manual_seed(1)) * 0.01
    for row, holes in enumerate(removed):
        for channel in range(2):
            expected = solved(image[channel].numpy(), holes.numpy()) + noise[channel].numpy() * holes.numpy()
            np.testing.assert_allclose(found[row, channel].numpy(), expected.clip(0, 1), atol=0.01)
    kept = ~removed[:, None].expand_as(found)
    assert torch.equal(found[kept], image.expand_as(found)[kept])


def solved(image: np.ndarray, holes: np.ndarray) -> np.ndarray:
    """By hand: each removed place is the weighted mean of the neighbours it has."""
    matrix, wanted = np.eye(COUNT), image.ravel().astype(float)
    for row, column in np.argwhere(holes):
        place, weights = row * SIDE + column, {}
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                r, c = row + down, column + right
                if (down or right) and 0 <= r < SIDE and 0 <= c < SIDE:
                    weights[r * SIDE + c] = 1 / 6 if down == 0 or right == 0 else 1 / 12
        matrix[place] = 0
        matrix[place, place] = sum(weights.values())
        for other, weight in weights.items():
            matrix[place, other] = -weight
        wanted[place] = 0
    return np.linalg.solve(matrix, wanted).reshape(SIDE, SIDE)


def test_road_is_positive_for_the_right_order_and_as_negative_for_the_opposite() -> None:
    weights = torch.zeros(1, SIDE, SIDE)
    weights[0, :4, :4] = 1 / 16
    inputs = torch.zeros(1, 1, SIDE, SIDE, dtype=torch.uint8)
    inputs[0, 0, :4, :4] = 255
    subject = Graded(linear(weights), Straight(), inputs, target=1)
    noise = np.random.default_rng(0).random((SIDE, SIDE)).astype(np.float32) * 1e-3
    maps = np.stack([weights[0].numpy() + noise, -weights[0].numpy() - noise])
    right, wrong = road.grade(subject, maps)
    assert right > 0.3
    assert wrong == pytest.approx(-right, abs=1e-6)
    assert road.grade(subject, maps[1:])[0] == pytest.approx(wrong, abs=1e-6)  # alone as among others


def test_a_map_of_exact_contributions_has_no_infidelity_at_any_scale() -> None:
    weights = ramp() - 0.01
    subject = graded(weights)
    exact = weights[0].numpy()  # the image is white and the fill black: contribution = weight
    rows = np.stack([exact, 7 * exact, -exact, np.zeros_like(exact), np.random.default_rng(0).random(exact.shape)])
    found = infidelity.grade(subject, rows.astype(np.float32))
    assert found[:2] == pytest.approx([0, 0], abs=1e-8)
    assert found[2:4] == pytest.approx([1, 1])
    assert 0.001 < found[4] < 1


def test_infidelity_says_what_captum_says() -> None:
    from captum.metrics import infidelity as captums

    weights = ramp() - 0.01
    subject = graded(weights, Classification())
    given = np.random.default_rng(5).random((SIDE, SIDE)).astype(np.float32)
    inside = torch.from_numpy(infidelity.squares(SIDE, SIDE, subject.generator())).float()
    image = subject.image.unsqueeze(0)

    def perturbed(pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return inside.unsqueeze(1), pixels * (1 - inside.unsqueeze(1))

    def score(pixels: torch.Tensor) -> torch.Tensor:
        return subject.task.score(subject.network(pixels), subject.target)

    absolute = captums(
        score, perturbed, image, torch.from_numpy(given)[None, None], n_perturb_samples=len(inside), normalize=True
    )
    changes = score(image) - score(image * (1 - inside.unsqueeze(1)))
    expected = float(absolute[0] / changes.detach().square().mean())
    assert infidelity.grade(subject, given[None]) == pytest.approx([expected], rel=1e-4)


def test_sensitivity_is_the_largest_change_relative_to_the_map() -> None:
    subject = graded(ramp(), value=128)
    given = np.full((SIDE, SIDE), 0.5, np.float32)
    seen: list[torch.Tensor] = []

    def again(pixels: torch.Tensor) -> np.ndarray:
        seen.append(pixels)
        changed = np.repeat(given[None], len(pixels), axis=0)
        changed[3] *= 1.25
        return changed

    assert sensitivity.grade(subject, given, again) == pytest.approx(0.25)
    (pixels,) = seen
    assert pixels.shape == (sensitivity.DRAWS, 1, SIDE, SIDE)
    assert 0.015 < float((pixels - subject.image).abs().max()) <= sensitivity.RADIUS + 1e-6
    assert np.isnan(sensitivity.grade(subject, np.zeros_like(given), again))


def test_the_gini_index_of_known_maps() -> None:
    subject = graded(ramp())
    one = np.zeros((SIDE, SIDE), np.float32)
    one[2, 2] = -3
    half = np.zeros((SIDE, SIDE), np.float32)
    half[:4] = 2
    found = sparsity.grade(subject, np.stack([np.ones_like(one), one, half, np.zeros_like(one)]))
    assert found[:3] == pytest.approx([0, 1 - 1 / COUNT, 0.5])
    assert np.isnan(found[3])


def test_every_score_says_which_way_is_better_and_who_proposed_it() -> None:
    names = list(registry("score"))
    assert names[:3] == ["deletion", "insertion", "road"]
    for name in names:
        entry = registry("score")[name]
        assert entry.facts["better"] in ("higher", "lower")
        assert entry.facts["paper"]
        assert entry.facts["link"].startswith("https://")
        assert entry.facts["year"] > 2000
        assert set(entry.facts.get("needs", ())) <= {"mask", "method"}
        for language in ("en", "es"):
            assert entry.text("limits", language)
