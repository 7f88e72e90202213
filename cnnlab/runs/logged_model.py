"""A run's network as MLflow's LoggedModel: code and safetensors, nothing pickled.

The model's folder holds CNN Lab's own code, the weights and what is needed to feed and read them, so whoever loads
it by ``mlflow.pyfunc.load_model`` needs only the packages that its requirements name.
"""

from __future__ import annotations

import importlib.metadata
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import mlflow.pyfunc
from mlflow import MlflowClient
from mlflow.entities import LoggedModel, LoggedModelOutput, LoggedModelStatus, Metric

import cnnlab
from cnnlab.evaluation.reading.reading import FILES, Reading
from cnnlab.experiment import Experiment
from cnnlab.runs import tags
from cnnlab.runs.journal import Journal

PACKAGES = (
    "babel",
    "filelock",
    "mlflow",
    "numpy",
    "pandas",
    "pillow",
    "psutil",
    "pyarrow",
    "pydantic",
    "PyYAML",
    "safetensors",
    "torch",
    "torchmetrics",
    "torchvision",
)
MODEL_FILES = ("model.json", "experiment.yaml", "checkpoints/best.safetensors", "checkpoints/best.safetensors.sha256")
NOT_SERVED = ("__pycache__", "*.pyc", "ui", "cli", "jobs")


def log_model(
    client: MlflowClient, run_id: str, experiment_id: str, journal: Journal, metrics: Sequence[Metric]
) -> str:
    """Logs the best weights of a finished run once, and its metrics beside them; the model's id.

    What a killed process left half done is thrown away and done anew.
    """
    found = ready_models(client, run_id, experiment_id)
    return str(found[0].model_id) if found else str(_logged(client, run_id, experiment_id, journal, metrics).model_id)


def log_as_read(client: MlflowClient, run_id: str, experiment_id: str, journal: Journal) -> LoggedModel:
    """The model that carries what is kept of the run now (``Reading``), logged beside the first where there is none."""
    stamp = Reading.of(journal.folder).stamp
    for model in ready_models(client, run_id, experiment_id):
        if model.tags.get(tags.READING, "") == stamp:
            return model
    return _logged(client, run_id, experiment_id, journal, [])


def ready_models(client: MlflowClient, run_id: str, experiment_id: str) -> list[LoggedModel]:
    """Those of the run that are whole; the others are deleted."""
    found: list[LoggedModel] = []
    for model in client.search_logged_models([experiment_id], filter_string=f"source_run_id = '{run_id}'"):
        if model.status == LoggedModelStatus.READY:
            found.append(model)
        else:
            client.delete_logged_model(model.model_id)
    return found


def _logged(
    client: MlflowClient, run_id: str, experiment_id: str, journal: Journal, metrics: Sequence[Metric]
) -> LoggedModel:
    experiment = journal.experiment()
    kept = {tags.RUN_ID: journal.run_id, tags.EXPERIMENT_SHA256: experiment.sha256}
    if stamp := Reading.of(journal.folder).stamp:
        kept[tags.READING] = stamp
    params = {"architecture": experiment.model.architecture, "dataset": experiment.data.dataset}
    model = client.create_logged_model(experiment_id, _model_name(experiment), run_id, kept, params, "cnnlab")
    with tempfile.TemporaryDirectory() as scratch:
        saved = save_model(journal.folder, Path(scratch))
        client.log_model_artifacts(model.model_id, str(saved))
    linked = [Metric(m.key, m.value, m.timestamp, m.step, model_id=model.model_id, run_id=run_id) for m in metrics]
    if linked:
        client.log_batch(run_id, linked)
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 0)])
    client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    return client.get_logged_model(model.model_id)


def save_model(run_folder: Path, scratch: Path) -> Path:
    """A pyfunc model folder below ``scratch``, which is empty; with what is kept of the run."""
    source, code = scratch / "run", scratch / "code" / "cnnlab"
    for name in (*MODEL_FILES, *(name for name in FILES if (run_folder / name).is_file())):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(run_folder / name, source / name)
    package = Path(cnnlab.__file__).parent
    shutil.copytree(package, code, ignore=shutil.ignore_patterns(*NOT_SERVED))
    saved = scratch / "model"
    mlflow.pyfunc.save_model(
        str(saved),
        python_model=str(package / "runs" / "pyfunc_model.py"),
        artifacts={"run": str(source)},
        code_paths=[str(code)],
        pip_requirements=requirements(),
    )
    return saved


def requirements() -> list[str]:
    """The installed versions of what a prediction needs, as the package index names them."""
    found = []
    for name in PACKAGES:
        version = importlib.metadata.version(name).partition("+")[0]  # "+cpu" names a build, not a release
        found.append(f"{name}=={version}")
    return found


def _model_name(experiment: Experiment) -> str:
    # MLflow takes no slash, colon, point, per cent or quote in a model's name
    return "".join(c if c.isalnum() or c in "-_ " else "-" for c in experiment.name)[:120] or "model"
