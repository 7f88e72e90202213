"""What is said below a map: for which class, and what the method says of it."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.explain.display import Scale
from cnnlab.explain.explain import Explanation
from cnnlab.explain.several import Cell
from cnnlab.explain.words import cell_line, scale_ends

NAMES = ("circle", "square")


def line(method: str, language: str, notes: dict[str, float]) -> str:
    found = Explanation(np.zeros((2, 2), np.float32), method, None, 1, 0, (0.7, 0.3), notes)
    return cell_line(Cell(method, 1, found), NAMES, language)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The same for every class"), ("es", "Igual para todas las clases")]
)
def test_a_map_that_is_the_same_for_every_class_is_not_said_to_be_for_one(language: str, words: str) -> None:
    assert line("attention_rollout", language, {}) == words
    assert "square" in line("saliency", language, {})


@pytest.mark.parametrize(
    ("language", "words"), [("en", "the linear model explains 91.25"), ("es", "el modelo lineal explica el 91,25")]
)
def test_lime_says_how_well_its_model_fits(language: str, words: str) -> None:
    assert words in line("lime", language, {"fit": 0.9125})


@pytest.mark.parametrize(("language", "most"), [("en", "0.68"), ("es", "0,68")])
def test_the_ends_of_the_colours_are_written_as_the_reader_writes_numbers(language: str, most: str) -> None:
    assert scale_ends(Scale(0.678, diverging=True), language) == (f"\N{MINUS SIGN}{most}", most)
    assert scale_ends(Scale(0.678, diverging=False), language) == ("0", most)
