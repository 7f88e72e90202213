"""Files that commands write: whole, or a sentence that names the option and the place."""

from __future__ import annotations

import csv
import errno
from pathlib import Path

import pytest

from cnnlab.cli import files
from cnnlab.errors import LabError


@pytest.mark.parametrize("where", ["absent/map.npy", "folder", "file.txt/map.npy"])
@pytest.mark.parametrize("field", ["--out", "--array"])
def test_a_place_that_can_not_be_written_is_named(tmp_path: Path, where: str, field: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").write_text("not a folder")
    with pytest.raises(LabError) as caught:
        files.write(str(tmp_path / where), b"content", field)
    assert (caught.value.problem.code, caught.value.problem.field) == ("not_writable", field)
    assert str(tmp_path / where) in caught.value.message("es")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.txt", "folder"]


@pytest.mark.parametrize("path", ["", "."])
def test_a_path_without_a_name_is_refused(path: str) -> None:
    with pytest.raises(LabError, match="--array"):
        files.write(path, b"", "--array")


def test_a_full_disk_is_not_taken_for_a_wrong_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(files, "write_atomically", full)
    with pytest.raises(OSError, match="no space left"):
        files.write(str(tmp_path / "map.npy"), b"")


def test_records_are_rows_that_a_spreadsheet_does_not_run(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    files.write_records(str(path), [{"file": "=1+1", "share": -0.5}, {"file": "a.png", "share": 1.0}])
    with path.open(newline="", encoding="utf-8") as lines:
        assert list(csv.reader(lines)) == [["file", "share"], ["'=1+1", "-0.5"], ["a.png", "1.0"]]


def test_an_ending_is_asked_for_before_anything_is_computed() -> None:
    files.check_ending(None, (".csv",))
    files.check_ending("TABLE.CSV", (".csv",))
    with pytest.raises(LabError) as caught:
        files.check_ending("table.pdf", (".csv", ".html"))
    assert caught.value.problem.code == "unknown_ending"
    assert ".csv, .html" in caught.value.message("en")
