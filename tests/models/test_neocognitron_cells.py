"""The Neocognitron's cells: the paper's equations, and what they are for."""

from __future__ import annotations

import pytest
import torch

from cnnlab.models.neocognitron.cells import ComplexCells, ContrastCells
from cnnlab.models.neocognitron.organised import GAIN
from tests.models.neocognitrons import single


def test_an_s_cell_computes_the_papers_equation() -> None:
    torch.manual_seed(0)
    cells, inputs = single(0.6, planes=4), torch.rand(1, 2, 3, 3)
    cells.organised.fill_(True)
    window = cells.window[0, 0]
    activity = (window * inputs[0].square()).sum().sqrt()
    expected = []
    for plane in cells.planes:
        weights = GAIN * plane / (plane.square() / window).sum().sqrt()
        excitation = (weights * inputs[0]).sum()
        expected.append((0.6 / 0.4) * max(0.0, float((1 + excitation) / (1 + 0.6 * GAIN * activity) - 1)))
    assert cells(inputs)[0, :, 1, 1].tolist() == pytest.approx(expected, rel=1e-4)
    assert max(expected) > 0


@pytest.mark.parametrize("strength", [1.0, 10.0, 100.0])
def test_an_s_cell_answers_its_own_pattern_with_nearly_one_at_any_strength(strength: float) -> None:
    torch.manual_seed(0)
    cells, pattern = single(), torch.rand(1, 2, 3, 3)
    cells.planes[0] = pattern[0] * cells.window[0]
    cells.organised.fill_(True)
    response = float(cells(strength * pattern)[0, 0, 1, 1])
    assert 0.8 < response <= 1.0001


def test_an_s_cell_is_silent_below_its_threshold_of_similarity() -> None:
    torch.manual_seed(0)
    cells = single(0.7)
    cells.organised.fill_(True)
    window, plane = cells.window.expand(1, 2, 3, 3), cells.planes
    responses = []
    for _ in range(200):
        pattern = torch.rand(1, 2, 3, 3) ** 4
        length = (window * pattern.square()).sum().sqrt() * (plane.square() / window).sum().sqrt()
        similarity = float((plane * pattern).sum() / length)
        response = float(cells(pattern)[0, 0, 1, 1])
        assert (response > 0) is (similarity > 0.7) or abs(similarity - 0.7) < 1e-3
        responses.append(response)
    assert 0 < sum(response > 0 for response in responses) < 200


def test_contrast_cells_see_no_brightness_and_both_signs_of_an_edge() -> None:
    cells = ContrastCells()
    flat = torch.full((1, 1, 9, 9), -2.0)
    torch.testing.assert_close(cells(flat), torch.zeros(1, 2, 9, 9), atol=1e-6, rtol=0)
    edge = flat.clone()
    edge[..., 5:] = 3.0
    on, off = cells(edge)[0]
    assert int(on[4].argmax()) == 5
    assert int(off[4].argmax()) == 4
    assert not ((on > 0) & (off > 0)).any()


def test_c_cells_forgive_a_shift_and_saturate() -> None:
    maps = torch.zeros(2, 1, 12, 12)
    maps[0, 0, 6, 6] = maps[1, 0, 6, 7] = 1.0
    cells = ComplexCells(5)
    first, second = cells(maps).flatten(1)
    assert torch.cosine_similarity(first, second, dim=0) > 0.8
    assert torch.cosine_similarity(*maps.flatten(1), dim=0) == 0
    assert ComplexCells(None)(1000 * maps).max() < 1
    assert ComplexCells(None)(maps)[0].item() == ComplexCells(None)(maps)[1].item()
