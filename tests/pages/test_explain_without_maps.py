"""Explain on a network that has no maps: Grad-CAM is not offered, and the page says why."""

from __future__ import annotations

import pytest

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.i18n import translate
from cnnlab.runs.journal import Journal
from cnnlab.runs.process import ProcessIdentity
from cnnlab.runs.states import RunState
from tests.pages.conftest import Open
from tests.pages.reading import texts


@pytest.fixture
def perceptron_run(home: Home, mlflow_home: Home) -> Journal:
    """A multilayer perceptron, trained on the digits for one epoch."""
    from cnnlab import worker

    experiment = Experiment().changed({"model.architecture": "mlp", "training.epochs": 1})
    journal = Journal.create(home, experiment, worker=ProcessIdentity.own())
    assert worker.run(journal, 1, home) is RunState.FINISHED
    return journal


@pytest.mark.parametrize("method", ["", "grad_cam"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_grad_cam_is_not_offered_with_its_reason(
    open_page: Open, perceptron_run: Journal, lang: str, method: str
) -> None:
    page = open_page("explain", lang=lang, run=perceptron_run.run_id, **({"method": method} if method else {}))
    assert not page.error
    group = next(one for one in page.button_group if (one.key or "").startswith("explain_methods"))
    assert group.value == ["saliency"]
    reason = translate("explain_page.needs.maps", lang, methods="Grad-CAM").rstrip(".")
    assert any(text.startswith(reason) for text in texts(page))
    assert "Grad-CAM" not in [node.value.strip("*") for node in page.markdown]


def test_a_network_with_maps_offers_every_method(open_page: Open, trained_run: Journal) -> None:
    page = open_page("explain", run=trained_run.run_id)
    assert page.button_group(key="explain_methods").value == ["grad_cam", "saliency"]
    assert not any("no maps of places" in text for text in texts(page))
