"""From an exception to a sentence that says what to change."""

from __future__ import annotations

import errno
from pathlib import Path

from cnnlab.errors import LabError, Problem

UNEXPECTED = "unexpected"

_NO_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")


def is_disk_full(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":  # torch's, without importing it
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _NO_MEMORY)


def refused_by_home(error: BaseException, root: Path) -> Problem | None:
    """What to tell where the home's folder may not be written: another owner, or a disk that is only to be read."""
    if not isinstance(error, OSError) or error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
        return None
    path = Path(error.filename) if isinstance(error.filename, str) else root
    if not path.is_relative_to(root):
        return None
    return Problem("home_unwritable", "CNNLAB_HOME", {"value": str(root), "detail": error.strerror or ""})


def explain_failure(error: BaseException) -> Problem:
    """What to tell a person about ``error``; "unexpected" where we did not foresee it (the log has the traceback)."""
    if isinstance(error, LabError):
        return error.problem
    if is_disk_full(error):
        return Problem("disk_full", "CNNLAB_HOME")
    if is_out_of_memory(error):
        return Problem("out_of_memory", "training.batch_size")
    return Problem(UNEXPECTED, "", {"kind": type(error).__name__, "detail": str(error)[:300]})
