"""``inspect``, ``try`` and ``inside`` in a terminal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlab import designs
from cnnlab.designs import Design
from cnnlab.home import Home
from tests.cli.commands import LANGUAGES, command

DESIGN = Design(
    "Two layers",
    16,
    1,
    4,
    ({"kind": "convolution", "filters": 5, "kernel_size": 3}, {"kind": "activation"}, {"kind": "flatten"}),
)


def test_inspect_gives_layers_and_totals(home: Home) -> None:
    done = command("inspect", "lenet5", "--json")
    assert (done.status, done.err) == (0, "")
    found = done.values
    assert (found["parameters"], found["macs"], found["input"]) == (61_706, 416_520, [1, 28, 28])
    assert [row["name"] for row in found["rows"]][:3] == ["conv1", "activation1", "pool1"]
    assert found["rows"][0]["receptive"] == {"size": [5, 5], "stride": [1, 1], "start": [0.0, 0.0], "whole": False}


@pytest.mark.parametrize("language", LANGUAGES)
def test_inspect_prints_a_table(home: Home, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    lines = command("inspect", "lenet5").out.splitlines()
    assert lines[0].split()[0] == {"en": "LAYER", "es": "CAPA"}[language]
    assert lines[1].split()[:2] == ["conv1", "Conv2d"]
    assert "61\N{NARROW NO-BREAK SPACE}706" in lines[-1]


def test_inspect_takes_images_and_options(home: Home) -> None:
    digits = command("inspect", "resnet8", "--dataset", "digits", "--outputs", 3, "--set", "width=8", "--json").values
    assert (digits["input"], digits["outputs"]) == ([1, 28, 28], 3)
    assert digits["rows"][0]["output_shape"] == [8, 28, 28]
    parts = command("inspect", "resnet8", "--size", 64, "--channels", 3, "--parts").out
    assert "stage3" in parts
    assert "stage3.block1" not in parts


def test_inspect_takes_designs(home: Home, tmp_path: Path) -> None:
    designs.save(DESIGN, home)
    (tmp_path / "mine.yaml").write_text(designs.to_yaml(DESIGN), "utf-8")
    for given in ("Two layers", str(tmp_path / "mine.yaml")):
        found = command("inspect", given, "--json").values
        assert (found["input"], found["outputs"]) == ([1, 16, 16], 4)
        assert found["parameters"] == DESIGN.report().parameters


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("resnet9",), "resnet9"),
        (("missing.yaml",), "missing.yaml"),
        (("lenet5", "--size", 0), "--size"),
        (("lenet5", "--size", 1_000_000_000), "--size"),
        (("lenet5", "--channels", -1), "--channels"),
        (("lenet5", "--dataset", "nothing"), "nothing"),
        (("lenet5", "--set", "nothing=1"), "nothing"),
        (("lenet5", "--size", 4), "4"),
    ],
)
def test_inspect_refuses_in_one_line(home: Home, arguments: tuple[object, ...], part: str) -> None:
    done = command("inspect", *arguments)
    assert (done.status, done.out) == (2, "")
    assert len(done.err.strip().splitlines()) == 1
    assert part in done.err


def test_try_says_that_all_is_well(home: Home) -> None:
    done = command("try", "--architecture", "lenet5", "--json")
    assert done.status == 0
    found = done.values
    assert [verdict["code"] for verdict in found["verdicts"]] == ["all_fine"]
    assert found["loss"] == pytest.approx(found["expected_loss"], abs=0.2)
    assert {"name", "gradient_norm", "weight_norm", "ratio", "dead", "saturated"} <= found["layers"][0].keys()


def test_try_warns_with_a_status_and_a_sentence(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", "es")
    deep = Design(
        "deep", 8, 1, 10, ({"kind": "flatten"}, *20 * ({"kind": "linear"}, {"kind": "activation", "type": "sigmoid"}))
    )
    designs.save(deep, home)
    done = command("try", "--dataset", "digits", "--design", "deep")
    assert done.status == 1
    assert "Advertencia: El gradiente se desvanece" in done.out
    assert not list(tmp_path.glob("runs/*"))  # nothing was trained or kept


def test_filters_of_a_network_that_is_not_trained(home: Home, tmp_path: Path) -> None:
    picture, array = tmp_path / "filters.png", tmp_path / "filters.npy"
    done = command("inside", "filters", "--architecture", "resnet8", "--out", picture, "--array", array, "--json")
    assert done.status == 0, done.err
    assert (done.values["layer"], done.values["filters"], done.values["shown"]) == ("conv", 16, "colour")
    assert np.load(array).shape == (16, 3, 3, 3)
    assert Image.open(picture).mode == "RGBA"


def test_maps_of_a_file_and_of_a_dataset(home: Home, tmp_path: Path) -> None:
    designs.save(DESIGN, home)
    Image.new("L", (30, 20), 128).save(tmp_path / "grey.png")
    out, array = tmp_path / "maps.png", tmp_path / "maps.npy"
    common = ("inside", "maps", "--design", "two LAYERS", "--layer", "conv1", "--out", out, "--array", array, "--json")
    for source in (
        ("--image", tmp_path / "grey.png"),
        ("--dataset", "digits", "--size", 16, "--channels", 1, "--index", 3),
    ):
        done = command(*common, *source)
        assert done.status == 0, done.err
        assert (done.values["maps"], sorted(done.values["index"])) == (5, [0, 1, 2, 3, 4])
        assert np.load(array).shape == (5, 16, 16)
    without = command(*common)
    assert without.status == 2
    assert "--dataset" in without.err


def test_field_of_a_unit(home: Home, tmp_path: Path) -> None:
    done = command(
        "inside", "field", "--architecture", "lenet5", "--layer", "pool2", "--unit", "2,2", "--images", 2,
        "--out", tmp_path / "field.png", "--json",
    )  # fmt: skip
    assert done.status == 0, done.err
    found = done.values
    assert (found["theoretical"], found["unit"], found["images"], found["whole"]) == ([16, 16], [2, 2], 2, False)
    assert 10 <= found["measured"] <= 16
    assert min(Image.open(tmp_path / "field.png").size) >= 448


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("filters", "--layer", "conv9"), "conv9"),
        (("filters", "--layer", "conv1", "--channel", 5), "--channel"),
        (("field", "--unit", "x"), "--unit"),
        (("field", "--unit", "99,99"), "99"),
        (("field", "--images", 0), "--images"),
        (("maps", "--image", "missing.png"), "missing.png"),
        (("maps", "--dataset", "digits", "--index", 99_999), "--index"),
    ],
)
def test_inside_refuses_in_one_line(home: Home, tmp_path: Path, arguments: tuple[object, ...], part: str) -> None:
    done = command("inside", *arguments, "--architecture", "lenet5", "--out", tmp_path / "x.png")
    assert (done.status, done.out) == (2, "")
    assert part in done.err
    assert not (tmp_path / "x.png").exists()


@pytest.mark.slow
def test_inside_a_trained_run(run: str, digit_files: list[Path], tmp_path: Path) -> None:
    out, array = tmp_path / "x.png", tmp_path / "x.npy"
    common = ("--run", run, "--out", out, "--array", array, "--json")
    assert command("inside", "filters", *common).values["filters"] == 6
    maps = command("inside", "maps", *common, "--image", digit_files[3], "--most", 4)
    assert len(maps.values["index"]) == 4
    assert np.load(array).shape == (16, 10, 10)
    field = command("inside", "field", *common, "--layer", "conv2", "--images", 3).values
    assert (field["theoretical"], field["images"]) == ([14, 14], 3)
    assert np.load(array).sum() == pytest.approx(1)
