"""Where CNN Lab keeps things: one folder, ``CNNLAB_HOME`` (default ``~/.cnnlab``)."""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from cnnlab.errors import LabError, RunError

RUN_ID = re.compile(r"[0-9a-f]{32}")
_READ_AS_CODES = re.compile(r"\?|%[0-9A-Fa-f]{2}")  # in the address of a database: a query, a character by its code


@dataclass(frozen=True)
class Home:
    """The folders of one home. Making a ``Home`` touches nothing; ``ensure()`` creates it."""

    root: Path

    @classmethod
    def current(cls) -> Home:
        configured = os.environ.get("CNNLAB_HOME")
        return cls(Path(configured).expanduser().resolve() if configured else Path.home() / ".cnnlab")

    @property
    def cache(self) -> Path:
        """Prepared datasets and downloads: may be deleted at any time."""
        return self.root / "cache"

    @property
    def datasets(self) -> Path:
        """Imported datasets: the user's data."""
        return self.root / "datasets"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def mlflow(self) -> Path:
        return self.root / "mlflow"

    @property
    def jobs(self) -> Path:
        """The supervisor's lock, socket, log and the slots."""
        return self.root / "jobs"

    def ensure(self) -> Home:
        """Creates the folders. Raises ``LabError``: "home_unwritable", "home_name" (MLflow would misread it)."""
        if _READ_AS_CODES.search(str(self.root)):
            raise LabError("home_name", field="CNNLAB_HOME", value=str(self.root))
        try:
            for folder in (self.cache, self.datasets, self.runs, self.mlflow, self.jobs):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LabError(
                "home_unwritable", field="CNNLAB_HOME", value=str(self.root), detail=error.strerror
            ) from error
        return self

    @property
    def home_id(self) -> str:
        """Which home a run belongs to: 32 hex digits, made once, the same for every process."""
        path = self.root / "home.json"
        if not path.exists():
            self.ensure()
            with FileLock(self.root / "home.lock"):
                if not path.exists():
                    write_atomically(path, json.dumps({"home_id": secrets.token_hex(16)}))
        return str(json.loads(path.read_text())["home_id"])

    def run_folder(self, run_id: str) -> Path:
        """The folder of a run. The id is checked first: nothing a user types is ever joined to a path."""
        if not RUN_ID.fullmatch(run_id):
            raise RunError("unknown_run", value=run_id[:80])
        return self.runs / run_id


def write_atomically(path: Path, content: str | bytes, *, durable: bool = False) -> None:
    """Replaces ``path`` as a whole: a reader sees the old content or the new, never a part.

    ``durable`` also waits until the disk has it; a full disk then raises before the old file is touched.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
