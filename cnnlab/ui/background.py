"""Work that outlives a script run: an import, a download. The page that began it draws how far it is, by polling.

A thread never touches Streamlit: it fills in a ``Work``, and the page reads that. Works are kept by name for the
whole app process, so that a page which was left and opened again finds its own.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.errors import LabError, Problem
from cnnlab.failures import explain_failure

_LOG = logging.getLogger("cnnlab.ui")
_PACE_SECONDS = 2.0  # before that, what is left would jump about


class CancelledError(Exception):
    """Raised inside the work at its next report of progress after ``Work.cancel``."""


@dataclass
class Work:
    """``phase`` is a catalogue key of what is being done; ``total`` is 0 while it is not known."""

    phase: str = ""
    done: int = 0
    total: int = 0
    started: float = field(default_factory=time.time)
    phase_started: float = field(default_factory=time.time)
    result: Any = None
    problems: tuple[Problem, ...] = ()  # why it failed
    ended: bool = False
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True

    def report(self, phase: str, done: int, total: int) -> None:
        """The ``Progress`` that the work is given."""
        if self.cancelled:
            raise CancelledError
        if phase != self.phase:
            self.phase_started = time.time()
        self.phase, self.done, self.total = phase, done, total

    @property
    def share(self) -> float | None:
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """Of this phase, at its pace so far; ``None`` while there is none to speak of."""
        passed = time.time() - self.phase_started
        if not self.total or not 0 < self.done < self.total or passed < _PACE_SECONDS:
            return None
        return passed * (self.total - self.done) / self.done


def begin(name: str, function: Callable[[Progress], Any]) -> Work:
    """Runs ``function(progress)`` in a thread of its own, unless the work of that name is still going on."""
    works = _works()
    with _LOCK:
        found = works.get(name)
        if found is not None and not found.ended:
            return found
        work = works[name] = Work()
    threading.Thread(target=_run, args=(work, function), name=f"work {name}", daemon=True).start()
    return work


def find(name: str) -> Work | None:
    return _works().get(name)


def going(name: str) -> Work | None:
    """The work of that name while it goes on."""
    work = find(name)
    return None if work is None or work.ended else work


def forget(name: str) -> None:
    _works().pop(name, None)


def own(name: str) -> str:
    """``name`` for this browser session alone."""
    if "session" not in st.session_state:
        st.session_state["session"] = secrets.token_hex(8)
    return f"{st.session_state['session']} {name}"


def _run(work: Work, function: Callable[[Progress], Any]) -> None:
    try:
        work.result = function(work.report)
    except CancelledError:
        work.cancelled = True
    except LabError as error:
        work.problems = error.problems
    except Exception as error:
        _LOG.exception("background work failed")
        work.problems = (explain_failure(error),)
    finally:
        work.ended = True


_LOCK = threading.Lock()


@st.cache_resource(show_spinner=False)
def _works() -> dict[str, Work]:
    return {}
