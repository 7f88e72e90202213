"""``explain`` on a run that was really trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnlab.registry import registry
from tests.cli.commands import LANGUAGES, command, said

pytestmark = pytest.mark.slow  # each needs the trained run


def test_explain_draws_an_image_of_the_test_split(run: str, tmp_path: Path) -> None:
    out, array = tmp_path / "panel.png", tmp_path / "map.npy"
    done = command("explain", run, "--index", 5, "--out", out, "--array", array, "--json")
    assert (done.status, done.err) == (0, "")
    values = done.values
    assert set(values) == {
        "run_id", "index", "split", "method", "layer", "target", "predicted", "probabilities", "out", "array",
        "scorecard", "decided", "temperature", "threshold",
    }  # fmt: skip
    assert (values["index"], values["split"]) == (5, "test")
    assert (values["decided"], values["temperature"], values["threshold"]) == (values["predicted"], None, None)
    assert (values["run_id"], values["method"], values["layer"]) == (run, "grad_cam", "body.conv2")
    assert values["target"] == values["predicted"]
    card = values["scorecard"]
    assert set(card) == set(registry("score"))
    assert all(set(mark) == {"value", "random", "edge"} for mark in card.values())
    assert 0 <= card["deletion"]["value"] <= 1
    assert card["sensitivity"]["random"] is card["pointing_game"]["value"] is None
    assert sorted(values["probabilities"]) == [str(label) for label in range(10)]
    assert sum(values["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert max(values["probabilities"], key=values["probabilities"].get) == values["predicted"]
    stored = np.load(array, allow_pickle=False)
    assert stored.shape == (28, 28)
    assert stored.dtype == np.float32
    with Image.open(out) as image:
        assert image.format == "PNG"
        assert image.width > 3 * image.height


def test_one_map_is_graded_and_several_are_on_request(run: str, tmp_path: Path) -> None:
    """The numbers, in the report too, and one sentence for who reads them in a terminal."""
    start = ("explain", run, "--index", 5, "--out", tmp_path / "panel.png")
    assert "Better than a random map in" in command(*start).out
    assert command(*start, "--no-scorecard", "--json").values["scorecard"] is None
    several = (*start, "--method", "grad_cam,saliency")
    rows = command(*several, "--json").values["explanations"]
    assert [row["scorecard"] for row in rows] == [None, None]
    report = tmp_path / "report.html"
    rows = command(*several, "--scorecard", "--report", report, "--json").values["explanations"]
    assert [row["scorecard"]["deletion"]["random"] for row in rows] == [rows[0]["scorecard"]["deletion"]["random"]] * 2
    text = report.read_text("utf-8")
    assert "Deletion area" in text
    assert "Edges of the image" in text


def test_index_counts_in_the_test_split(run: str, trained: dict[str, Any], tmp_path: Path) -> None:
    """Over some images of the split, what ``explain`` predicts is what ``evaluate`` stored for them."""
    import pandas as pd

    folder = Path(command("show", run, "--json").values["folder"])
    stored = pd.read_parquet(folder / "predictions" / "test.parquet")
    names = []
    for index in (0, 1, 70, len(stored) - 1):
        done = command("explain", run, "--index", index, "--out", tmp_path / "panel.png", "--json")
        names.append(done.values["predicted"])
        expected = np.asarray(stored["probabilities"].iloc[index])
        assert list(done.values["probabilities"].values()) == pytest.approx(expected.tolist(), abs=1e-4)
    assert len(set(names)) > 1


def test_pick_takes_an_image_by_how_the_network_did(run: str, tmp_path: Path) -> None:
    out = tmp_path / "panel.png"
    first = command("explain", run, "--pick", "mistakes", "--out", out, "--json")
    assert first.status == 0, first.err
    again = command("explain", run, "--index", first.values["index"], "--out", out, "--json")
    assert again.values["predicted"] == first.values["predicted"]
    assert (
        command("explain", run, "--pick", "mistakes", "--place", 1, "--out", out, "--json").values["index"]
        != (first.values["index"])
    )
    seven = command("explain", run, "--pick", "any", "--true-class", "7", "--place", 1, "--out", out, "--json")
    everything = command("explain", run, "--pick", "any", "--place", 1, "--out", out, "--json")
    assert seven.values["index"] > everything.values["index"] == 1
    said(command("explain", run, "--pick", "any", "--true-class", "owl", "--out", out), "--true-class", "owl")
    said(command("explain", run, "--pick", "best", "--out", out), "--pick", "best", "mistakes")
    assert command("explain", run, "--pick", "right", "--place", 10_000, "--out", out).status == 2
    assert command("explain", run, "--index", 0, "--opacity", 2, "--out", out).status == 2
    assert command("explain", run, "--index", 0, "--true-class", 3, "--out", out).status == 2


def test_explain_takes_an_image_file(run: str, digit_files: list[Path], tmp_path: Path) -> None:
    predicted = command("predict", run, digit_files[6], "--json").values["predictions"][0]
    out = tmp_path / "panel.png"
    done = command("explain", run, "--image", digit_files[6], "--method", "saliency", "--out", out, "--json")
    assert done.status == 0
    assert (done.values["method"], done.values["layer"]) == ("saliency", None)
    assert done.values["predicted"] == predicted["label"]
    assert done.values["probabilities"][predicted["label"]] == pytest.approx(predicted["probability"], abs=1e-5)
    assert out.is_file()


def test_target_layer_and_options_change_the_map(run: str, digit_files: list[Path], tmp_path: Path) -> None:
    def explained(*arguments: object) -> tuple[dict[str, Any], np.ndarray]:
        array = tmp_path / "map.npy"
        start = ("explain", run, "--image", digit_files[6], "--out", tmp_path / "p.png", "--array", array, "--json")
        done = command(*start, *arguments)
        assert done.status == 0, done.err
        return done.values, np.load(array, allow_pickle=False)

    values, three = explained("--target", "3")
    assert values["target"] == "3"
    assert values["predicted"] == explained()[0]["predicted"]
    assert np.abs(three - explained("--target", "8")[1]).max() > 1e-3
    values, early = explained("--target", "3", "--layer", "conv1")
    assert values["layer"] == "body.conv1"
    assert np.abs(three - early).max() > 1e-3
    assert (three < 0).any()
    assert (explained("--target", "3", "--set", "relu_attributions=true")[1] >= 0).all()


def test_explain_speaks_the_readers_language(run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "panel.png"
    for language, words in (("en", "shows what speaks for “3”"), ("es", "muestra qué habla a favor de «3»")):
        monkeypatch.setenv("CNNLAB_LANGUAGE", language)
        assert words in command("explain", run, "--index", 0, "--target", 3, "--out", out).out


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("--index", "0", "--target", "eleven"), ("--target", "eleven", "0, 1, 2")),
        (("--index", "0", "--target", "10"), ("--target", "10", "0, 1, 2")),
        (("--index", "0", "--target", "-1"), ("--target",)),
        (("--index", "0", "--method", "grad_cm"), ("--method", "grad_cm", "grad_cam")),
        (("--index", "0", "--layer", "conv9"), ("--layer", "conv9", "body.conv1", "body.conv2")),
        (("--index", "0", "--layer", "dense1"), ("--layer", "dense1", "body.conv2")),
        (("--index", "0", "--method", "saliency", "--layer", "conv2"), ("--layer", "conv2", "saliency")),
        (("--index", "0", "--method", "saliency", "--set", "abs=perhaps"), ("saliency.abs", "perhaps", "true")),
        (("--index", "0", "--set", "relu=true"), ("grad_cam.relu", "relu_attributions")),
        (("--index", "100000"), ("--index", "100000")),
        (("--index", "-1"), ("--index", "-1", "0")),
        (("--image", "absent.png"), ("absent.png",)),
    ],
)
def test_what_can_not_be_explained_is_said_in_one_line(
    run: str,
    tmp_path: Path,
    arguments: tuple[str, ...],
    parts: tuple[str, ...],
    language: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    out = tmp_path / "panel.png"
    done = command("explain", run, *arguments, "--out", out)
    assert done.status == 2
    assert done.out == ""
    assert len(done.err.strip().splitlines()) == 1, done.err
    for part in parts:
        assert part in done.err
    assert not out.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_say_the_same_thing_in_their_own_words(
    run: str, tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    words = {
        "en": ("there is no class “eleven”", "there is no explanation method “occlusio”", "has no layer “conv9”"),
        "es": ("no existe la clase «eleven»", "no existe el método de explicación «occlusio»", "ninguna capa «conv9»"),
    }
    asked = (("--target", "eleven"), ("--method", "occlusio"), ("--layer", "conv9"))
    for arguments, expected in zip(asked, words[language], strict=True):
        done = command("explain", run, "--index", 0, *arguments, "--out", tmp_path / "panel.png")
        said(done, expected, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_that_can_not_be_written_are_named(
    run: str, tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    absent, out = tmp_path / "absent" / "x", tmp_path / "panel.png"
    said(command("explain", run, "--index", 0, "--out", absent), "--out", str(absent), language=language)
    done = command("explain", run, "--index", 0, "--out", out, "--array", absent)
    said(done, "--array", str(absent), language=language)


@pytest.mark.parametrize(("language", "words"), [("en", "is needed"), ("es", "hace falta uno de")])
def test_an_image_or_an_index_is_needed(
    run: str, tmp_path: Path, language: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    done = command("explain", run, "--out", tmp_path / "panel.png")
    assert done.status == 2
    assert "--image" in done.err
    assert "--index" in done.err
    assert len(done.err.strip().splitlines()) == 1
