"""Trained networks in the app's memory: a few of them, each read once. Importing this imports no torch."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.ui.language import t

if TYPE_CHECKING:
    from cnnlab.data.load import Dataset
    from cnnlab.evaluation.trained import TrainedModel

_NETWORKS, _DATASETS, _PREDICTIONS = 3, 4, 8

# read when torch is imported: threads of several sessions that wait by spinning starve each other
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def model_of(run: Run) -> TrainedModel:
    """Raises ``RunError``: "model_missing", "model_broken", "run_is_elsewhere"."""
    with st.spinner(t("trained.loading")):
        return _model(run.run_id, stamp(run))


def dataset_of(run: Run) -> Dataset:
    """The dataset of the run with the split that it was trained with; its pixels stay mapped on the disk."""
    with st.spinner(t("trained.data")):
        return _dataset(run.run_id)


def predictions_of(run: Run, split: str = "test") -> dict[str, list[Any]]:
    """Shared between sessions: not to be changed. Raises as ``split_predictions`` does."""
    with st.spinner(t("trained.predicting")):
        return _predictions(run.run_id, stamp(run), split)


def stamp(run: Run) -> str:
    """Changes when the weights do."""
    if run.folder is None:
        raise RunError("run_is_elsewhere", value=run.run_id)
    return str(run.result.get("weights_sha256") or f"{run.attempt}-{run.best_epoch}")


@st.cache_resource(max_entries=_NETWORKS, show_spinner=False)
def _model(run_id: str, stamp: str) -> TrainedModel:  # noqa: ARG001  # names the weights
    from cnnlab.evaluation.trained import load_trained

    return load_trained(Journal.open(Home.current(), run_id).folder)


@st.cache_resource(max_entries=_DATASETS, show_spinner=False)
def _dataset(run_id: str) -> Dataset:
    from cnnlab.evaluation.evaluate import dataset_of as load_dataset

    return load_dataset(Journal.open(Home.current(), run_id), Home.current())


@st.cache_resource(max_entries=_PREDICTIONS, show_spinner=False)  # cache_data would copy every column at every rerun
def _predictions(run_id: str, stamp: str, split: str) -> dict[str, list[Any]]:  # noqa: ARG001  # names the weights
    from cnnlab.evaluation.stored import stored_predictions

    home = Home.current()
    journal = Journal.open(home, run_id)
    with contextlib.suppress(FileNotFoundError, RunError):
        return stored_predictions(journal.folder, split, without=("probabilities",))
    from cnnlab.evaluation.evaluate import ensure_measured  # only what has to be measured needs torch

    ensure_measured(journal, home, split, damaged=True)
    return stored_predictions(journal.folder, split, without=("probabilities",))
