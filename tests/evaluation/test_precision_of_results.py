"""Results that are kept are in float32, whatever the network was trained in."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from cnnlab.cli import main
from cnnlab.evaluation.evaluate import dataset_of, held_out_predictions
from cnnlab.evaluation.predictions import PREDICTIONS
from cnnlab.evaluation.trained import load_trained
from cnnlab.home import Home
from cnnlab.runs.journal import Journal


def test_trained_in_bfloat16_it_is_tested_as_it_predicts(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    settings = ["training.precision=bfloat16", "training.epochs=1", "training.threads=1"]
    assert main(["train", "--json", *(word for setting in settings for word in ("--set", setting))]) == 0
    journal = Journal.open(home, json.loads(capsys.readouterr().out.splitlines()[-1])["run_id"])
    dataset = dataset_of(journal, home)
    with torch.inference_mode():
        raw = load_trained(journal.folder).network(dataset.test.pick(list(range(len(dataset.test)))).inputs)
    expected = raw.softmax(1).numpy()
    for _ in range(2):  # measured by the worker, then anew
        stored = np.array(held_out_predictions(journal, home)["probabilities"])
        np.testing.assert_allclose(stored, expected, atol=1e-5)
        (journal.folder / PREDICTIONS).unlink(missing_ok=True)
