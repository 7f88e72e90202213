"""A dataset looked through for bias: what was planted is found, nothing where nothing was, results are kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnlab.data.load import Dataset, load
from cnnlab.data.splits import SplitIndex
from cnnlab.evaluation.bias import findings, report, words
from cnnlab.evaluation.bias.guess import Guess
from cnnlab.evaluation.bias.report import Bias
from cnnlab.evaluation.bias.sources import Identity
from cnnlab.evaluation.groups.grouping import Grouping
from cnnlab.experiment import DataSpec
from cnnlab.home import Home


def shapes(home: Home, **options: Any) -> Dataset:
    return load(DataSpec(dataset="shapes", options={"samples": 600, **options}), home)


def looked(home: Home, data: Dataset) -> Bias:
    return report.bias(data.prepared, data.split, home)


def test_a_texture_that_gives_the_class_away_comes_first_with_its_images(home: Home) -> None:
    data = shapes(home, variant="texture")
    found = looked(home, data)
    first = found.findings[0]
    assert (first.kind, first.source) == ("gives_away_strong", "texture")
    assert found.looked[0].v == pytest.approx(0.94, abs=0.06)
    labels = np.asarray(data.prepared.targets)[list(first.places)]
    assert [len(set(labels[part].tolist())) for part in (slice(4), slice(4, 8), slice(None))] == [1, 1, 2]
    assert set(first.places) <= set(data.split.train.tolist())
    assert any(one.kind == "absent" for one in found.findings)


def test_a_watermark_in_one_class_shows_at_the_border(home: Home) -> None:
    found = looked(home, shapes(home, variant="shortcut", cue_class="star"))
    first = found.findings[0]
    assert (first.kind, first.source, first.params["label"]) == ("gives_away_one", "border", "star")


def test_where_nothing_was_planted_nothing_stands_out_and_it_says_so(home: Home) -> None:
    found = looked(home, shapes(home))
    assert [one.kind for one in found.findings if one.weight > 0.15] == []
    assert "can't be seen" in " ".join(words.summary(Bias((), found.looked, found.images), "en"))


def test_results_are_read_and_a_damaged_file_is_found_anew(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    data = shapes(home, variant="texture")
    found = looked(home, data)
    (path,) = (home.cache / "bias").glob("*.json")
    path.write_text("{}")
    assert report.kept_bias(data.prepared, data.split, home) is None
    assert looked(home, data) == found
    monkeypatch.setattr(report, "sources", None)
    assert looked(home, data) == found


def split_of(train: list[int], test: list[int]) -> SplitIndex:
    return SplitIndex(np.array(train), np.array([], np.int64), np.array(test))


def test_groups_that_a_split_lacks_are_told() -> None:
    grouping = Grouping("site", "column", ("a", "b", "c"), np.array([0] * 40 + [1] * 40 + [2] * 20 + [0] * 60))
    split = split_of([*range(80)], [*range(80, 160)])
    found = findings.splits(grouping, split, report.by_split(split, grouping), 0.001)
    assert {one.kind: one.params["group"] for one in found if one.kind != "uneven_splits"} == {
        "only_tested": "c",
        "untested": "b",
    }
    (uneven,) = (one for one in found if one.kind == "uneven_splits")
    assert uneven.params["group"] == "b"
    assert findings.splits(grouping, split, report.by_split(split, grouping), 0.5)[-1].kind == "untested"


def test_who_is_in_training_and_in_test_is_told() -> None:
    found = findings.divided(Identity("patient", ["p1", "p1", "p2", "p3", "p2", ""]), split_of([0, 2, 5], [1, 3, 4]))
    assert found is not None
    assert (found.params["count"], found.params["images"], found.places) == (2, 2, (1, 4))
    assert findings.divided(Identity("patient", ["p1", "p2", "", ""]), split_of([0, 2], [1, 3])) is None


def test_classes_that_a_split_lacks_and_small_ones_are_told() -> None:
    labels = np.array([0] * 200 + [1] * 50 + [2] * 20 + [3] * 10 + [0] * 20 + [1] * 5 + [4] * 7)
    split = split_of([*range(280)], [*range(280, 312)])
    found = {one.kind: one.params for one in findings.classes(labels, split, ("a", "b", "c", "d", "e"))}
    assert found["class_untrained"]["label"] == "e"
    assert (found["class_untested"]["count"], found["class_untested"]["label"]) == (2, "c")
    assert (found["small_classes"]["count"], found["small_classes"]["label"]) == (2, "d")
    assert found["uneven_classes"]["factor"] == 20.0


def test_a_guess_that_chance_explains_is_not_told(home: Home) -> None:
    data = shapes(home, variant="texture")
    grouping = Grouping("odd", "pattern", ("a", "b"), np.arange(600) % 2)
    alone = report.of_grouping_alone(data.prepared, data.split, grouping)
    assert alone.findings == ()
    assert alone.looked[0].source == "odd"
    index = np.arange(40)
    blind = Guess(np.zeros(40, np.int64), 0.5, 0.4, 0.6, 0.5, 0.5, 2)
    source = report.of_grouping(grouping, index)
    assert findings.gives_away(source, blind, 0.5, 0.0, index, index % 2, ("a", "b")) is None


def test_light_and_colour_are_told_once() -> None:
    made = [
        findings.Finding("gives_away_some", w, s, "statistic", PARAMS) for w, s in ((0.2, "contrast"), (0.3, "colour"))
    ]
    made += [findings.Finding("gives_away_some", 0.1, "border", "statistic", PARAMS)]
    found = findings.together(made)
    assert [one.source for one in found] == ["colour", "border"]
    assert words.sentence(found[0], "en").endswith("So do, as well or less: Contrast.")
    assert findings.together(made[1:]) == made[1:]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_finding_has_a_sentence_and_a_cure(language: str) -> None:
    for kind in KINDS:
        for count in (1, 3):
            made = findings.Finding(kind, 0.5, "site", "column", {**PARAMS, "count": count})
            assert "{" not in words.sentence(made, language)
            assert "{" not in words.cure(made, language)
    for name in ("border", "brightness"):
        picture = findings.Finding("gives_away_some", 0.5, name, "statistic", PARAMS)
        assert words.cure(picture, language) != words.cure(findings.Finding("gives_away_some", 0.5), language)


KINDS = (
    "gives_away_strong",
    "gives_away_one",
    "gives_away_some",
    "gives_away_slight",
    "absent",
    "only_tested",
    "untested",
    "uneven_splits",
    "divided",
    "small_groups",
    "class_untrained",
    "class_untested",
    "small_classes",
    "uneven_classes",
)

PARAMS: dict[str, Any] = {
    **dict.fromkeys(("share", "low", "high", "chance", "recall", "others", "train", "validation", "test"), 0.5),
    "v": 0.4,
    "label": "x",
    "group": "g",
    "expected": 7.0,
    "cells": 9,
    "images": 5,
    "fewest": 30,
    "largest": "x",
    "smallest": "y",
    "factor": 3.5,
}
