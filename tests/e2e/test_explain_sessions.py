"""Eight browser sessions that explain at once with one run get the maps that one alone gets."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState

pytestmark = pytest.mark.slow

SESSIONS = 8
PATIENCE_MS = 180_000
TRIES, PAUSE_MS = 20, 2_000
METHODS = ("grad_cam", "saliency", "guided_backprop")  # hooks of several kinds


@pytest.fixture
def run_id(home: Home, mlflow_home: Home) -> str:
    """LeNet-5, trained on the digits for one epoch."""
    from cnnlab import worker

    settings = {"training.epochs": 1, "model.architecture": "lenet5", "training.threads": 1}
    journal = Journal.create(mlflow_home, Experiment().changed(settings), worker=ProcessIdentity.own())
    assert worker.run(journal, 1, home) is RunState.FINISHED
    return journal.run_id


def test_eight_sessions_get_the_maps_of_one(
    address: str, browser: Browser, home: Home, run_id: str, tmp_path: Path
) -> None:
    tabs = browser.new_context()  # each tab is a session of its own; the program of the page is fetched once
    first = tabs.new_page()
    first.goto(f"{address}/explain?run={run_id}&index=100&lang=en")
    values(first, tmp_path)
    pages = [tabs.new_page() for _ in range(SESSIONS)]
    urls = [f"{address}/explain?run={run_id}&index={i}&method={','.join(METHODS)}&lang=en" for i in range(SESSIONS)]
    for page, url in zip(pages, urls, strict=True):
        page.goto(url, wait_until="commit")  # none waits for another
    together = [values(page, tmp_path) for page in pages]
    for page in pages:
        page.close()
    shutil.rmtree(home.cache / "explanations")  # or the second look would be at the first's maps
    for url, found in zip(urls, together, strict=True):
        page = tabs.new_page()
        page.goto(url)
        alone = values(page, tmp_path)
        page.close()
        assert set(found) == set(alone)
        assert len(found) == len(METHODS)
        for name, expected in alone.items():
            assert found[name] == pytest.approx(expected, abs=1e-6), (url, name)
    firsts = [next(iter(one.values())) for one in together]
    assert any(not np.array_equal(firsts[0], other) for other in firsts[1:])  # the images differ, so the maps do


def values(page: Page, folder: Path) -> dict[str, NDArray[np.float32]]:
    """What "All values" downloads."""
    page.locator(".st-key-explain_grade button").wait_for(timeout=PATIENCE_MS)  # the last but one on the page
    opener, wanted = page.locator(".st-key-explain_downloads button").first, page.get_by_text("All values (NPZ)")
    for _ in range(TRIES):  # a page that is drawn again meanwhile closes what was opened
        if opener.get_attribute("aria-expanded", timeout=PATIENCE_MS) != "true":
            opener.click(timeout=PATIENCE_MS)
        page.wait_for_timeout(PAUSE_MS)
        if wanted.count():
            break
    with page.expect_download(timeout=PATIENCE_MS) as download:
        wanted.click(timeout=PATIENCE_MS)
    path = folder / "maps.npz"
    download.value.save_as(path)
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
