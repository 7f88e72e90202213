"""How new images are read with a run: what was kept on Evaluate, said where its numbers stand."""

from __future__ import annotations

import streamlit as st

from cnnlab.evaluation.reading.reading import Reading
from cnnlab.evaluation.reading.words import sentences
from cnnlab.runs.run import Run
from cnnlab.ui import trained
from cnnlab.ui.language import language
from cnnlab.ui.text import plain


def of(run: Run) -> Reading:
    """Read anew at every rerun: it may have been kept or taken back meanwhile."""
    return Reading() if run.folder is None else Reading.of(run.folder)


def said(run: Run, *, named: bool = False) -> Reading:
    """In a caption too, where anything is kept; ``named``: with the run's name, beside others."""
    reading = of(run)
    if not reading.is_plain:
        names = [plain(name) for name in trained.model_of(run).card.outputs.class_names]
        whose = [f"**{plain(run.name)}**:"] if named else []
        st.caption(" ".join([*whose, *sentences(reading, names, language())]))
    return reading
