"""The edge of a page, where errors end."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cnnlab.errors import LabError
from cnnlab.ui.language import t
from cnnlab.ui.text import message

_LOG = logging.getLogger("cnnlab.ui")


@contextmanager
def edge() -> Iterator[None]:
    """A ``LabError`` becomes its sentence; anything else one sentence and an entry in the log, never a traceback."""
    try:
        yield
    except LabError as error:
        st.error(message(error), icon=":material/error:")
    except Exception:
        reference = secrets.token_hex(4)
        _LOG.exception("a page failed (reference %s)", reference)
        st.error(t("frame.unexpected", reference=reference), icon=":material/error:")
