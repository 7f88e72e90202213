"""The links into MLflow's own pages, in a browser: the list, a run, a comparison, charts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from cnnlab import worker
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs import mlflow_ui
from cnnlab.runs.journal import Journal
from cnnlab.runs.view import view

pytestmark = pytest.mark.slow

QUICK = {"training.epochs": 1, "training.threads": 1, "training.batch_size": 256, "data.image_size": 12}
SECONDS = 30


def test_each_link_shows_its_runs(mlflow_home: Home, browser: Browser) -> None:
    runs = []
    for name in ("herons-of-january", "kites-of-june"):
        journal = Journal.create(mlflow_home, Experiment().changed({"name": name, **QUICK}))
        worker.run(journal, 1, mlflow_home)
        runs.append(view(mlflow_home, journal.run_id))
    known = [(run.mlflow_experiment_id or "", run.mlflow_run_id or "") for run in runs]
    server = mlflow_ui.start(mlflow_home)
    try:
        pages = {
            mlflow_ui.link(server): 2,
            mlflow_ui.link(server, known[:1]): 1,
            mlflow_ui.link(server, known): 2,
            mlflow_ui.charts(server, known[0][0]): 2,
        }
        for address, count in pages.items():
            page = browser.new_page()
            page.goto(address)
            for run in runs[:count]:
                page.get_by_text(run.name).first.wait_for(timeout=1000 * SECONDS)
            page.close()
    finally:
        mlflow_ui.stop(mlflow_home)
