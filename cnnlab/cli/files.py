"""The files that commands write where they are told to."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnlab.errors import LabError
from cnnlab.failures import is_disk_full
from cnnlab.home import write_atomically

OUT = "--out"


def check_ending(path: str | None, known: Sequence[str], field: str = OUT) -> None:
    """Before anything is computed. Raises ``LabError`` ("unknown_ending")."""
    if path and Path(path).suffix.lower() not in known:
        raise LabError("unknown_ending", field=field, value=path[-80:], known=", ".join(known))


def write(path: str, content: str | bytes, field: str = OUT) -> None:
    """The whole file or none. Raises ``LabError`` ("not_writable"); a full disk stays the ``OSError`` that it is."""
    try:
        write_atomically(Path(path), content)
    except (OSError, ValueError) as error:  # ValueError: a path without a name, such as "" or "."
        if is_disk_full(error):
            raise
        raise LabError("not_writable", field=field, value=path) from error


def write_records(path: str, records: Sequence[Mapping[str, Any]], *, empty: Sequence[str] = ("index",)) -> None:
    """A row a record, with the columns of the first; ``empty``: the columns where there is no record.

    Texts can do no harm in a spreadsheet. Raises what ``write`` raises.
    """
    from cnnlab.evaluation.csv_cells import inert

    text = io.StringIO()
    writer = csv.DictWriter(text, list(records[0]) if records else empty, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: inert(v) if isinstance(v, str) else v for name, v in one.items()} for one in records)
    write(path, text.getvalue())
