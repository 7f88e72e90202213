"""What the tests of importing share."""

from __future__ import annotations

import zipfile
from pathlib import Path

from cnnlab.data.importing import ImportReport
from cnnlab.home import Home


def reasons(report: ImportReport) -> dict[str, str]:
    return {remark.file: remark.reason for remark in report.skipped}


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def nothing_left(home: Home) -> bool:
    return not [p for p in home.datasets.iterdir() if p.name != ".trash"]
