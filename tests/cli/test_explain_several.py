"""``explain`` with several images, methods, classes and runs, and the report that stands alone."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from tests.cli.commands import LANGUAGES, command, said

pytestmark = pytest.mark.slow  # each needs the trained run


class Read(HTMLParser):
    """Tags with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_images_methods_and_classes_in_one_picture(run: str, tmp_path: Path) -> None:
    out, array = tmp_path / "sheet.png", tmp_path / "maps.npz"
    asked = ("--index", 3, "--index", 8, "--method", "grad_cam,saliency", "--targets", "predicted,runner-up,true,7")
    done = command("explain", run, *asked, "--out", out, "--array", array, "--json")
    assert (done.status, done.err) == (0, "")
    rows = done.values["explanations"]
    assert len(rows) == 2 * 2 * 4
    assert {row["index"] for row in rows} == {3, 8}
    assert {row["method"] for row in rows} == {"grad_cam", "saliency"}
    assert done.values["run_id"] == run
    with np.load(array, allow_pickle=False) as stored:
        assert len(stored.files) == 16
        assert all(stored[name].shape == (28, 28) for name in stored.files)
        one = stored[f"{run[:8]}-3-grad_cam-7"]
    single = tmp_path / "one.npy"
    alone = command("explain", run, "--index", 3, "--target", 7, "--out", out, "--array", single, "--json")
    assert alone.values["target"] == "7"
    assert np.load(single, allow_pickle=False) == pytest.approx(one, abs=1e-6)
    with Image.open(out) as image:
        assert image.format == "PNG"


def test_the_difference_of_two_classes(run: str, tmp_path: Path) -> None:
    out, array, report = tmp_path / "sheet.png", tmp_path / "maps.npz", tmp_path / "report.html"
    asked = ("--index", 3, "--method", "grad_cam,saliency", "--targets", "7,2", "--signs", "absolute")
    assert command("explain", run, *asked, "--array", array, "--json").status == 0
    with np.load(array, allow_pickle=False) as stored:
        expected = {
            method: stored[f"{run[:8]}-3-{method}-7"] - stored[f"{run[:8]}-3-{method}-2"]
            for method in ("grad_cam", "saliency")
        }
    told = ("--difference", "--out", out, "--array", array, "--report", report, "--json")
    done = command("explain", run, *asked, *told)
    assert (done.status, done.err) == (0, "")
    rows = done.values["explanations"]
    assert [(row["method"], row["target"], row["minus"]) for row in rows] == [
        ("grad_cam", "7", "2"),
        ("saliency", "7", "2"),
    ]
    with np.load(array, allow_pickle=False) as stored:
        assert len(stored.files) == 2
        for method, map_ in expected.items():
            assert stored[f"{run[:8]}-3-{method}-7"] == pytest.approx(map_, abs=1e-6)
    page = Read(report.read_text("utf-8"))
    (again,) = re.findall(r"python -m cnnlab explain .*", page.text)
    assert "--targets 7,2 --difference" in again


@pytest.mark.parametrize("targets", [(), ("--targets", "7"), ("--targets", "7,7"), ("--targets", "1,2,3")])
def test_a_difference_is_of_two_classes(run: str, tmp_path: Path, targets: tuple[str, ...]) -> None:
    asked = ("--index", 3, *targets, "--difference", "--out", tmp_path / "sheet.png")
    said(command("explain", run, *asked), "--difference", *targets[1:])


def test_options_of_one_method_and_of_all(run: str, tmp_path: Path) -> None:
    asked = ("--index", 3, "--method", "grad_cam,saliency", "--array")
    default, changed = tmp_path / "a.npz", tmp_path / "b.npz"
    assert command("explain", run, *asked, default).status == 0
    assert command("explain", run, *asked, changed, "--set", "saliency.abs=false").status == 0
    with np.load(default) as one, np.load(changed) as other:
        names = {name.split("-")[2]: name for name in one.files}
        assert np.array_equal(one[names["grad_cam"]], other[names["grad_cam"]])
        assert not np.array_equal(one[names["saliency"]], other[names["saliency"]])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_needs_nothing_else_and_escapes_what_people_typed(
    run: str, tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    hostile = tmp_path / "<script>alert(1)<b>'\".png"
    Image.fromarray(np.tile(np.arange(0, 240, 12, np.uint8), (20, 1))).save(tmp_path / "plain.png")
    shutil.copyfile(tmp_path / "plain.png", hostile)
    report = tmp_path / "report.html"
    done = command("explain", run, "--image", hostile, "--method", "grad_cam,saliency", "--report", report, "--json")
    assert (done.status, done.err) == (0, "")
    page = report.read_text("utf-8")
    read = Read(page)
    assert not {"script", "link", "iframe", "object", "b"} & {tag for tag, _ in read.tags}
    for tag, attributes in read.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("src", "href"):
                assert (value or "").startswith("data:image/png;base64,")
    assert "url(" not in page
    assert "@import" not in page
    assert "<script>alert(1)<b>" in read.text
    words = {
        "en": ("Explanations of predictions", "What it does not show"),
        "es": ("Explicaciones", "Lo que no muestra"),
    }
    assert all(word in read.text for word in words[language])


def test_the_report_tells_how_to_make_it_again(run: str, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    asked = ("--index", 3, "--index", 5, "--method", "grad_cam,saliency", "--targets", "true,2", "--scale", "own")
    assert command("explain", run, *asked, "--set", "saliency.abs=false", "--report", report).status == 0
    (again,) = re.findall(r"<pre>(.*)</pre>", report.read_text("utf-8"))
    parts = again.split()
    assert parts[:4] == ["python", "-m", "cnnlab", "explain"]
    copy = tmp_path / "again.html"
    assert command(*parts[3:-1], copy).status == 0
    assert copy.read_text("utf-8") == report.read_text("utf-8")


def test_two_runs_explain_the_same_images(run: str, tmp_path: Path) -> None:
    home = Home.current()
    other = "f" * 32
    shutil.copytree(Journal.open(home, run).folder, home.runs / other, dirs_exist_ok=True)
    try:
        done = command("explain", run, "--with", other, "--index", 3, "--report", tmp_path / "r.html", "--json")
        assert done.status == 0, done.err
        assert [row["run_id"] for row in done.values["explanations"]] == [run, other]
    finally:
        shutil.rmtree(home.runs / other)


def test_pick_takes_several(run: str, tmp_path: Path) -> None:
    done = command("explain", run, "--pick", "any", "--count", 3, "--array", tmp_path / "a.npz", "--json")
    assert [row["index"] for row in done.values["explanations"]] == [0, 1, 2]
    four = command("explain", run, "--pick", "any", "--predicted-class", 4, "--out", tmp_path / "a.png", "--json")
    assert four.values["predicted"] == "4"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("--index", "0"), ()),  # nowhere to write
        (("--index", "0", "--index", "1", "--array", "maps.npy"), ("--array", "maps.npy", ".npz")),
        (("--index", "0", "--targets", "predicted,owl", "--out", "o.png"), ("--targets", "owl")),
        (("--index", "0", "--method", "grad_cam,owl", "--out", "o.png"), ("--method", "owl")),
        (("--index", "0", "--colours", "jet", "--out", "o.png"), ("--colours", "jet", "viridis")),
        (("--index", "0", "--smoothing", "99", "--out", "o.png"), ("--smoothing", "99")),
        (("--index", "0", "--with", "e" * 32, "--out", "o.png"), ("e" * 32,)),
        (("--pick", "any", "--count", "7", "--out", "o.png"), ("--index", "7", "6")),
        (("--index", "0", "--predicted-class", "3", "--out", "o.png"), ("--predicted-class",)),
    ],
)
def test_what_can_not_be_is_one_line(
    run: str,
    tmp_path: Path,
    arguments: tuple[str, ...],
    parts: tuple[str, ...],
    language: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CNNLAB_LANGUAGE", language)
    done = command("explain", run, *arguments)
    assert done.status == 2
    assert len(done.err.strip().splitlines()) == 1, done.err
    assert all(part in done.err for part in parts), done.err
    assert not list(tmp_path.glob("*.png"))


def test_images_of_another_size_and_mode_and_a_broken_one(run: str, tmp_path: Path) -> None:
    large, palette, broken = tmp_path / "large.png", tmp_path / "palette.png", tmp_path / "broken.png"
    Image.new("RGB", (90, 33), (200, 30, 10)).save(large)
    Image.new("P", (7, 9)).save(palette)
    broken.write_bytes(b"no image")
    files = ("--image", large, "--image", palette)
    done = command("explain", run, *files, "--array", tmp_path / "a.npz", "--json")
    assert done.status == 0, done.err
    assert [row["file"] for row in done.values["explanations"]] == ["large.png", "palette.png"]
    said(command("explain", run, "--image", broken, "--out", tmp_path / "o.png"), "broken.png")


def test_a_run_whose_files_are_gone_is_one_line(run: str, tmp_path: Path) -> None:
    home = Home.current()
    other = "d" * 32
    shutil.copytree(Journal.open(home, run).folder, home.runs / other, dirs_exist_ok=True)
    shutil.rmtree(home.runs / other / "checkpoints")
    try:
        done = command("explain", other, "--index", 0, "--out", tmp_path / "o.png")
        assert done.status == 2
        assert len(done.err.strip().splitlines()) == 1
    finally:
        shutil.rmtree(home.runs / other)
