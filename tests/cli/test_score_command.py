"""``score`` on a run that was really trained."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.commands import LANGUAGES, command, said

needs_run = pytest.mark.slow  # each needs the trained run


@needs_run
def test_score_grades_methods_beside_two_controls(run: str, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    asked = (
        "score",
        run,
        "--methods",
        "saliency,grad_cam",
        "--images",
        6,
        "--sort",
        "deletion",
        "--out",
        out,
        "--json",
    )
    done = command(*asked)
    assert (done.status, done.err) == (0, "")
    values = done.values
    assert len(values["images"]) == 6
    lines = values["methods"]
    assert {line["method"] for line in lines} == {"saliency", "grad_cam", "random", "edges"}
    means = [line["scores"]["deletion"]["mean"] for line in lines]
    assert means == sorted(means)
    for line in lines:
        found = line["scores"]["insertion"]
        assert found["low"] <= found["mean"] <= found["high"]
        assert found["count"] == 6
        assert line["scores"]["pointing_game"]["mean"] is None
        assert line["control"] == ("beats_random" not in line)
        assert line["control"] or line["beats_random"]["of"] == 5
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["method"] for row in rows] == [line["method"] for line in lines]
    assert command(*asked).values == values, "one command makes the same table again"
    assert command("explain", *asked).values == values


@needs_run
def test_the_table_speaks_the_readers_language(run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for language, words in (
        ("en", ("Deletion area ↓", "Random map", "Edges of the image", "bootstrap")),
        ("es", ("Área de borrado ↓", "Mapa aleatorio", "Bordes de la imagen", "bootstrap")),
    ):
        monkeypatch.setenv("CNNLAB_LANGUAGE", language)
        out = tmp_path / "scores.json"
        done = command("score", run, "--methods", "saliency", "--images", 2, "--pick", "right", "--out", out)
        assert (done.status, done.err) == (0, "")
        for word in words:
            assert word in done.out
        assert json.loads(out.read_text("utf-8"))["pick"] == "right"


@needs_run
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("--methods", "salience"), ("salience", "saliency")),
        (("--images", "0"), ("--images", "0", "1")),
        (("--pick", "best"), ("--pick", "best", "mistakes")),
        (("--true-class", "owl"), ("--true-class", "owl")),
        (("--set", "abs=false"), ("--set", "abs")),
        (("--methods", "saliency", "--set", "saliency.abs=2"), ("saliency.abs", "2")),
        (("--methods", "saliency", "--layer", "conv2"), ("--layer", "conv2", "saliency")),
        (("--methods", "grad_cam", "--layer", "conv9"), ("--layer", "conv9")),
        (("--methods", "attention_rollout"), ("--method", "attention_rollout")),
    ],
)
def test_what_can_not_be_scored_is_said_in_one_line(
    run: str, arguments: tuple[str, ...], parts: tuple[str, ...], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    done = command("score", run, *arguments)
    assert (done.status, done.out) == (2, "")
    assert len(done.err.strip().splitlines()) == 1, done.err
    for part in parts:
        assert part in done.err


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("--out", "scores.xlsx"), ("--out", "scores.xlsx")),
        (("--sort", "delete"), ("--sort", "delete", "deletion")),
        ((), ("a" * 32,)),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_loaded(
    arguments: tuple[str, ...], parts: tuple[str, ...], language: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    monkeypatch.setenv("CNNLAB_HOME", str(tmp_path / "home"))
    done = command("score", "a" * 32, *arguments)
    assert (done.status, done.out) == (2, "")
    for part in parts:
        assert part in done.err
    said(command("score", "a" * 32, "--out", "x.txt"), "--out", language=language)
