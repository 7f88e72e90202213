"""Tells MLflow of a run's note and tags at once, where it can be told: else the next repair does."""

from __future__ import annotations

import contextlib

from filelock import Timeout

from cnnlab.home import Home
from cnnlab.runs import labels
from cnnlab.runs.journal import Journal


def tell_labels(journal: Journal, home: Home) -> bool:
    """Whether MLflow has the last word now. Never raises: the folder of the run has everything."""
    if not labels.waiting(journal):
        return True
    from cnnlab.runs import labels_published  # imports MLflow when it talks to it
    from cnnlab.runs.publisher import publishing_lock

    try:
        with publishing_lock(journal).acquire(timeout=0):
            return labels_published.publish(journal, home)
    except Timeout:  # its publisher or a repair is at it
        return False
    except Exception as error:  # whatever the store does, the words are kept
        with contextlib.suppress(OSError):
            journal.log(f"MLflow lacks the note and tags of this run: {type(error).__name__}")
        return False
