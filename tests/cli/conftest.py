"""A run that was really trained, for the commands that use one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from tests.cli.commands import trained_in


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, _mlflow_template: Path) -> Iterator[dict[str, Any]]:
    """Two epochs of LeNet-5 on the digits: what ``train --json`` printed."""
    home = tmp_path_factory.mktemp("use") / "home"
    settings = {"training__epochs": 2, "data__image_size": 28}
    with trained_in(home, _mlflow_template, "--dataset", "digits", **settings) as values:
        yield values


@pytest.fixture
def run(trained: dict[str, Any]) -> str:
    return str(trained["run_id"])


@pytest.fixture
def digit_files(tmp_path: Path) -> list[Path]:
    """Ten digits as PNG, of the classes 0 to 9."""
    digits = load_digits()
    paths = []
    for label in range(10):
        pixels = np.rint(digits.images[label] * 255 / 16).astype(np.uint8)
        assert digits.target[label] == label
        paths.append(tmp_path / f"digit{label}.png")
        Image.fromarray(pixels).save(paths[-1])
    return paths
