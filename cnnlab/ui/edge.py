"""The edge of a page, where errors end."""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from cnnlab.errors import LabError
from cnnlab.failures import UNEXPECTED, explain_failure
from cnnlab.ui.language import t
from cnnlab.ui.text import message

_LOG = logging.getLogger("cnnlab.ui")


_SAID = "edge_said"  # in the session: what callbacks came to, until the page is drawn


def safely(callback: Callable[..., None]) -> Callable[..., None]:
    """A widget's callback that ends at the edge as well: it runs before the page, which then says what was wrong."""

    @functools.wraps(callback)
    def called(*arguments: Any, **named: Any) -> None:
        try:
            callback(*arguments, **named)
        except LabError as error:
            st.session_state[_SAID] = message(error)
        except Exception as error:
            st.session_state[_SAID] = _other(error)

    return called


def say_what_callbacks_met() -> None:
    if said := st.session_state.pop(_SAID, ""):
        st.error(said, icon=":material/error:")


@contextmanager
def edge() -> Iterator[None]:
    """A ``LabError`` becomes its sentence; anything else one sentence and an entry in the log, never a traceback."""
    try:
        yield
    except LabError as error:
        st.error(message(error), icon=":material/error:")
    except Exception as error:
        st.error(_other(error), icon=":material/error:")


def _other(error: Exception) -> str:
    """A full disk, a home that may not be written, too little memory; else the sentence for what we did not foresee.

    The log has the rest under the same reference.
    """
    problem = explain_failure(error)
    if problem.code != UNEXPECTED:
        return message(LabError.from_problems((problem,)))
    reference = secrets.token_hex(4)
    _LOG.exception("a page failed (reference %s)", reference)
    return t("frame.unexpected", reference=reference)
