"""``explain`` where classes have names: the true class of an image is found by its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import command, trained_in

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, _mlflow_template: Path) -> Iterator[str]:
    """One epoch on a few shapes."""
    home = tmp_path_factory.mktemp("named") / "home"
    settings = {"training__epochs": 1, "data__options__samples": 200}
    with trained_in(home, _mlflow_template, "--dataset", "shapes", **settings) as values:
        yield str(values["run_id"])


def test_the_true_class_is_explained_by_its_name(run: str, tmp_path: Path) -> None:
    arguments = ("--targets", "true,predicted", "--method", "saliency", "--out", tmp_path / "sheet.png", "--json")
    for name in ("circle", "square"):
        done = command("explain", run, "--pick", "any", "--true-class", name, *arguments)
        assert done.status == 0, done.err
        assert done.values["explanations"][0]["target"] == name
