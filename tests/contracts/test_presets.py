"""Every ready experiment can be submitted as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnlab import worker
from cnnlab.checks import check
from cnnlab.errors import ExperimentError
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.presets import load_preset, preset_names
from cnnlab.runs.journal import Journal
from cnnlab.runs.states import RunState


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_passes_the_checks_of_submit(name: str, home: Home) -> None:
    preset = load_preset(name)
    check(preset, home)
    assert preset.name
    assert Experiment.from_yaml(preset.to_yaml()) == preset


def test_an_unknown_preset_names_the_near_ones() -> None:
    with pytest.raises(ExperimentError) as caught:
        load_preset("mnist_fats")
    assert "mnist_fast" in caught.value.message("es")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "accuracy"), [("mnist_fast", 0.99), ("fashion_mnist", 0.92)])
def test_a_preset_reaches_what_it_promises(
    name: str, accuracy: float, home: Home, real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLAB_DATA", str(real_data))
    journal = Journal.create(home, load_preset(name))
    assert worker.run(journal, 1, home) is RunState.FINISHED, journal.log_text()
    assert journal.result()["test"]["accuracy"] >= accuracy
