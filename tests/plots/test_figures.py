"""Figures are built in the threads of many sessions at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys, threading, time
begun = threading.Event()

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas.core":
            begun.set()
            time.sleep(1.5)
        return None

import plotly.graph_objects
sys.meta_path.insert(0, Slow())
threading.Thread(target=lambda: __import__("pandas")).start()
begun.wait(20)
from cnnlab.plots import data
from cnnlab.plots.palette import LIGHT
figure = data.balance({"train": (3, 4)}, ("a", "b"), LIGHT, "en", y_axis="images")
assert list(figure.data[0].y) == [3, 4]
"""


@pytest.mark.slow
def test_a_figure_waits_for_pandas_that_another_thread_imports() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-1000:]


@pytest.mark.parametrize("typed", ['a "b"', "l'eau", "<script>alert(1)</script>", "a & b", "😀"])
def test_names_are_shown_as_they_are(typed: str) -> None:
    """Plotly reads these entities and no others; codes of quotes would be seen as they are written."""
    from cnnlab.plots.figures import inert

    shown = inert(typed)
    assert "<" not in shown
    assert shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == typed
