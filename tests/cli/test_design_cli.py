"""``design``: from a file or a network to a saved design, its figures, its code; and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnlab import designs, yaml_io
from cnnlab.home import Home
from tests.cli.commands import LANGUAGES, command, said

GOOD = """\
name: small
size: 28
channels: 1
outputs: 10
layers:
  - {kind: convolution, filters: 8, bias: false}
  - {kind: normalization}
  - {kind: activation}
  - {kind: global_pooling}
"""
BAD = GOOD.replace("filters: 8", "filters: 8, kernel_size: -3").replace("{kind: activation}", "{kind: linear}")


@pytest.fixture
def good(tmp_path: Path, home: Home) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(GOOD, "utf-8")
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_check_shows_each_layer_totals_and_judgements(
    good: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    done = command("design", "check", good)
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("small · 1 × 28 × 28 · 10 ")
    assert lines[2].startswith("1  conv1    filters: 8, bias: false  8 × 28 × 28  72 ")
    assert "3 × 3" in lines[2]
    assert len(lines) >= 8
    assert done.err == ""


def test_check_as_json(good: Path) -> None:
    values = command("design", "check", good, "--size", "20", "--outputs", "3", "--json").values
    assert values["ready"] is True
    assert (values["size"], values["outputs"]) == (20, 3)
    assert values["parameters"] == 72 + 16 + 27
    assert values["macs"] == 72 * 400 + 24
    assert [layer["name"] for layer in values["layers"]] == ["conv1", "norm1", "relu1", "global1", "output"]
    assert values["layers"][0]["receptive"]["size"] == [3, 3]
    assert values["problems"] == []
    assert all(each["sentence"] for each in values["judgements"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_check_says_what_is_wrong_at_which_layer(
    tmp_path: Path, home: Home, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    path = tmp_path / "bad.yaml"
    path.write_text(BAD, "utf-8")
    done = command("design", "check", path)
    assert done.status == 2
    (line,) = done.err.strip().splitlines()
    assert line.startswith("cnnlab: #1 layer1: layers[0].kernel_size: -3 ")
    assert done.out.count("–") >= 10
    values = command("design", "check", path, "--json").values
    assert values["ready"] is False
    assert [problem["code"] for problem in values["problems"]] == ["too_small"]
    assert command("design", "show", path).status == 0


@pytest.mark.parametrize("value", [".inf", "-.inf", ".nan", "1e999", "0x" + "f" * 200, "''", "null"])
def test_no_number_breaks_the_answer(tmp_path: Path, home: Home, value: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(f"layers: [{{kind: dropout, probability: {value}}}, {{kind: global_pooling}}]", "utf-8")
    done = command("design", "check", path, "--json")
    assert done.status == 2
    assert len(done.err.strip().splitlines()) == 1
    if done.out:
        assert done.values["problems"][0]["field"] == "layers[0].probability"
    else:
        assert "layers[0].probability" in done.err


def test_save_list_show_rename_delete_restore(good: Path, home: Home) -> None:
    assert command("design", "save", good, "--json").values["name"] == "small"
    assert command("design", "save", good, "--name", "Diseño dos", "--size", "32").status == 0
    listed = command("design", "list", "--json").values["designs"]
    assert [(design["name"], design["size"], design["ready"]) for design in listed] == [
        ("Diseño dos", 32, True),
        ("small", 28, True),
    ]
    assert "Diseño dos" in command("design", "list").out
    assert yaml_io.parse(command("design", "show", "SMALL", "--yaml").out) == yaml_io.parse(GOOD)
    assert command("design", "rename", "small", "tiny").status == 0
    token = command("design", "delete", "tiny", "--json").values["token"]
    assert [design.name for design in designs.listing(home)] == ["Diseño dos"]
    assert token in command("design", "restore").out
    assert command("design", "restore", token, "--json").values == {"design": "tiny"}
    assert designs.find("tiny", home).layers == designs.from_yaml(GOOD).layers


def test_a_name_is_taken_until_replacing_is_asked_for(good: Path, home: Home) -> None:
    command("design", "save", good)
    said(command("design", "save", good, "--outputs", "5"), "small", "name")
    assert designs.find("small", home).outputs == 10
    assert command("design", "save", good, "--outputs", "5", "--replace").status == 0
    assert designs.find("small", home).outputs == 5


def test_a_draft_is_saved_and_listed_as_one(tmp_path: Path, home: Home) -> None:
    path = tmp_path / "draft.yml"
    path.write_text(BAD.replace("name: small\n", ""), "utf-8")
    done = command("design", "save", path)
    assert done.status == 0
    assert "draft" in done.out
    assert command("design", "list", "--json").values["designs"][0]["ready"] is False
    assert designs.find("draft", home).problems


def test_a_network_of_the_catalogue_as_a_design_and_as_code(tmp_path: Path, home: Home) -> None:
    out = tmp_path / "lenet.yaml"
    assert command("design", "from", "lenet5", "--size", "28", "--out", out).status == 0
    assert command("design", "check", out, "--json").values["parameters"] == 61_706
    written = tmp_path / "lenet.py"
    assert command("design", "code", out, "--out", written).status == 0
    assert written.read_text("utf-8") == command("design", "code", out).out
    assert "class LeNet5" in written.read_text("utf-8")
    said(command("design", "from", "mobilenet_v3_small"), "mobilenet_v3_small", "lenet5")
    said(command("design", "from", "lenet5", "--size", "8"), "8", "28")
    said(command("design", "from", "fast_cnn", "--size", "100000"), "size", "1024")
    said(command("design", "from", "nothing"), "nothing", "lenet5")


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("layers: [&a {kind: activation}, *a]", ("bad.yaml", "anchors")),
        ("layers: " + "[" * 9000, ("bad.yaml", "32")),
        ("layers: 3", ("layers", "3")),
        ("size: 3", ("bad.yaml",)),
        ("layers: []\nsize: -1", ("size", "-1")),
    ],
)
def test_a_file_that_holds_no_design_is_one_sentence(
    tmp_path: Path, home: Home, content: str, parts: tuple[str, ...]
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(content, "utf-8")
    for action in ("check", "show", "code", "save"):
        done = command("design", action, path)
        assert done.status == 2
        assert done.out == ""
        (line,) = done.err.strip().splitlines()
        assert all(part in line for part in parts)
    assert designs.listing(home) == []


def test_what_is_not_there_is_named(tmp_path: Path, good: Path) -> None:
    command("design", "save", good)
    said(command("design", "check", "smal"), "smal", "small")
    said(command("design", "check", tmp_path / "none.yaml"), "none.yaml")
    said(command("design", "restore", "../../etc"), "../../etc")
    said(command("design", "code", good, "--out", tmp_path / "no" / "folder.py"), "--out", "folder.py")
    said(command("design", "code", good, "--size", "0"), "size", "0")


def test_damaged_files_are_named_beside_the_list(good: Path, home: Home) -> None:
    command("design", "save", good)
    (home.root / "designs" / f"{'a' * 32}.yaml").write_text("layers: [")
    done = command("design", "list")
    assert "small" in done.out
    assert f"{'a' * 32}.yaml" in done.err
