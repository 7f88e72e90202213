"""What comes through the browser is imported under the limits of a zip, and leaves nothing behind."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnlab.data import archives, catalogue, uploads
from cnnlab.data.importing import import_images
from cnnlab.errors import DataError
from cnnlab.home import Home
from tests.data.pictures import encoded, noise, tree


class File(io.BytesIO):
    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name


def zipped(entries: dict[str, bytes], *, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def good(prefix: str = "") -> dict[str, bytes]:
    names = [f"{prefix}{label}/{number}.png" for label in ("cat", "dog") for number in range(3)]
    return {name: encoded(noise(seed)) for seed, name in enumerate(names)}


def left(home: Home) -> list[Path]:
    """Files of imports and uploads, finished datasets aside."""
    staged = [path for path in home.datasets.iterdir() if path.name.startswith(".importing")]
    return [*staged, *(path for path in (home.cache / "uploads").glob("*"))]


def test_a_zip_becomes_a_dataset_and_is_gone(home: Home) -> None:
    upload = File("Mis hojas.zip", zipped(good()))
    upload.read()  # the page may have looked at it
    path = uploads.keep([upload], home)
    assert path.parent == home.cache / "uploads"
    report = uploads.import_kept(path, uploads.source_of([upload]), "leaves", home)
    assert report.classes == ("cat", "dog")
    assert catalogue.find("leaves", home).source == "Mis hojas.zip"
    assert left(home) == []


def test_a_folder_of_files_keeps_its_classes(home: Home) -> None:
    files = [File(name, content) for name, content in good("pets/").items()]
    files += [File("pets/notes.txt", b"x"), File("pets/cat/broken.png", b"x")]
    assert uploads.source_of(files) == "pets"
    report = uploads.import_kept(uploads.keep(files, home), "pets", "pets", home)
    assert report.classes == ("cat", "dog")
    assert {remark.file: remark.reason for remark in report.skipped} == {
        "pets/notes.txt": "not_an_image",
        "pets/cat/broken.png": "not_an_image",
    }
    assert left(home) == []


@pytest.mark.filterwarnings("error")
def test_same_names_in_an_upload_stay_apart(home: Home) -> None:
    files = [File("p/cat/0.png", encoded(noise(seed))) for seed in range(4)]
    files += [File("p/dog/0.png", encoded(noise(9)))]
    report = uploads.import_kept(uploads.keep(files, home), "p", "pets", home)
    assert sum(report.samples.values()) == 5


BOMB = {"cat/0.png": b"\0" * 70_000_000, "dog/0.png": b"\0" * 70_000_000}
REFUSED: dict[str, tuple[Callable[[], list[File]], str]] = {
    "not a zip": (lambda: [File("a.zip", b"no zip at all")], "import_kind"),
    "damaged": (lambda: [File("a.zip", zipped(good())[:-30])], "import_kind"),
    "upwards": (lambda: [File("a.zip", zipped({**good(), "../../x.png": b"x"}))], "zip_unsafe"),
    "upwards in a folder": (lambda: [File("a/cat/0.png", b"x"), File("a/../../x.png", b"x")], "zip_unsafe"),
    "absolute": (lambda: [File("/etc/a.png", b"x"), File("/etc/b.png", b"x")], "zip_unsafe"),
    "bomb": (lambda: [File("a.zip", zipped(BOMB))], "zip_too_large"),
    "empty": (lambda: [File("a.zip", zipped({}))], "import_empty"),
    "one class": (lambda: [File("a.zip", zipped({"cat/0.png": encoded(noise(0))}))], "import_one_class"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_names_the_upload_and_leaves_nothing(home: Home, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 80_000_000)
    made, code = REFUSED[case]
    files = made()
    path = uploads.keep(files, home)
    with pytest.raises(DataError) as caught:
        uploads.import_kept(path, "the upload", "pets", home)
    assert caught.value.problem.code == code
    assert caught.value.problem.params["value"] == "the upload"
    assert left(home) == []
    assert catalogue.imported_names(home) == []


def test_a_used_name_and_a_cancelled_import_leave_nothing(home: Home) -> None:
    def cancelled(*_: object) -> None:
        raise KeyboardInterrupt

    for name, progress, expected in (("digits", None, DataError), ("pets", cancelled, KeyboardInterrupt)):
        path = uploads.keep([File("a.zip", zipped(good()))], home)
        with pytest.raises(expected):
            uploads.import_kept(path, "a.zip", name, home, progress=progress)
        assert left(home) == []


def test_too_many_files_and_a_full_disk_are_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(File):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    for files in ([Full("a.zip", b"")], [Full("p/cat/0.png", b""), Full("p/dog/0.png", b"")]):
        with pytest.raises(DataError) as caught:
            uploads.keep(files, home)
        assert caught.value.problem.code == "disk_full"
        assert left(home) == []
    monkeypatch.setattr(uploads, "MOST_FILES", 5)
    with pytest.raises(DataError) as caught:
        uploads.keep([File(name, content) for name, content in good().items()], home)
    assert caught.value.problem.code == "upload_too_many"


def test_what_a_killed_app_left_goes_with_the_next_upload(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    old = uploads.keep([File("a.zip", b"x")], home)
    monkeypatch.setattr(uploads, "_ABANDONED_SECONDS", -1.0)
    uploads._remove_abandoned(old.parent, older_seconds=3600.0)
    assert old.exists()
    uploads._remove_abandoned(old.parent, older_seconds=-1.0)
    assert not old.exists()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("Mis hojas (2).zip", "mis_hojas_2"),
        ("/home/ana/Árboles del Norte/", "arboles_del_norte"),
        ("C:\\data\\Leaves", "leaves"),
        ("2024.ZIP", "images_2024"),
        ("<b>😀<b>.zip", "b_b"),
        ("😀.zip", "images"),
        ("digits.zip", "digits_2"),
        ("x" * 300, "x" * 40),
    ],
)
def test_a_name_is_suggested(home: Home, source: str, name: str) -> None:
    assert uploads.suggested_name(source, home) == name
    assert catalogue.DATASET_NAME.fullmatch(name)


def test_a_suggested_name_is_free(home: Home, tmp_path: Path) -> None:
    import_images(tree(tmp_path / "pets", {"dog": 1, "cat": 1}), "pets", home)
    assert uploads.suggested_name("Pets.zip", home) == "pets_2"
