"""A pattern looked for in file names. Python's search can't be interrupted, and a pattern may take for ever: it runs in
a process of its own, which is ended when its time is over."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence

from cnnlab.errors import LabError

SECONDS = 5.0
_LONGEST = 300  # characters of a pattern

_SEARCH = """
import json, re, sys
pattern, names = json.load(sys.stdin)
search = re.compile(pattern).search
json.dump([found.group(1) if (found := search(name)) else None for name in names], sys.stdout)
"""


def matches(pattern: str, names: Sequence[str], *, seconds: float = SECONDS) -> list[str | None]:
    """What the first group of ``pattern`` holds in each name; ``None`` where it is not found.

    Raises ``LabError`` ("pattern_wrong", "pattern_without_group", "pattern_slow").
    """
    shown = pattern[:80]
    if len(pattern) > _LONGEST:
        raise LabError("pattern_wrong", field="--pattern", value=shown)
    try:
        groups = re.compile(pattern).groups
    except (re.error, OverflowError, RecursionError) as error:
        raise LabError("pattern_wrong", field="--pattern", value=shown) from error
    if groups < 1:
        raise LabError("pattern_without_group", field="--pattern", value=shown)
    command = [sys.executable, "-I", "-S", "-c", _SEARCH]
    sent = json.dumps([pattern, list(names)])
    try:
        done = subprocess.run(command, input=sent, capture_output=True, text=True, timeout=seconds, check=True)
    except subprocess.TimeoutExpired as error:
        raise LabError("pattern_slow", field="--pattern", value=shown, limit=f"{seconds:g}") from error
    except subprocess.CalledProcessError as error:
        raise LabError("pattern_wrong", field="--pattern", value=shown) from error
    found: list[str | None] = json.loads(done.stdout)
    return found
