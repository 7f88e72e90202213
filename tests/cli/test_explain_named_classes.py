"""``explain`` where classes have names: the true class of an image is found by its name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import command

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, _mlflow_template: Path) -> Iterator[str]:
    """One epoch on a few shapes."""
    home = tmp_path_factory.mktemp("named") / "home"
    (home / "mlflow").mkdir(parents=True)
    shutil.copyfile(_mlflow_template, home / "mlflow" / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLAB_HOME", str(home))
        patch.setenv("CNNLAB_LANGUAGE", "en")
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        settings = ("training.epochs=1", "training.threads=1", "training.device=cpu", "data.options.samples=200")
        chosen = [part for setting in settings for part in ("--set", setting)]
        done = command("train", "--dataset", "shapes", "--architecture", "lenet5", "--seed", 0, *chosen, "--json")
        assert done.status == 0, done.err
        yield done.values["run_id"]


def test_the_true_class_is_explained_by_its_name(run: str, tmp_path: Path) -> None:
    arguments = ("--targets", "true,predicted", "--method", "saliency", "--out", tmp_path / "sheet.png", "--json")
    for name in ("circle", "square"):
        done = command("explain", run, "--pick", "any", "--true-class", name, *arguments)
        assert done.status == 0, done.err
        assert done.values["explanations"][0]["target"] == name
