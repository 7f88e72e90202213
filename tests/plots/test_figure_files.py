"""Charts as files: what a page shows is in them, as text that can be read, on white, the same every time."""

from __future__ import annotations

import io
import threading
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from cnnlab.evaluation.calibration import Bin
from cnnlab.plots import (
    class_curves,
    comparison,
    confidence,
    confusion,
    curves,
    more_data,
    reliability,
    robustness,
    score_intervals,
    space,
    tradeoff,
)
from cnnlab.plots.class_curves import Point
from cnnlab.plots.export import file
from cnnlab.plots.export.looks import number
from cnnlab.plots.palette import DARK, LIGHT, Palette, ink, shade
from tests.plots.test_palette import contrast

WORDS = comparison.Words("epoch", "", "")
NAMES = ["cat & <b>dog</b>", "$a_b$", "猫"]
COUNTS = np.array([[8, 1, 0], [2, 40, 1], [0, 0, 5]])


def matrix() -> Any:
    made = confusion.heatmap(COUNTS, NAMES, confusion.words_in("es"), LIGHT, as_rates=True, language="es")
    confusion.clickable(made, NAMES, range(3), "cell-0-0", LIGHT)
    return made


def of_class() -> Any:
    from cnnlab.evaluation.thresholds.curves import curves as found

    scores, positive = np.array([0.9, 0.8, 0.3, 0.1]), np.array([True, False, True, False])
    one = found(scores, positive, draws=0)
    assert one is not None
    words = class_curves.words_in("en")
    return class_curves.roc("dog", one, [one], Point(0.5, 0.5, 0.5, 0.5), words, LIGHT, "en")


def points(dimensions: int, values: bool = False) -> Any:
    at = np.random.default_rng(0).normal(size=(20, dimensions)).astype(np.float32)
    shares = np.linspace(0, 1, 20).astype(np.float32) if values else None
    series = [space.Series("cats", np.arange(20), LIGHT.accent, "square-open", shares)]
    titles = ["first", "second", "third"][:dimensions]
    return space.figure(at, np.arange(20), series, LIGHT, "en", titles=titles, hover=["here"] * 20)


def overlaid() -> Any:
    values: list[Any] = [(1, 2.0), (2, None), (3, 0.5)]
    lines = [comparison.Line(0, "first $run$", values, best=3), comparison.Line(0, "first $run$", values, raw=True)]
    return comparison.overlaid(lines, LIGHT, WORDS, log=True)


def parallel() -> Any:
    dimensions = [
        tradeoff.Dimension("optimizer", [0, 1], ["adamw", "sgd"]),
        tradeoff.Dimension("rate", [0.001, 0.1], log=True, flipped=True),
        tradeoff.Dimension("accuracy", [90.0, None]),
    ]
    return tradeoff.parallel(dimensions, ["a", "b"], LIGHT)


def learning() -> Any:
    records = [{"epoch": epoch, "train_loss": 1 / epoch, "val_loss": 2 / epoch} for epoch in (1, 2, 3)]
    words = curves.Words("train", "validation", "epoch", "best: 3")
    return curves.learning_curves(records, "loss", planned_epochs=3, best_epoch=3, words=words, palette=LIGHT)


DOTS = [tradeoff.Dot("a", 1.0, 90.0, 0), tradeoff.Dot("b", 10.0, 95.0, 1), tradeoff.Dot("other", 5.0, 80.0)]
INTERVALS = [
    score_intervals.Dot("group", 50.0, 45.0, 56.0, ""),
    score_intervals.Dot("edges", 40.0, None, None, "", True),
]
BINS = (Bin(0.4, 0.6, 10, 0.5, 0.4), Bin(0.8, 1.0, 30, 0.93, 0.9))
LINES = [robustness.Line("noise", [0.9, 0.5], [0.8, 0.4], [0.95, 0.6]), robustness.Line("blur", [0.9, 0.8])]
MADE = {
    "matrix": (matrix, ["cat & <b>dog</b>", "$a_b$", "猫", "89 %"]),
    "reliability": (lambda: reliability.reliability(BINS, reliability.words_in("es"), LIGHT, "es"), ["tan segura"]),
    "confidence": (lambda: confidence.confidence([0, 5], [1, 2], confidence.words_in("en"), LIGHT, "en"), ["wrong"]),
    "roc": (of_class, ["dog", "False alarms"]),
    "robustness": (lambda: robustness.curves(LINES, robustness.curve_words("en"), LIGHT, "en"), ["noise", "blur"]),
    "moves": (lambda: robustness.moves(np.eye(5), (1, 1), robustness.move_words("en"), LIGHT, "en"), ["100 %"]),
    "intervals": (lambda: score_intervals.figure(INTERVALS, "accuracy (%)", LIGHT, "en"), ["group", "edges"]),
    "flat": (lambda: points(2), ["cats", "second"]),
    "solid": (lambda: points(3), ["cats", "third"]),
    "shades": (lambda: points(2, values=True), ["cats", "100"]),
    "overlaid": (overlaid, ["first $run$", "epoch"]),
    "learning": (learning, ["best: 3", "validation"]),
    "scatter": (lambda: tradeoff.scatter(DOTS, [(1, 90), (10, 95)], ("x", "y"), "front", LIGHT), ["a", "b", "front"]),
    "parallel": (parallel, ["adamw", "sgd", "optimizer", "0.001"]),
}


def shown(content: bytes) -> list[str]:
    """The texts of an SVG."""
    root = ElementTree.fromstring(content)  # noqa: S314  # our own
    return ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("name", MADE)
def test_a_chart_is_drawn_with_its_words(name: str) -> None:
    make, words = MADE[name]
    language = "es" if name in ("matrix", "reliability") else "en"
    content = file.drawn(make(), "svg", language, title="Of <this> & that")
    texts = shown(content)
    assert "Of <this> & that" in texts
    for word in words:
        assert any(word in " ".join(text.split()) for text in texts), (word, texts)
    assert content == file.drawn(make(), "svg", language, title="Of <this> & that")


@pytest.mark.parametrize("name", MADE)
def test_a_picture_is_on_white_and_sharp(name: str) -> None:
    with Image.open(io.BytesIO(file.drawn(MADE[name][0](), "png", "en"))) as picture:
        assert picture.width >= 600
        corner = picture.convert("RGB").getpixel((1, 1))
        assert corner == (255, 255, 255)
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 20


def test_names_that_mean_harm_are_a_file_that_can_be_read() -> None:
    hostile = ["a\x00\x1b[31m", "\udcff]]>", "\u202e<script>alert(1)</script>" * 3]
    made = confusion.heatmap(COUNTS, hostile, confusion.words_in("en"), LIGHT, as_rates=False, language="en")
    content = file.drawn(made, "svg", "en", title=hostile[0] + hostile[1])
    root = ElementTree.fromstring(content)  # noqa: S314  # our own
    assert not [one for one in root.iter() if one.tag.endswith("script")]
    assert file.drawn(made, "png", "en", title=hostile[1])
    names = [("&amp; <br> $x$", "\x07")] * 2
    option = comparison.overlaid([comparison.Line(0, a + b, [(1, 1.0)]) for a, b in names], LIGHT, WORDS)
    assert shown(file.drawn(option, "svg", "en"))


def test_what_is_there_to_be_clicked_is_not_drawn() -> None:
    plain = confusion.heatmap(COUNTS, NAMES, confusion.words_in("es"), LIGHT, as_rates=True, language="es")
    assert file.drawn(plain, "svg", "es") == file.drawn(matrix(), "svg", "es")


def test_a_smoothed_line_and_what_it_is_made_from_are_one_entry_of_the_legend() -> None:
    assert shown(file.drawn(overlaid(), "svg", "en")).count("first $run$") == 1


def test_empty_charts_are_files_too() -> None:
    assert file.drawn(comparison.overlaid([], LIGHT, WORDS), "svg", "en")
    assert file.drawn(tradeoff.parallel([tradeoff.Dimension("a", [])], [], LIGHT), "png", "en")
    assert file.drawn(more_data.by_size([], None, more_data.words_in("en"), LIGHT, "en"), "svg", "en")


def test_sessions_draw_at_once() -> None:
    whole = file.drawn(matrix(), "svg", "es")
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(file.drawn(matrix(), "svg", "es"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [whole] * 4


@pytest.mark.parametrize(
    ("value", "said", "en_espanol"),
    [(0.5, "0.5", "0,5"), (-2, "−2", "−2"), (1500.0, "1500", "1500"), (2.5e7, "2.5e7", "2,5e7"), (0, "0", "0")],
)
def test_ticks_are_written_as_the_reader_writes(value: float, said: str, en_espanol: str) -> None:
    assert (number(value, "en"), number(value, "es")) == (said, en_espanol)


def hexadecimal(ground: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in ground)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_every_number_of_a_matrix_stands_out_from_its_cell(colours: Palette) -> None:
    for share in np.linspace(0, 1, 101):
        ground = shade(colours.sequential, share)
        assert contrast(hexadecimal(ground), ink(ground)) >= 4.5
    made = confusion.heatmap(COUNTS, NAMES, confusion.words_in("en"), colours, as_rates=False, language="en")
    numbers = next(trace for trace in made.data if trace.type == "scatter")
    assert list(numbers.text) == ["8", "1", "2", "40", "1", "5"]
    shares = [8 / 9, 1 / 9, 2 / 43, 40 / 43, 1 / 43, 1.0]
    for share, colour in zip(shares, numbers.textfont.color, strict=True):
        assert contrast(hexadecimal(shade(colours.sequential, share)), colour) >= 4.5
