"""Values that make no sense are refused before anything is computed or written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import command

REFUSED = [
    (("groups", "{run}", "--csv", "a\0b"), "--csv"),
    (("robustness", "{run}", "--seed", "-1"), "--seed"),
    (("disagree", "{run}", "{run}", "--limit", "0"), "--limit"),
    (("disagree", "{run}", "{run}", "--limit", "-3"), "--limit"),
]


@pytest.mark.parametrize(("arguments", "field"), REFUSED)
def test_a_value_is_refused(run: str, arguments: tuple[str, ...], field: str) -> None:
    done = command(*[part.format(run=run) for part in arguments])
    assert done.status == 2
    assert done.out == ""
    assert field in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("name", ["groups", "disagree", "robustness"])
def test_a_file_that_is_no_table_is_not_replaced(run: str, tmp_path: Path, name: str) -> None:
    path = tmp_path / "accounts"
    path.write_text("mine", "utf-8")
    done = command(name, run, *([run] if name == "disagree" else []), "--out", path)
    assert done.status == 2
    assert "--out" in done.err
    assert ".csv" in done.err
    assert path.read_text("utf-8") == "mine"
