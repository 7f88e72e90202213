"""Importing folders and zips: what is taken, what is left out and why, and nothing left behind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cnnlab.data import archives, catalogue, image, imported
from cnnlab.data.importing import import_images
from cnnlab.data.load import load
from cnnlab.errors import DataError, LabError
from cnnlab.experiment import DataSpec, Split
from cnnlab.home import Home
from cnnlab.i18n import LANGUAGES, has, translate
from tests.data.imports import nothing_left, reasons, zipped
from tests.data.pictures import encoded, noise, tree


def test_a_folder_by_class(home: Home, tmp_path: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    report = import_images(
        tree(tmp_path / "pets", {"dog": 20, "cat": 21}), "pets", home, progress=lambda *call: calls.append(call)
    )
    assert report.classes == ("cat", "dog")
    assert report.samples == {"train": 41, "validation": 0, "test": 0}
    assert report.skipped == report.noted == ()
    assert calls[-1] == ("progress.importing", 41, 41)
    info = catalogue.find("pets", home)
    assert info.imported
    assert info.stored
    assert info.counts == {"unsplit": 41}
    assert info.channels == 3
    assert info.default_size == 8
    assert "pets" in info.summary("es")
    assert [each.name for each in catalogue.listing(home) if each.imported] == ["pets"]


@pytest.mark.parametrize("validation", ["val", "valid", "validation", "VAL"])
@pytest.mark.parametrize("packed", [False, True])
def test_folders_by_split(home: Home, tmp_path: Path, validation: str, packed: bool) -> None:
    layout = {f"{split}/{label}": n for split, n in (("train", 6), (validation, 3), ("Test", 2)) for label in "ab"}
    root = tree(tmp_path / "in" / "data set", layout)
    path = root
    if packed:
        path = tmp_path / "data.zip"
        files = {str(p.relative_to(root.parent)): p.read_bytes() for p in root.rglob("*.png")}
        zipped(path, files)
    report = import_images(path, "letters", home)
    assert report.samples == {"train": 12, "validation": 6, "test": 4}
    dataset = load(DataSpec(dataset="letters"), home)
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (12, 6, 4)
    assert {file.split("/")[-3].lower() for file in dataset.train.manifest["file"]} == {"train"}


def test_folder_and_zip_of_it_are_the_same_dataset(home: Home, tmp_path: Path) -> None:
    root = tree(tmp_path / "pets", {"dog/x": 3, "cat": 4})
    import_images(root, "one", home)
    path = zipped(tmp_path / "p.zip", {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*.png")})
    import_images(path, "two", home)
    assert catalogue.find("one", home).fingerprint == catalogue.find("two", home).fingerprint


def test_a_class_called_train_is_a_class(home: Home, tmp_path: Path) -> None:
    report = import_images(tree(tmp_path / "v", {"train": 3, "car": 3, "plane": 3}), "vehicles", home)
    assert report.classes == ("car", "plane", "train")


def test_what_is_left_out_has_its_reason(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "MAX_PIXELS", 1000)
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 20_000)
    root = tree(tmp_path / "pets", {"cat": 3, "dog": 3, "empty": 0, "bad": 0})
    (root / "cat" / "notes.txt").write_text("hello")
    (root / "cat" / "text.jpg").write_text("hello")
    (root / "cat" / "cut.png").write_bytes(encoded(noise(90))[:200])
    (root / "cat" / "zero.png").write_bytes(b"")
    (root / "cat" / "wide.png").write_bytes(encoded(noise(91, (100, 11))))
    (root / "cat" / "fat.bmp").write_bytes(encoded(noise(92, (100, 100)), "BMP"))
    (root / "cat" / ".hidden.png").write_bytes(encoded(noise(93)))
    (root / "cat" / "copy.png").write_bytes((root / "cat" / "0.png").read_bytes())
    (root / "loose.png").write_bytes(encoded(noise(94)))
    (root / "bad" / "cut.png").write_bytes(encoded(noise(95))[:200])
    (root / "__MACOSX" / "cat").mkdir(parents=True)
    (root / "__MACOSX" / "cat" / "._0.png").write_bytes(b"x")
    (root / "cat" / "link.png").symlink_to(root / "dog" / "0.png")
    report = import_images(root, "pets", home)
    assert report.samples["train"] == 7
    assert [(r.file, r.reason) for r in report.noted] == [("cat/copy.png", "duplicate")]
    assert reasons(report) == {
        "cat/notes.txt": "not_an_image",
        "cat/text.jpg": "not_an_image",
        "cat/cut.png": "broken",
        "cat/zero.png": "not_an_image",
        "cat/wide.png": "too_large",
        "cat/fat.bmp": "file_too_large",
        "cat/.hidden.png": "hidden",
        "loose.png": "no_class",
        "bad/cut.png": "broken",
        "__MACOSX": "hidden",
        "cat/link.png": "link",
        "empty": "empty_class",
        "bad": "empty_class",
    }
    for remark in report.skipped:
        for language in LANGUAGES:
            assert translate(f"data.skipped.{remark.reason}", language, **remark.params)
    assert imported.remarks("pets", home)["skipped"] == report.skipped


def test_same_bytes_in_two_splits_or_classes_are_noted(home: Home, tmp_path: Path) -> None:
    root = tree(tmp_path / "pets", {"train/cat": 3, "train/dog": 3, "test/cat": 1, "test/owl": 1})
    same = (root / "train" / "cat" / "0.png").read_bytes()
    (root / "test" / "cat" / "again.png").write_bytes(same)
    (root / "train" / "dog" / "again.png").write_bytes(same)
    report = import_images(root, "pets", home)
    assert {(r.file, r.reason) for r in report.noted} >= {
        ("test/cat/again.png", "duplicate_across_splits"),
        ("train/dog/again.png", "duplicate_across_classes"),
        ("owl", "class_not_trained"),
    }
    assert report.samples == {"train": 7, "validation": 0, "test": 3}
    for remark in report.noted:
        assert has(f"data.noted.{remark.reason}")


@pytest.mark.parametrize(
    "name", ["ñandú", "<script>alert(1)</script>", "x" * 250, "猫 🐈", "a'b\"c & d", "con..puntos", "%2e%2e", "-rf"]
)
def test_names_of_classes_are_just_text(home: Home, tmp_path: Path, name: str) -> None:
    name = name.replace("/", "∕")  # a folder name can't have one
    report = import_images(tree(tmp_path / "pets", {name: 4, "other": 4}), "pets", home)
    assert name in report.classes
    dataset = load(DataSpec(dataset="pets", split=Split(validation=0.2, test=0.2)), home)
    assert name in dataset.outputs.class_names
    assert name in dataset.manifest["label"]


def test_bytes_that_are_not_utf8_are_text_too(home: Home, tmp_path: Path) -> None:
    root = tree(tmp_path / "pets", {"cat": 4, "dog": 4})
    (root / "cat").rename(os.fsdecode(os.fsencode(root) + b"/caf\xe9"))
    report = import_images(root, "pets", home)
    assert "caf�" in report.classes
    load(DataSpec(dataset="pets", split=Split(validation=0.2, test=0.2)), home)


@pytest.mark.parametrize("name", ["Pets", "../pets", "a b", "", "1pets", "ñ", "x" * 61, ".trash", "pets\n"])
def test_names_of_datasets_are_checked(home: Home, tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError) as raised:
        import_images(tree(tmp_path / "pets", {"cat": 2, "dog": 2}), name, home)
    assert raised.value.problem.code == "dataset_name"
    assert nothing_left(home)


def test_a_used_name_is_refused_with_already(home: Home, tmp_path: Path) -> None:
    root = tree(tmp_path / "pets", {"cat": 2, "dog": 2})
    import_images(root, "pets", home)
    for name in ("pets", "digits"):
        with pytest.raises(DataError) as raised:
            import_images(root, name, home)
        assert "already" in raised.value.problem.code
        assert "already" in raised.value.message("en")


def test_no_images_and_one_class_are_refused(home: Home, tmp_path: Path) -> None:
    for layout, code in (({"cat": 0}, "import_empty"), ({"cat": 3, "dog": 0}, "import_one_class")):
        with pytest.raises(DataError) as raised:
            import_images(tree(tmp_path / code, layout), "pets", home)
        assert raised.value.problem.code == code
    assert nothing_left(home)


def test_a_failure_on_the_way_leaves_nothing(home: Home, tmp_path: Path) -> None:
    class Cancelled(Exception):  # noqa: N818
        pass

    def cancel(phase: str, done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        import_images(tree(tmp_path / "pets", {"cat": 20, "dog": 20}), "pets", home, progress=cancel)
    assert nothing_left(home)


def test_grey_images_make_a_grey_dataset_and_sizes_a_default(home: Home, tmp_path: Path) -> None:
    for label in ("a", "b"):
        (tmp_path / "g" / label).mkdir(parents=True)
        for i in range(5):
            (tmp_path / "g" / label / f"{i}.png").write_bytes(encoded(noise(ord(label) + 5 * i, (40, 40), "L")))
    import_images(tmp_path / "g", "greys", home)
    info = catalogue.find("greys", home)
    assert (info.channels, info.native_size, info.default_size) == (1, 40, 40)
    assert load(DataSpec(dataset="greys", split=Split(validation=0.2, test=0.2)), home).kind.shape == (1, 40, 40)


def test_rename_remove_restore(home: Home, tmp_path: Path) -> None:
    import_images(tree(tmp_path / "pets", {"cat": 12, "dog": 12}), "pets", home)
    fingerprint = catalogue.find("pets", home).fingerprint
    imported.rename("pets", "animals", home)
    assert load(DataSpec(dataset="animals"), home).fingerprint == fingerprint
    with pytest.raises(LabError):
        catalogue.find("pets", home)
    token = imported.remove("animals", home)
    assert catalogue.imported_names(home) == []
    assert imported.restore(token, home) == "animals"
    assert load(DataSpec(dataset="animals"), home).fingerprint == fingerprint
    for call in (
        lambda: imported.rename("digits", "numbers", home),
        lambda: imported.rename("animals", "digits", home),
        lambda: imported.rename("animals", "../x", home),
        lambda: imported.remove("digits", home),
        lambda: imported.remove("nothing", home),
        lambda: imported.restore(token, home),
        lambda: imported.restore("../../x-00000000", home),
    ):
        with pytest.raises(LabError):
            call()
    imported.remove("animals", home)
    assert len(imported.purge(home, days=0)) == 1
    assert nothing_left(home)


def test_a_damaged_description_is_said_and_does_not_hide_others(home: Home, tmp_path: Path) -> None:
    for name in ("one", "two"):
        import_images(tree(tmp_path / name, {"cat": 2, "dog": 2}), name, home)
    path = home.datasets / "one" / "dataset.json"
    for damage in ("{", "[]", json.dumps({"classes": 3})):
        path.write_text(damage)
        with pytest.raises(DataError) as raised:
            catalogue.find("one", home)
        assert raised.value.problem.code == "dataset_broken"
    assert [info.name for info in catalogue.listing(home) if info.imported] == ["two"]
