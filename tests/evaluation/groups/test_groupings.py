"""Where groups come from: columns, patterns, tables, pixels; and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.errors import LabError
from cnnlab.evaluation.groups import grouping, statistics
from cnnlab.evaluation.groups.patterns import matches

FILES = ["north/cat_1.png", "north/dog_2.png", "south/cat_3.png", "odd.png"]


def test_a_pattern_names_the_group() -> None:
    found = grouping.of_pattern(FILES, r"^([a-z]+)/")
    assert found.groups == ("north", "south")
    assert found.codes.tolist() == [0, 0, 1, -1]


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("(", "pattern_wrong"),
        ("a" * 400, "pattern_wrong"),
        ("[a-z]+", "pattern_without_group"),
        ("(west)", "pattern_finds_nothing"),
    ],
)
def test_a_pattern_that_is_of_no_use_is_refused(pattern: str, code: str) -> None:
    with pytest.raises(LabError) as refused:
        grouping.of_pattern(FILES, pattern)
    assert refused.value.problem.code == code


def test_a_pattern_that_never_ends_is_ended() -> None:
    with pytest.raises(LabError) as refused:
        matches(r"^(a+)+$", ["a" * 40 + "!"], seconds=0.5)
    assert refused.value.problem.code == "pattern_slow"


@pytest.mark.parametrize("key", ["file", "index"])
def test_a_table_names_samples_by_file_or_index(key: str) -> None:
    names = FILES if key == "file" else [str(i) for i in range(4)]
    rows = [f"{names[0]},x", "", f"{names[2]},y"]
    found = grouping.of_table(FILES, "\n".join([f"{key},site", *rows]).encode(), "table.csv")
    assert (found.name, found.groups, found.codes.tolist()) == ("site", ("x", "y"), [0, -1, 1, -1])
    turned = grouping.of_table(FILES, f"site,{key}\nx,{names[1]}".encode(), "table.csv")
    assert turned.codes.tolist() == [-1, 0, -1, -1]


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [
        ("a,b\n1,2", "groups_table_header", None),
        ("", "groups_table_header", None),
        ("file,site", "groups_table_empty", None),
        ("file,site\nodd.png,x\nodd.png", "groups_table_row", 3),
        ("file,site\nodd.png,", "groups_table_row", 2),
        ("file,site\neven.png,x", "groups_table_unknown", 2),
        ("index,site\n4,x", "groups_table_unknown", 2),
        ("file,site\nodd.png,x\nodd.png,y", "groups_table_twice", 3),
    ],
)
def test_a_wrong_table_is_refused_with_its_row(text: str, code: str, row: int | None) -> None:
    with pytest.raises(LabError) as refused:
        grouping.of_table(FILES, text.encode(), "table.csv")
    assert refused.value.problem.code == code
    assert refused.value.problem.params.get("row") == row


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(LabError) as refused:
        grouping.of_table(FILES, b"\xff\xfe\x00\x81", "table.csv")
    assert refused.value.problem.code == "groups_table_text"


def test_quarters_hold_about_as_many_each() -> None:
    values = np.random.default_rng(0).normal(size=1001)
    found = grouping.quarters("brightness", "statistic", values)
    assert len(found.groups) == 4
    assert set(np.bincount(found.codes)) <= {250, 251}
    assert all(values[found.codes == k].max() <= values[found.codes == k + 1].min() for k in range(3))
    assert len(grouping.quarters("width", "column", np.full(9, 32.0)).groups) == 1


def test_statistics_of_images_that_are_known() -> None:
    grey = np.zeros((2, 4, 4, 1), np.uint8)
    grey[1, :, 2:] = 255  # half black, half white
    assert statistics.of_images(grey, "brightness") == pytest.approx([0, 0.5])
    assert statistics.of_images(grey, "contrast") == pytest.approx([0, 0.5])
    assert statistics.of_images(grey, "sharpness") == pytest.approx([0, (1 / 3) / 2])
    red = np.zeros((1, 2, 2, 3), np.uint8)
    red[..., 0] = 200
    assert statistics.of_images(red, "saturation") == pytest.approx([1.0])
    assert statistics.of_images(np.full_like(red, 90), "saturation") == pytest.approx([0.0])
    assert "saturation" not in statistics.offered(1)
