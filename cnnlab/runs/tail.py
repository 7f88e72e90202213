"""Follows a JSON-lines file that grows, and now and then is replaced as a whole."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class Tail:
    """``read`` gives the whole lines that came since; all lines again after the file was replaced by another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode: int | None = None
        self._offset = 0
        self.replaced = False  # whether the last ``read`` began anew

    def read(self) -> list[dict[str, Any]]:
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return []
        with file:
            stat = os.fstat(file.fileno())
            self.replaced = stat.st_ino != self._inode or stat.st_size < self._offset
            if self.replaced:
                self._inode, self._offset = stat.st_ino, 0
            file.seek(self._offset)
            data = file.read()
        complete = data[: data.rfind(b"\n") + 1]  # a torn last line is not yet written
        self._offset += len(complete)
        return [json.loads(line) for line in complete.splitlines() if line]
