"""Registries: data files are read to list and to check; wrong options are named one by one."""

from __future__ import annotations

import pytest

from cnnlab.errors import ExperimentError, LabError
from cnnlab.i18n import LANGUAGES
from cnnlab.registry import PACKAGES, Option, checked, registry

WORDS = {"en": "x", "es": "x"}
OPTIONS = {
    "width": Option(type="int", default=8, minimum=1, maximum=64, label=WORDS, help=WORDS),
    "rate": Option(type="float", default=0.1, minimum=0, maximum=1, label=WORDS, help=WORDS),
    "norm": Option(type="bool", default=True, label=WORDS, help=WORDS),
    "kind": Option(type="choice", default="max", choices=("max", "average"), label=WORDS, help=WORDS),
    "hidden": Option(
        type="list",
        default=[16],
        maximum=3,
        label=WORDS,
        help=WORDS,
        items=Option(type="int", default=1, minimum=1, label=WORDS, help=WORDS),
    ),
}


def test_defaults_complete_what_is_not_given() -> None:
    assert checked(OPTIONS, {"width": 16}, "o") == {
        "width": 16, "rate": 0.1, "norm": True, "kind": "max", "hidden": [16],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"width": 0}, "too_small", "o.width"),
        ({"width": 10**9}, "too_large", "o.width"),
        ({"width": 1.5}, "not_a_whole_number", "o.width"),
        ({"width": True}, "not_a_whole_number", "o.width"),
        ({"rate": "fast"}, "not_a_number", "o.rate"),
        ({"rate": float("nan")}, "not_a_number", "o.rate"),
        ({"norm": "yes"}, "not_a_boolean", "o.norm"),
        ({"kind": "min"}, "not_a_choice", "o.kind"),
        ({"hidden": 3}, "not_a_list", "o.hidden"),
        ({"hidden": [1, 2, 3, 4]}, "list_length", "o.hidden"),
        ({"hidden": [4, 0]}, "too_small", "o.hidden[1]"),
        ({"colour": 1}, "unknown_option", "o.colour"),
    ],
)
def test_a_wrong_option_is_named(given: dict[str, object], code: str, field: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        checked(OPTIONS, given, "o")
    assert (caught.value.problem.code, caught.value.problem.field) == (code, field)
    assert all(field in caught.value.message(language) for language in LANGUAGES)


def test_every_wrong_option_is_reported_at_once() -> None:
    with pytest.raises(ExperimentError) as caught:
        checked(OPTIONS, {"width": 0, "kind": "min"}, "o")
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("kind", PACKAGES)
def test_each_entry_has_texts_in_both_languages_and_code(kind: str) -> None:
    entries = registry(kind)
    assert len(entries) > 0
    for name, entry in entries.items():
        for language in LANGUAGES:
            assert entry.text("title", language)
            assert entry.text("summary", language)
        for option in entry.options.values():
            assert all(option.label[language] and option.help[language] for language in LANGUAGES)
        assert checked(entry.options, {}, name) == entry.defaults(), "defaults hold to their own ranges"
        assert entries.module(name).__doc__


def test_an_unknown_name_suggests_near_ones() -> None:
    with pytest.raises(LabError, match="lenet5"):
        registry("architecture")["lenet"]


def test_the_limit_of_a_whole_number_is_one() -> None:
    with pytest.raises(ExperimentError) as caught:
        checked(OPTIONS, {"width": 0}, "o")
    assert str(caught.value.problem.params["limit"]) == "1"
