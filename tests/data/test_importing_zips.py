"""Importing zips: nothing leaves the folder, no header is believed, what can be read is taken."""

from __future__ import annotations

import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from cnnlab.data import archives
from cnnlab.data.importing import import_images
from cnnlab.errors import DataError
from cnnlab.home import Home
from tests.data.imports import nothing_left, reasons, zipped
from tests.data.pictures import encoded, noise


@pytest.mark.parametrize(
    "entry",
    ["../evil.png", "cat/../../evil.png", "/etc/evil.png", "..\\evil.png", "C:\\evil.png", "cat\\..\\..\\e.png"],
)
def test_a_zip_that_points_outside_is_refused(home: Home, tmp_path: Path, entry: str) -> None:
    picture = encoded(noise(0))
    path = zipped(tmp_path / "evil.zip", {"cat/0.png": picture, "dog/0.png": encoded(noise(1)), entry: picture})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError) as raised:
        import_images(path, "pets", home)
    assert raised.value.problem.code == "zip_unsafe"
    assert nothing_left(home)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_in_a_zip_is_refused(home: Home, tmp_path: Path) -> None:
    path = zipped(tmp_path / "links.zip", {"cat/0.png": encoded(noise(0))})
    link = zipfile.ZipInfo("dog/0.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(DataError) as raised:
        import_images(path, "pets", home)
    assert raised.value.problem.code == "zip_unsafe"


def test_colliding_names_in_a_zip_stay_two_images(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore")  # zipfile says that a name is twice in it: it is meant to be
        for i, name in enumerate(["cat/0.png", "cat/0.png", "dog/0.png", "DOG/0.png"]):
            archive.writestr(name, encoded(noise(i)))
    report = import_images(path, "pets", home)
    assert report.classes == ("DOG", "cat", "dog")
    assert report.samples["train"] == 4


def test_a_zip_bomb_is_refused(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "RATIO_APPLIES_FROM", 1_000_000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(4):
            archive.writestr(f"cat/{i}.bmp", encoded(noise(i)) + b"\0" * 2_000_000)
    with pytest.raises(DataError) as raised:
        import_images(path, "pets", home)
    assert raised.value.problem.code == "zip_too_large"
    assert nothing_left(home)


def test_a_lying_header_is_not_trusted(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The central directory says 10 bytes; more come out, or none, but never more than the limit."""
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 5_000)
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cat/big.bmp", encoded(noise(0, (100, 100)), "BMP"))
        for i, label in enumerate(["cat", "dog"]):
            archive.writestr(f"{label}/0.png", encoded(noise(i + 1)))
    data = path.read_bytes()
    directory = data.index(b"PK\x01\x02")
    assert struct.unpack_from("<I", data, directory + 24) == (30_054,)
    path.write_bytes(data[: directory + 24] + struct.pack("<I", 10) + data[directory + 28 :])
    report = import_images(path, "pets", home)
    assert [remark.file for remark in report.skipped] == ["cat/big.bmp"]
    assert report.samples["train"] == 2


def test_broken_and_encrypted_zips_and_other_files(home: Home, tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", {"cat/0.png": encoded(noise(0)), "dog/0.png": encoded(noise(1))})
    data = bytearray(path.read_bytes())
    locked = bytearray(data)
    locked[data.index(b"PK\x01\x02") + 8] |= 1
    cases = {
        "import_missing": tmp_path / "none",
        "import_kind": tmp_path / "x.tar",
        "zip_encrypted": tmp_path / "locked.zip",
        "zip_broken": tmp_path / "broken.zip",
    }
    cases["import_kind"].write_bytes(b"tar")
    cases["zip_encrypted"].write_bytes(locked)
    start = data.index(b"PK\x01\x02")
    data[start : start + 4] = b"XXXX"
    cases["zip_broken"].write_bytes(data)
    for code, case in cases.items():
        with pytest.raises(DataError) as raised:
            import_images(case, "pets", home)
        assert raised.value.problem.code == code
        assert raised.value.message("es") != raised.value.message("en")
    assert nothing_left(home)


def test_a_damaged_entry_is_skipped(home: Home, tmp_path: Path) -> None:
    pictures = {f"{label}/{i}.png": encoded(noise(10 * i + len(label))) for label in ("cat", "bird") for i in range(3)}
    path = zipped(tmp_path / "p.zip", pictures)
    data = bytearray(path.read_bytes())
    data[data.index(pictures["cat/1.png"]) + 60] ^= 0xFF
    path.write_bytes(data)
    report = import_images(path, "pets", home)
    assert reasons(report) == {"cat/1.png": "unreadable"}
