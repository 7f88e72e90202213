"""From an exception to a sentence that says what to change."""

from __future__ import annotations

import errno

from cnnlab.errors import LabError, Problem

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
    if is_out_of_memory(error):
        return Problem("out_of_memory", "training.batch_size")
    return Problem("unexpected", "", {"kind": type(error).__name__, "detail": str(error)[:300]})
