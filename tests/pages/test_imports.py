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
page, name, value = sys.argv[1:]
if name:
    app.query_params[name] = value
if page != "home":
    app.switch_page(f"pages/{page}.py")
app.run()
assert app.title, app.error
heavy = {"torch", "torchvision", "torchmetrics", "mlflow", "captum"} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        *("home", "data", "dataset", "run", "runs", "compare", "explain", "predict", "networks", "inside", "design"),
        *("sanity", "timeline", "laboratory", "mistakes", "evaluate"),
    ],
)
def test_no_heavy_library_in_the_app(home: Home, page: str) -> None:
    """Explain, Predict and the sanity check without a run to load: what they list needs no torch.

    Train asks it for its estimate.
    """
    for name, value in addresses(home, page):
        command = [sys.executable, "-c", PROGRAM, "data" if page == "dataset" else page, name, value]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]


def addresses(home: Home, page: str) -> list[tuple[str, str]]:
    if page in ("explain", "predict", "sanity", "laboratory", "mistakes", "evaluate"):
        return [("", "")]
    ids = [make(home).run_id for make in (made_runs.finished, made_runs.running, made_runs.failed)]
    if page == "run":
        return [("run", run_id) for run_id in ids]
    return [
        {"compare": ("runs", ",".join(ids)), "dataset": ("dataset", "digits"), "design": ("network", "lenet5")}.get(
            page, ("", "")
        )
    ]
