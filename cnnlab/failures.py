"""From an exception to a sentence that says what to change."""

from __future__ import annotations

import errno
from pathlib import Path

from cnnlab.errors import LabError, Problem
from cnnlab.home import Home

UNEXPECTED = "unexpected"

_NO_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")


def is_disk_full(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":  # torch's, without importing it
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _NO_MEMORY)


def explain_failure(error: BaseException) -> Problem:
    """What to tell a person about ``error``; "unexpected" where we did not foresee it (the log has the traceback)."""
    if isinstance(error, LabError):
        return error.problem
    if is_disk_full(error):
        return Problem("disk_full", "CNNLAB_HOME")
    if isinstance(error, OSError) and _is_refused(error, Home.current().root):
        value, detail = str(Home.current().root), error.strerror or ""
        return Problem("home_unwritable", "CNNLAB_HOME", {"value": value, "detail": detail})
    if is_out_of_memory(error):
        return Problem("out_of_memory", "training.batch_size")
    return Problem(UNEXPECTED, "", {"kind": type(error).__name__, "detail": str(error)[:300]})


def _is_refused(error: OSError, root: Path) -> bool:
    """Whether the home's folder may not be written: another owner, or a disk that is only to be read."""
    if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
        return False
    return not isinstance(error.filename, str) or Path(error.filename).is_relative_to(root)
