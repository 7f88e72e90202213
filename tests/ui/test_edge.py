"""Where errors of a page end: in a sentence, whatever they are."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnlab.home import Home
from cnnlab.i18n import translate

ROOM = Path("/somewhere/else")


def page(number: int, path: str) -> None:
    from cnnlab.ui.edge import edge

    with edge():
        raise OSError(number, "said by the system", path)


def errors(number: int, path: Path) -> list[str]:
    return [one.value for one in AppTest.from_function(page, args=(number, str(path))).run().error]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_home_that_may_only_be_read(home: Home, number: int) -> None:
    (said,) = errors(number, home.runs / "x")
    assert "CNNLAB" in said
    assert "said by the system" in said


def test_a_full_disk(home: Home) -> None:
    (said,) = errors(errno.ENOSPC, home.runs / "x")
    assert said == translate("error.disk_full", "en", field="CNNLAB\\_HOME")


def test_what_nobody_foresaw_has_a_reference(home: Home) -> None:  # the home that is refused is not the file's
    (said,) = errors(errno.EACCES, ROOM)
    assert said.startswith(translate("frame.unexpected", "en", reference="")[:40])
