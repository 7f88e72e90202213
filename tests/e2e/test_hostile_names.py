"""Names are text, whatever they hold: nothing in them runs, nothing is fetched, and they can be read."""

from __future__ import annotations

import urllib.parse
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from cnnlab import worker
from cnnlab.data.importing import import_images
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from tests.pages import made_runs

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = (
    "<img src=x onerror=window.pwned=1>",
    "<script>window.pwned=1</script>",
    "![x](http://evil.example/x.png) [y](javascript:window.pwned=1)",
    "**bold** $\\frac{1}{2}$ :material/home: :dog: :red[red] `code`",
    "\N{RIGHT-TO-LEFT OVERRIDE}abc \N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET} 🦊🧪",
    "{value} %s =1+1",
    "x" * 255,
)
# as names of folders: those without a slash
CLASSES = (
    "<img src=x onerror=window.pwned=1>",
    "![x](http:evil.example)",
    "<b>bold<b> 🦊",
    "{value} [y](javascript:1)",
)


@pytest.fixture
def hostile(mlflow_home: Home, tmp_path: Path) -> list[str]:
    """Runs with such names, the first of them really trained on classes and files with such names."""
    random = np.random.default_rng(0)
    for place, label in enumerate(CLASSES):
        folder = tmp_path / "images" / label
        folder.mkdir(parents=True)
        for number in range(12):
            pixels = random.integers(0, 60, (16, 16, 3)) + np.uint8(45 * place)
            Image.fromarray(pixels.astype(np.uint8)).save(folder / f"<i>{number}<i> ![z](http:evil.example).png")
    import_images(tmp_path / "images", "hostile", mlflow_home)
    changes = {"name": NAMES[0], "data.dataset": "hostile", "model.architecture": "resnet8", "training.epochs": 2}
    experiment = Experiment().changed({**changes, "training.batch_size": 8})
    journal = Journal.create(mlflow_home, experiment, worker=ProcessIdentity.own())
    assert worker.run(journal, 1, mlflow_home) is RunState.FINISHED
    makers = (made_runs.running, made_runs.failed, made_runs.stopped, made_runs.lost, made_runs.queued)
    others = [makers[place % len(makers)](mlflow_home, name) for place, name in enumerate(NAMES[1:])]
    return [journal.run_id, *(other.run_id for other in others)]


def test_nothing_in_a_name_runs_or_is_fetched(hostile: list[str], browser: Browser, address: str) -> None:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="es-MX").new_page()
    hosts, dialogs = set(), []
    page.on("request", lambda request: hosts.add(urllib.parse.urlsplit(request.url).hostname or ""))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for name, path in addresses(hostile).items():
        page.goto(f"{address}{path}")
        settle(page)
        assert page.evaluate("window.pwned") is None, name
        assert page.locator("[data-testid=stMain] img[src='x']").count() == 0, name
        assert page.locator("[data-testid=stMain] script").count() == 0, name
        assert page.get_by_text("no habíamos previsto").count() == 0, name
    assert dialogs == []
    assert hosts <= {"127.0.0.1", ""}  # "" are pictures that stand in the page itself


def test_names_can_be_read_as_they_are(hostile: list[str], browser: Browser, address: str) -> None:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    for run_id, name in zip(hostile, NAMES, strict=True):
        page.goto(f"{address}/run?run={run_id}")
        heading = page.get_by_role("heading", level=1).first
        heading.wait_for(timeout=90_000)
        assert heading.inner_text().replace("\N{WORD JOINER}", "").strip() == name


def addresses(runs: list[str]) -> dict[str, str]:
    """Every page that shows such names."""
    return {
        "home": "/",
        "data": "/data",
        "dataset": "/data?dataset=hostile",
        "train": f"/train?like={runs[0]}",
        "runs": "/runs",
        "run": f"/run?run={runs[0]}",
        "failed": f"/run?run={runs[2]}",
        "compare": f"/compare?runs={','.join(runs[:4])}",
        "explain": f"/explain?run={runs[0]}",
        "predict": f"/predict?run={runs[0]}",
    }


def settle(page: Page) -> None:
    page.get_by_role("heading", level=1).first.wait_for(timeout=90_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2500)
