"""What people type is shown as they typed it, and does nothing else."""

from __future__ import annotations

import pytest

from cnnlab.errors import LabError, Problem
from cnnlab.runs import scores
from cnnlab.ui import metrics, text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("calm-heron", "calm-heron"),
        ("- list", "\\- list"),
        ("# title", "\\# title"),
        ("a\n\nb", "a b"),
        ("![x](http://e.com)", "\\!\\[x\\]\\(http\\:\\/\\/e\\.com\\)".replace("\\/", "/")),
        (":red[x] $y$ `z` <b>", "\\:red\\[x\\] \\$y\\$ \\`z\\` \\<b\\>"),
        ("www.example.com a@b.c", "www\\.example\\.com a\\@b\\.c"),
        ("1. one", "1\\. one"),
        (":material/home: :dog:", "\\:\N{WORD JOINER}material/home\\: \\:\N{WORD JOINER}dog\\:"),
        ("12:30", "12\\:30"),
        ("árbol 木 💥", "árbol 木 💥"),
        ("", ""),
    ],
)
def test_plain(typed: str, shown: str) -> None:
    assert text.plain(typed) == shown


def test_a_sentence_names_the_setting_and_escapes_its_values() -> None:
    problem = Problem("not_a_number", "training.learning_rate", {"value": "[x](y)"})
    assert text.sentence(problem).startswith("Learning rate: “\\[x\\]\\(y\\)” is not a number.")
    assert text.sentence(Problem("not_a_number", "some.field", {"value": "1"})).startswith("some\\.field: ")


def test_a_message_has_every_problem() -> None:
    problems = (Problem("not_a_boolean", "a", {"value": "b"}), Problem("not_a_boolean", "c", {"value": "d"}))
    said = text.message(LabError.from_problems(problems))
    assert "a: “b”" in said
    assert "c: “d”" in said


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("val_accuracy", "Validation accuracy"),
        ("test_f1_macro", "Test F1 (macro)"),
        ("train_box_loss", "Training box loss"),
        ("images_per_second", "Images per second"),
        ("validity", "Validity"),
    ],
)
def test_metrics_have_names(name: str, label: str) -> None:
    assert metrics.label(name) == label


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("val_accuracy", 0.9731, "97.3\N{NO-BREAK SPACE}%"),
        ("val_loss", 0.12345, "0.123"),
        ("test_mean_iou", 0.5, "0.500"),
        ("val_accuracy", None, "–"),
    ],
)
def test_metrics_have_formats(name: str, value: float | None, shown: str) -> None:
    assert metrics.formatted(name, value) == shown


@pytest.mark.parametrize(
    ("names", "headline"),
    [
        (["epoch", "train_loss", "val_loss", "val_accuracy"], "val_accuracy"),
        (["val_loss", "val_box_loss"], "val_loss"),
        (["train_loss"], None),
        ([], None),
    ],
)
def test_the_headline_is_the_first_validation_metric_that_is_no_loss(names: list[str], headline: str | None) -> None:
    assert scores.headline(names) == headline


def test_labels_are_made_distinct() -> None:
    labels = {"1": "faces", "2": "faces", "3": "faces (2)", "4": "faces"}
    found = text.distinct(labels)
    assert found["1"] == "faces"
    assert len(set(found.values())) == 4
