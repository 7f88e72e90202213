"""The drawing of a network: where its boxes stand, what is written at them, what leads around them."""

from __future__ import annotations

import itertools

import pytest

from cnnlab.plots import diagram
from cnnlab.plots.diagram import Block
from cnnlab.plots.palette import DARK, LIGHT, Palette

LENET = (
    Block((1, 28, 28), "input", "Input"),
    Block((6, 28, 28), "convolution", "Convolution 5 × 5"),
    Block((6, 14, 14), "pooling", "Max pooling 2 × 2"),
    Block((16, 10, 10), "convolution", "Convolution 5 × 5", chosen=True),
    Block((120,), "linear", "Fully connected", details="Fully connected\n48 120 parameters"),
    Block((10,), "output", "Output"),
)


def written(blocks: tuple[Block, ...]) -> list[str]:
    return [note.text for note in diagram.figure(blocks, LIGHT, "en").layout.annotations]


def test_sizes_are_written_as_in_papers() -> None:
    assert diagram.size_label((32, 28, 28)) == "32@28×28"
    assert diagram.size_label((3, 24, 32)) == "3@24×32"
    assert diagram.size_label((120,)) == "120"


def test_boxes_stand_side_by_side_and_grow_with_what_they_hold() -> None:
    placed = diagram.boxes(LENET)
    for before, after in itertools.pairwise(placed):
        assert before.start + before.room < after.start
        assert before.right + before.depth < after.left
    image, first, pooled, second, numbers, output = placed
    assert image.height == first.height > pooled.height > second.height
    assert image.width < first.width == pooled.width < second.width
    assert numbers.depth == output.depth == 0
    assert numbers.height > output.height
    assert diagram.length(LENET) == pytest.approx(output.start + output.room)


def test_a_map_that_is_not_square_is_as_high_as_its_height() -> None:
    wide, high = diagram.boxes((Block((3, 16, 64), "input", "a"), Block((3, 64, 16), "input", "b")))
    assert wide.height < high.height
    assert wide.depth > high.depth


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_every_block_has_its_size_and_its_operation(colours: Palette) -> None:
    notes = [note.text for note in diagram.figure(LENET, colours, "es").layout.annotations]
    assert len(notes) == 2 * len(LENET)
    assert {"1@28×28", "6@14×14", "<b>16@10×10</b>", "120", "Output"} <= set(notes)
    assert "<b>Convolution 5 ×<br>5</b>" in notes


def test_what_people_wrote_is_text_and_not_markup() -> None:
    hostile = (Block((1, 8, 8), "input", "<b>x</b>", details="<a href='x'>\nsecond"),)
    assert "&lt;b&gt;x&lt;/b&gt;" in written(hostile)
    hover = diagram.figure(hostile, LIGHT, "en").data[-1].hovertext[0]
    assert "<a" not in hover
    assert hover.endswith("<br>second")


def test_a_long_operation_is_cut_and_its_details_are_whole() -> None:
    words = "one two three four five six seven eight nine ten eleven twelve thirteen"
    note = written((Block((1, 8, 8), "input", words),))[1]
    assert note.count("<br>") == 2
    assert note.endswith("…")
    assert diagram.figure((Block((1, 8, 8), "input", words),), LIGHT, "en").data[-1].hovertext[0] == words


def test_an_arc_leads_around_a_residual_block() -> None:
    plain = (*LENET[:2], Block((6, 28, 28), "convolution", "Convolution"))
    around = (*LENET[:2], Block((6, 28, 28), "residual", "Residual block", skip=1))
    heads = diagram.figure(around, LIGHT, "en").data[-2]
    assert list(heads.marker.symbol).count("triangle-down") == 1
    assert "triangle-down" not in list(diagram.figure(plain, LIGHT, "en").data[-2].marker.symbol)
    placed = diagram.boxes(around)
    lines = diagram.figure(around, LIGHT, "en").data[-3]
    highest = max(y for y in lines.y if y is not None)
    assert highest > placed[2].height / 2
    ends = [x for x, y in zip(lines.x, lines.y, strict=True) if y]
    assert ends[0] == pytest.approx(placed[1].left + placed[1].width / 2)
    assert ends[-1] == pytest.approx(placed[2].left + placed[2].width / 2)


def test_an_arc_never_begins_before_the_input() -> None:
    blocks = (LENET[0], Block((6, 28, 28), "residual", "Residual block", skip=9))
    assert diagram.figure(blocks, LIGHT, "en").data


def test_everything_fits_the_height() -> None:
    tall = tuple(Block((2**n, 224, 224), "residual", "a b c d e f g h i j k l m n o p q", skip=1) for n in range(12))
    drawing = diagram.figure(tall, LIGHT, "en")
    low, high = drawing.layout.yaxis.range
    assert high - low == diagram.height(tall) > diagram.height(LENET)
    assert all(low <= y <= high for trace in drawing.data for y in trace.y if y is not None)


def test_a_hundred_layers_are_a_few_traces() -> None:
    many = tuple(Block((8, 32, 32), ("convolution", "pooling")[n % 2], "x") for n in range(128))
    assert len(diagram.figure(many, LIGHT, "en").data) < 12


def test_no_network_at_all() -> None:
    assert diagram.length(()) == 0
    assert diagram.figure((), LIGHT, "en").layout.height == diagram.height(())
