"""The code that MLflow runs to load and serve a run's network. It is executed from a copy beside the weights.

Input of ``predict``, one of
- ``numpy`` array [N, H, W, C] or [N, H, W]: raw pixels 0..255, of any size;
- a list of the bytes of image files (JPEG, PNG, …), or of such bytes as base64 text, as JSON has to send them;
- a DataFrame whose first column holds such bytes or texts.
Images are resized and standardised as in training. Output: a DataFrame, a row an image, with the task's columns
(for classification "prediction", "probability", "probabilities") and "class" where classes have names. A temperature
and a threshold that were kept when the model was logged are applied, so it says what the page Predict said then.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mlflow.models
import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import torch
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from PIL import Image

from cnnlab.data.image import open_image
from cnnlab.data.types import Batch
from cnnlab.errors import DataError
from cnnlab.evaluation.reading.reading import Reading
from cnnlab.evaluation.trained import TrainedModel, load_trained

BATCH = 64


class CnnLabModel(PythonModel):
    """A trained network behind MLflow's prediction interface."""

    _trained: TrainedModel
    _reading: Reading

    def load_context(self, context: PythonModelContext) -> None:
        folder = Path(context.artifacts["run"])
        self._trained, self._reading = load_trained(folder), Reading.of(folder)

    # MLflow reads type hints here: of the kinds that are taken, this is one that it checks no schema for
    def predict(
        self,
        context: PythonModelContext | None,  # noqa: ARG002  # the interface's signature
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> pd.DataFrame:
        """See the head of this file. Raises what ``images_of`` raises."""
        images = images_of(model_input)
        parts = [self._predict(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()

    def _predict(self, images: Sequence[Image.Image]) -> pd.DataFrame:
        trained = self._trained
        inputs = torch.cat([trained.input_of(image) for image in images])
        batch = Batch(inputs, None, None, torch.arange(len(images)))
        with torch.no_grad():
            decoded = trained.task.decode(trained.task.forward(trained.network, batch), batch)
        columns = {n: _plain(values) for n, values in decoded.columns.items() if n != "label"}  # there are no labels
        if "probabilities" in columns and not self._reading.is_plain:
            said = self._reading.say(np.array(columns["probabilities"]))
            columns["prediction"], columns["probability"] = said.decided.tolist(), said.probability.tolist()
            columns["probabilities"] = said.probabilities.tolist()
        names = trained.card.outputs.class_names
        if names and "prediction" in columns:
            columns["class"] = [names[index] for index in columns["prediction"]]
        return pd.DataFrame(columns)


def images_of(model_input: Any) -> list[Image.Image]:
    """Raises ``DataError`` ("input_not_images", and what ``open_image`` says is wrong with a file)."""
    if isinstance(model_input, pd.DataFrame):
        model_input = model_input.iloc[:, 0].tolist()
    if isinstance(model_input, np.ndarray) and model_input.dtype != object:
        return _from_pixels(model_input)
    if isinstance(model_input, list | tuple | np.ndarray):
        return [_from_file(item, number) for number, item in enumerate(model_input)]
    raise DataError("input_not_images", value=type(model_input).__name__)


def _from_pixels(pixels: np.ndarray[Any, Any]) -> list[Image.Image]:
    whole = pixels.ndim in (3, 4) and pixels.dtype.kind in "iu" and (pixels.ndim == 3 or pixels.shape[3] in (1, 3))
    if not whole or (pixels.size and (pixels.min() < 0 or pixels.max() > 255)):
        raise DataError("input_not_images", value=f"{pixels.dtype} {list(pixels.shape)}")
    small = pixels.astype(np.uint8)
    return [Image.fromarray(image[:, :, 0] if image.ndim == 3 and image.shape[2] == 1 else image) for image in small]


def _from_file(item: Any, number: int) -> Image.Image:
    if isinstance(item, str):
        try:
            item = base64.b64decode(item, validate=True)
        except ValueError as error:
            raise DataError("input_not_images", value=item[:40]) from error
    if not isinstance(item, bytes | bytearray):
        raise DataError("input_not_images", value=type(item).__name__)
    return open_image(bytes(item), name=f"image {number + 1}")


def _plain(values: Any) -> list[Any]:
    return values.tolist() if hasattr(values, "tolist") else list(values)


mlflow.models.set_model(CnnLabModel())
