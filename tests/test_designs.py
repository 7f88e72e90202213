"""Saved designs: what is kept under which name, what comes back, and what is refused with the old one left in place."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from cnnlab import designs
from cnnlab.designs import Design
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.yaml_io import LIMIT_BYTES
from tests.fresh_python import printed

LAYERS = ({"kind": "convolution", "filters": 8}, {"kind": "activation"}, {"kind": "global_pooling"})
GOOD = Design("My net", 28, 1, 10, LAYERS)
BOMB = "layers: [&a [x, x], " + ", ".join(f"&{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]" for n in range(20)) + "]"


def refused(code: str, text: str) -> LabError:
    with pytest.raises(LabError) as caught:
        designs.from_yaml(text, source="net.yaml")
    assert caught.value.problem.code == code
    for language in ("en", "es"):
        assert "{" not in caught.value.message(language).replace("{kind: convolution, filters: 32}", "")
    return caught.value


def files(home: Home) -> list[Path]:
    return list((home.root / "designs").rglob("*.yaml"))


def test_what_is_saved_comes_back_whole(home: Home) -> None:
    designs.save(GOOD, home)
    assert designs.find("My net", home) == GOOD
    assert designs.listing(home) == [GOOD]
    assert designs.from_yaml(designs.to_yaml(GOOD)) == GOOD
    assert GOOD.problems == ()


def test_a_home_without_designs_has_none(home: Home) -> None:
    assert designs.listing(home) == []
    assert designs.removed(home) == []
    with pytest.raises(LabError, match="no design"):
        designs.find("anything", home)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b", "..", "con", "ñandú 🙂", "'; drop", "x" * 80, "<b>bold</b>", ".lock"]
)
def test_a_name_is_kept_inside_and_never_becomes_a_path(home: Home, name: str) -> None:
    designs.save(Design(name, 28, 1, 10, LAYERS), home)
    assert designs.find(name, home).name == name
    assert [path.parent for path in files(home)] == [home.root / "designs"]
    assert len(files(home)[0].stem) == 32


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "two\nlines", "bell\a", "left \u202e right"])
def test_a_name_that_cannot_be_shown_is_refused(home: Home, name: str) -> None:
    with pytest.raises(LabError) as caught:
        designs.save(Design(name, 28, 1, 10, LAYERS), home)
    assert caught.value.problem.code == "design_name"
    assert files(home) == []


def test_names_differ_in_more_than_case_or_composition(home: Home) -> None:
    designs.save(Design("Diseño", 28, 1, 10, LAYERS), home)
    for same in ("diseño", " DISEÑO ", "disen\u0303o"):
        assert designs.find(same, home).name == "Diseño"
        with pytest.raises(LabError) as caught:
            designs.save(Design(same, 28, 1, 10, LAYERS), home)
        assert caught.value.problem.code == "design_exists"


def test_replacing_has_to_be_said(home: Home) -> None:
    designs.save(GOOD, home)
    other = Design("My net", 32, 3, 5, LAYERS[:1])
    with pytest.raises(LabError, match="already"):
        designs.save(other, home)
    assert designs.find("My net", home) == GOOD
    designs.save(other, home, replace=True)
    assert designs.listing(home) == [other]
    assert len(files(home)) == 1


def test_a_draft_is_kept_and_says_what_it_lacks(home: Home) -> None:
    draft = Design("draft", 28, 1, 10, ({"kind": "convolution", "kernel_size": -3},))
    designs.save(draft, home)
    assert designs.find("draft", home) == draft
    assert [problem.field for problem in draft.problems] == ["layers[0].kernel_size"]
    designs.save(Design("empty", 28, 1, 10, ()), home)
    assert [problem.code for problem in designs.find("empty", home).problems] == ["no_layers"]


def test_the_one_saved_last_comes_first(home: Home) -> None:
    for age, name in enumerate(["old", "older", "oldest"]):
        designs.save(Design(name, 28, 1, 10, LAYERS), home)
        newest = next(path for path in files(home) if name + "\n" in path.read_text())
        os.utime(newest, (time.time() - 100 * age,) * 2)
    assert [design.name for design in designs.listing(home)] == ["old", "older", "oldest"]


def test_a_deleted_design_comes_back_with_its_token(home: Home) -> None:
    designs.save(GOOD, home)
    token = designs.remove("my net", home)
    assert designs.listing(home) == []
    assert [(each.token, each.name) for each in designs.removed(home)] == [(token, "My net")]
    assert designs.restore(token, home) == GOOD
    assert designs.listing(home) == [GOOD]
    assert designs.removed(home) == []


def test_a_name_taken_meanwhile_is_not_overwritten_by_restoring(home: Home) -> None:
    designs.save(GOOD, home)
    token = designs.remove("My net", home)
    other = Design("MY NET", 32, 3, 5, LAYERS)
    designs.save(other, home)
    with pytest.raises(LabError, match="already"):
        designs.restore(token, home)
    assert designs.listing(home) == [other]
    designs.rename("my net", "Another", home)
    assert designs.restore(token, home) == GOOD


@pytest.mark.parametrize("token", ["", "..", "../x", "0" * 32 + "-" + "0" * 8, "x" * 200])
def test_a_token_is_looked_up_never_joined(home: Home, token: str) -> None:
    designs.save(GOOD, home)
    designs.remove("My net", home)
    with pytest.raises(LabError) as caught:
        designs.restore(token, home)
    assert caught.value.problem.code == "design_not_in_trash"


def test_the_trash_is_emptied_after_a_week(home: Home) -> None:
    designs.save(GOOD, home)
    old = designs.remove("My net", home)
    path = home.root / "designs" / ".trash" / f"{old}.yaml"
    os.utime(path, (time.time() - (designs.KEPT_DAYS + 1) * 86_400,) * 2)
    designs.save(GOOD, home)
    designs.remove("My net", home)
    assert not path.exists()
    assert len(designs.removed(home)) == 1


def test_renaming_keeps_the_design_and_refuses_a_taken_name(home: Home) -> None:
    designs.save(GOOD, home)
    designs.save(Design("Other", 28, 1, 10, LAYERS), home)
    with pytest.raises(LabError, match="already"):
        designs.rename("My net", "other", home)
    assert designs.rename("My net", "MY NET", home).name == "MY NET"
    assert {design.name for design in designs.listing(home)} == {"MY NET", "Other"}
    with pytest.raises(LabError, match="Other"):
        designs.rename("Othr", "x", home)


def test_a_damaged_file_is_named_and_hides_nothing(home: Home) -> None:
    designs.save(GOOD, home)
    (home.root / "designs" / f"{'a' * 32}.yaml").write_bytes(b"\xff\xfe nonsense")
    (home.root / "designs" / f"{'b' * 32}.yaml").write_text("layers: [")
    (home.root / "designs" / "notes.yaml").write_text("layers: []")
    assert designs.listing(home) == [GOOD]
    assert designs.damaged(home) == [f"{'a' * 32}.yaml", f"{'b' * 32}.yaml"]


def test_two_at_once_make_one_design(home: Home) -> None:
    outcomes: list[str] = []

    def store(size: int) -> None:
        try:
            designs.save(Design("same", size, 1, 10, LAYERS), home)
            outcomes.append("saved")
        except LabError as error:
            outcomes.append(error.problem.code)

    threads = [threading.Thread(target=store, args=(20 + n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["design_exists"] * 7 + ["saved"]
    assert len(designs.listing(home)) == 1


def test_a_file_without_numbers_takes_the_usual_ones() -> None:
    design = designs.from_yaml("layers:\n  - {kind: convolution}\n  - {kind: global_pooling}\n")
    assert (design.name, design.size, design.channels, design.outputs) == ("", 32, 3, 10)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("yaml_alias", BOMB),
        ("yaml_alias", "a: &a {kind: convolution}\nlayers: [*a, *a]"),
        ("yaml_too_deep", "layers: " + "[" * 60_000),
        ("yaml_too_deep", "layers: " + "[" * 40 + "]" * 40),
        ("yaml_too_large", "layers: []\n# " + "x" * LIMIT_BYTES),
        ("yaml_invalid", "layers: [}"),
        ("yaml_invalid", "layers: !!python/object/apply:os.system [echo]"),
        ("yaml_invalid", "layers: [{kind: convolution, filters: " + "9" * 5000 + "}]"),
        ("not_a_design", ""),
        ("not_a_design", "- {kind: convolution}"),
        ("not_a_design", "size: 32"),
        ("unknown_design_setting", "layers: []\ndepth: 3"),
        ("not_a_whole_number", "layers: []\nsize: 28.5"),
        ("not_a_whole_number", "layers: []\nchannels: true"),
        ("not_a_whole_number", "layers: []\noutputs: ten"),
        ("too_small", "layers: []\nsize: -28"),
        ("too_large", "layers: []\nsize: 1000000000"),
        ("too_large", "layers: []\noutputs: 0x" + "f" * 9000),
        ("not_a_text", "layers: []\nname: 5"),
        ("design_name", "layers: []\nname: " + "x" * 81),
        ("not_a_list", "layers: {kind: convolution}"),
        ("not_a_list", "layers:"),
        ("not_a_layer", "layers: [convolution]"),
        ("not_a_layer", "layers: [0x" + "f" * 9000 + "]"),
        ("not_a_layer_value", "layers: [{kind: convolution, filters: [8, 16]}]"),
        ("not_a_layer_value", "layers: [{kind: convolution, filters: {a: 1}}]"),
        ("not_a_layer_value", "layers: [{kind: convolution, filters: 2026-01-01}]"),
        ("not_a_layer_value", "layers: [{kind: convolution, filters: 0x" + "f" * 9000 + "}]"),
        ("not_a_layer_value", "layers: [{3: convolution}]"),
        ("too_many_layers", "layers: [" + "{kind: activation}, " * 129 + "]"),
    ],
    ids=lambda text: text[:30],
)
def test_what_is_no_design_is_refused_in_one_sentence(code: str, text: str) -> None:
    refused(code, text)


def test_a_bad_file_leaves_the_saved_design_in_place(home: Home) -> None:
    designs.save(GOOD, home)
    for layers in ([{"kind": object()}], [{"kind": "convolution", "filters": [1]}], [{1: 2}]):
        broken: Any = Design("My net", 28, 1, 10, tuple(layers))
        with pytest.raises(LabError, match="setting of a layer"):
            designs.save(broken, home, replace=True)
    assert designs.find("My net", home) == GOOD


def test_reading_designs_imports_no_torch() -> None:
    code = "import sys, cnnlab.designs; print([m for m in ('torch', 'mlflow', 'pandas') if m in sys.modules])"
    assert printed(code) == "[]"
