"""``evaluate``, ``predict`` and ``explain`` on a run that was really trained."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from cnnlab.cli import main

pytestmark = pytest.mark.slow  # each needs the trained run

LANGUAGES = ("en", "es")
CURES = {
    "en": ("Use", "There are", "known", "Leave it out", "Choose", "Check", "Open it", "one of"),
    "es": ("Use", "Las que hay", "conocidos", "Quítela", "Elija", "Revise", "Ábrala", "una de estas"),
}


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def values(self) -> dict[str, Any]:
        """The JSON object of the last line."""
        return json.loads(self.out.strip().splitlines()[-1])


def command(*arguments: object) -> Done:
    """One command in this process; what argparse refuses counts as its exit status."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = int(ended.code or 0)
    return Done(status, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, _mlflow_template: Path) -> Iterator[dict[str, Any]]:
    """Two epochs of LeNet-5 on the digits: what ``train --json`` printed."""
    home = tmp_path_factory.mktemp("use") / "home"
    (home / "mlflow").mkdir(parents=True)
    shutil.copyfile(_mlflow_template, home / "mlflow" / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLAB_HOME", str(home))
        patch.setenv("CNNLAB_LANGUAGE", "en")
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        settings = ("training.epochs=2", "training.threads=1", "training.device=cpu", "data.image_size=28")
        chosen = [part for setting in settings for part in ("--set", setting)]
        done = command("train", "--dataset", "digits", "--architecture", "lenet5", "--seed", 0, *chosen, "--json")
        assert done.status == 0, done.err
        yield done.values


@pytest.fixture
def run(trained: dict[str, Any]) -> str:
    return str(trained["run_id"])


@pytest.fixture
def digit_files(tmp_path: Path) -> list[Path]:
    """Ten digits as PNG, of the classes 0 to 9."""
    digits = load_digits()
    paths = []
    for label in range(10):
        pixels = np.rint(digits.images[label] * 255 / 16).astype(np.uint8)
        assert digits.target[label] == label
        paths.append(tmp_path / f"digit{label}.png")
        Image.fromarray(pixels).save(paths[-1])
    return paths


def said(done: Done, *parts: str, language: str = "en") -> None:
    """Status 2, and one line with the field, the value and a cure."""
    assert done.status == 2
    assert done.out == ""
    lines = done.err.strip().splitlines()
    assert len(lines) == 1, done.err
    assert lines[0].startswith("cnnlab: ")
    for part in parts:
        assert part in lines[0]
    assert any(cure in lines[0] for cure in CURES[language]), lines[0]


# evaluate


def test_evaluate_gives_what_training_measured(run: str, trained: dict[str, Any]) -> None:
    done = command("evaluate", run, "--json")
    assert done.status == 0
    assert done.values == {"run_id": run, "test": trained["test"]}
    assert 0.5 < trained["test"]["accuracy"] <= 1
    text = command("evaluate", run)
    assert f"test_accuracy: {trained['test']['accuracy']:.4f}" in text.out.splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "arguments", [("evaluate",), ("predict", "x.png"), ("explain", "--index", "0", "--out", "x.png")]
)
def test_an_unknown_run_is_named(
    trained: dict[str, Any], arguments: tuple[str, ...], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    for run_id in ("0" * 32, "../../etc"):
        done = command(arguments[0], run_id, *arguments[1:])
        assert done.status == 2
        assert done.out == ""
        assert len(done.err.strip().splitlines()) == 1
        assert run_id in done.err
        assert "python -m cnnlab runs" in done.err


# predict


def test_predict_gives_a_label_and_its_probability(run: str, digit_files: list[Path], tmp_path: Path) -> None:
    table = tmp_path / "predictions.csv"
    done = command("predict", run, *digit_files, "--out", table, "--json")
    assert (done.status, done.err) == (0, "")
    rows = done.values["predictions"]
    assert [row["file"] for row in rows] == [str(path) for path in digit_files]
    assert all(0.1 <= row["probability"] <= 1 for row in rows)
    assert sum(row["label"] == str(label) for label, row in enumerate(rows)) >= 6
    with table.open(newline="") as file:
        stored = list(csv.DictReader(file))
    assert [(row["file"], row["label"]) for row in stored] == [(row["file"], row["label"]) for row in rows]
    assert [float(row["probability"]) for row in stored] == pytest.approx(
        [row["probability"] for row in rows], abs=1e-6
    )


def test_predict_prints_a_table(run: str, digit_files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    for language, header in (("en", ["FILE", "LABEL", "PROBABILITY"]), ("es", ["ARCHIVO", "PROBABILIDAD"])):
        monkeypatch.setenv("CNNLAB_LANGUAGE", language)
        lines = command("predict", run, *digit_files).out.splitlines()
        assert len(lines) == 11
        assert all(word in lines[0] for word in header)


@pytest.mark.parametrize("language", LANGUAGES)
def test_predict_says_which_files_it_left_out(
    run: str, digit_files: list[Path], tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    cut = tmp_path / "cut.png"
    cut.write_bytes(digit_files[0].read_bytes()[:60])
    notes = tmp_path / "notes.png"
    notes.write_text("not an image")
    absent = tmp_path / "absent.png"
    table = tmp_path / "kept.csv"
    done = command("predict", run, digit_files[3], cut, notes, absent, digit_files[7], "--out", table, "--json")
    assert done.status == 2
    kept = [str(digit_files[3]), str(digit_files[7])]
    assert [row["file"] for row in done.values["predictions"]] == kept
    with table.open(newline="") as file:
        assert [row["file"] for row in csv.DictReader(file)] == kept
    lines = done.err.strip().splitlines()
    assert len(lines) == 3
    for line, name in zip(lines, ("cut.png", "notes.png", "absent.png"), strict=True):
        assert name in line


def test_the_same_file_gets_the_same_prediction_alone_and_among_others(run: str, digit_files: list[Path]) -> None:
    together = command("predict", run, *digit_files, "--json").values["predictions"]
    alone = command("predict", run, digit_files[4], "--json").values["predictions"][0]
    assert alone["label"] == together[4]["label"]
    assert alone["probability"] == pytest.approx(together[4]["probability"], abs=1e-5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_predict_names_a_table_that_can_not_be_written(
    run: str, digit_files: list[Path], tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    out = tmp_path / "absent" / "table.csv"
    said(command("predict", run, digit_files[0], "--out", out), "--out", str(out), language=language)


# explain


def test_explain_draws_an_image_of_the_test_split(run: str, tmp_path: Path) -> None:
    out, array = tmp_path / "panel.png", tmp_path / "map.npy"
    done = command("explain", run, "--index", 5, "--out", out, "--array", array, "--json")
    assert (done.status, done.err) == (0, "")
    values = done.values
    assert set(values) == {
        "run_id", "method", "layer", "target", "predicted", "probabilities", "out", "array", "scorecard",
    }  # fmt: skip
    assert (values["run_id"], values["method"], values["layer"]) == (run, "grad_cam", "body.conv2")
    assert values["target"] == values["predicted"]
    assert values["scorecard"] is None
    assert sorted(values["probabilities"]) == [str(label) for label in range(10)]
    assert sum(values["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert max(values["probabilities"], key=values["probabilities"].get) == values["predicted"]
    stored = np.load(array, allow_pickle=False)
    assert stored.shape == (28, 28)
    assert stored.dtype == np.float32
    with Image.open(out) as image:
        assert image.format == "PNG"
        assert image.width > 3 * image.height


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
