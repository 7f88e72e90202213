"""Neither page brings torch or MLflow into the app's process: they cost seconds and most of a gigabyte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cnnlab.home import Home
from tests.pages import made_runs

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from streamlit.testing.v1 import AppTest
from cnnlab.jobs import supervisor

supervisor.ensure = lambda home: None
app = AppTest.from_file("app.py", default_timeout=60)
page, run_id = sys.argv[1:]
if run_id:
    app.query_params["run"] = run_id
if page != "home":
    app.switch_page(f"pages/{page}.py")
app.run()
assert app.title, app.error
heavy = {"torch", "torchvision", "torchmetrics", "mlflow", "captum", "sklearn"} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.mark.slow
@pytest.mark.parametrize("page", ["home", "run"])
def test_no_heavy_library_in_the_app(home: Home, page: str) -> None:
    journals = [made_runs.finished(home), made_runs.running(home), made_runs.failed(home)]
    for journal in journals if page == "run" else journals[:1]:
        command = [sys.executable, "-c", PROGRAM, page, journal.run_id if page == "run" else ""]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
