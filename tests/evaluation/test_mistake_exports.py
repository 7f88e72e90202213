"""What to do next by its rules; cards as a table and as a page, whatever the names and notes hold."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

import numpy as np
import pytest

from cnnlab.evaluation import mistake_words as words
from cnnlab.evaluation.advice import KINDS, advice
from cnnlab.evaluation.close_up import ClassMap, CloseUp, Neighbour
from cnnlab.evaluation.judged import Judged
from cnnlab.evaluation.mistakes import card_of, cards
from cnnlab.evaluation.mistakes_csv import HEADER, csv_text
from cnnlab.evaluation.mistakes_report import Head, html_report
from cnnlab.explain.display import scale_of
from cnnlab.explain.explain import Explanation
from cnnlab.runs.reviews import Review
from tests.evaluation.judging import judged

LANGUAGES = ("en", "es")
SCRIPT = "<script>alert('1')</script><img src=x onerror=alert(2)>"
HOSTILE = (SCRIPT, "\u202egnp.exe", '=HYPERLINK("http://x")', "ñ" * 255, "{x} %s `*_[]()'\"&amp;")


def rows_of(mistakes: list[tuple[int, int, float]], hits: int, classes: int) -> Judged:
    """``mistakes``: (true, predicted, confidence); and ``hits`` of each class, each with 0.97."""
    rows = [(true, _shares(classes, predicted, confidence)) for true, predicted, confidence in mistakes]
    rows += [(number, _shares(classes, number, 0.97)) for number in range(classes) for _ in range(hits)]
    return judged(tuple(rows), tuple(f"c{number}" for number in range(classes)))


def _shares(classes: int, best: int, confidence: float) -> tuple[float, ...]:
    rest = (1 - confidence) / (classes - 1)
    return tuple(confidence if number == best else rest for number in range(classes))


@pytest.mark.parametrize(
    ("mistakes", "kinds"),
    [
        ([], ["none"]),
        ([(0, 1, 0.99), (2, 3, 0.5)], ["labels"]),
        ([(0, 1, 0.99), (0, 2, 0.99), (2, 3, 0.99)], ["weak", "sure"]),
        ([(0, 1, 0.7), (0, 1, 0.7), (0, 1, 0.7), (2, 3, 0.7)], ["pair", "class"]),
        ([(0, 1, 0.7), (0, 2, 0.7), (0, 3, 0.7), (2, 3, 0.7)], ["class"]),
        ([(0, 1, 0.5), (2, 3, 0.5)], ["close"]),
        ([(0, 1, 0.7), (2, 3, 0.7)], ["spread"]),
    ],
)
def test_what_to_do_next(mistakes: list[tuple[int, int, float]], kinds: list[str]) -> None:
    found = advice(rows_of(mistakes, 4, 5))
    assert [one.kind for one in found] == kinds
    assert set(kinds) <= set(KINDS)
    for language in LANGUAGES:
        for one in found:
            assert "{" not in words.advice_words(one, ["c0", "c1", "c2", "c3", "c4"], language)


def test_the_pair_is_named() -> None:
    (said, _) = advice(rows_of([(0, 1, 0.7)] * 3 + [(2, 3, 0.7)], 4, 5))
    assert (said.count, said.total, said.true_class, said.predicted_class) == (3, 4, 0, 1)
    assert "3 of the 4 mistakes take cat for dog" in words.advice_words(said, ["cat", "dog", "", "", ""], "en")


def test_a_network_that_is_sure_of_its_mistakes() -> None:
    found = judged(((0, (0.05, 0.95)), (0, (0.98, 0.02)), (1, (0.01, 0.99))), ("a", "b"))
    assert [one.kind for one in advice(found)] == ["sure"]


def test_roles_of_the_classes_once_each() -> None:
    first, second = card_of(judged(), 2), card_of(judged(), 5)
    assert [role for role, _, _ in words.rows(first, ["a", "b", "c"], "en")] == ["predicted", "true, runner-up"]
    assert [name for _, name, _ in words.rows(second, ["a", "b", "c"], "en")] == ["a", "b", "c"]
    assert words.role_of(first, 0, "es") == "real, segunda"


def test_the_table_holds_everything_and_runs_nothing() -> None:
    found = judged(names=HOSTILE[:3])
    reviews = {2: Review("label_wrong", "=1+1\nsecond line", 1_700_000_000.0)}
    rows = list(csv.DictReader(io.StringIO(csv_text(cards(found, "mistakes"), found.names, reviews), newline="")))
    assert tuple(rows[0]) == HEADER
    assert [row["index"] for row in rows] == ["2", "3", "5"]
    assert (rows[0]["state"], rows[0]["note"]) == ("label_wrong", "'=1+1\nsecond line")
    assert rows[0]["reviewed"] == "2023-11-14T22:13:20+00:00"
    assert rows[0]["true"] == SCRIPT
    assert rows[2]["runner_up"] == '\'=HYPERLINK("http://x")'
    assert float(rows[0]["p_predicted"]) == pytest.approx(0.95)
    assert (rows[0]["suspected"], rows[2]["control_of"]) == ("1", "")
    (control, *_) = csv.DictReader(io.StringIO(csv_text(cards(found, "controls"), found.names, {})))
    assert control["control_of"] == "2"


def looked_at(found: Judged, index: int, file: str) -> CloseUp:
    card = card_of(found, index)
    picture = np.zeros((4, 4, 3), np.uint8)
    maps = [np.full((4, 4), value, np.float32) for value in (1.0, -0.5)]
    scale = scale_of(maps)
    explained = [
        ClassMap(target, Explanation(values, "grad_cam", "body.x", target, 1, (0.5, 0.5)), picture)
        for target, values in zip(card.classes, maps, strict=False)
    ]
    near = {card.label: (Neighbour(0, file, card.label, 0.9, picture),)}
    return CloseUp(card, picture, "grad_cam", tuple(explained), scale, (), near)


class Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.said += data


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_and_inert(language: str) -> None:
    found = judged(names=HOSTILE[:3])
    looked = [looked_at(found, index, HOSTILE[4]) for index in (2, 5)]
    reviews = {5: Review("ambiguous", f"{SCRIPT}\u202e{HOSTILE[3]}", 0.0)}
    head = Head(SCRIPT, "labels", 9, 2, advice(found), f"python -m cnnlab mistakes {SCRIPT}")
    text = html_report(head, looked, found.names, reviews, language)
    read = Reading()
    read.feed(text)
    assert "script" not in read.tags
    assert not any(name.startswith("on") for name, _ in read.attributes)
    sources = [value or "" for name, value in read.attributes if name in ("src", "href")]
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "http" not in text.replace("http://x", "")
    assert read.tags.count("section") == 2
    assert SCRIPT in read.said
    assert HOSTILE[3] in read.said
    assert f'lang="{language}"' in text.replace("'", '"')
    assert read.tags.count("bdi") >= 10
