"""A run's network, ready for use: the weights of its best epoch and all that is needed to feed and read it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import load as load_safetensors
from torch import Tensor

from cnnlab.data.image import prepare
from cnnlab.errors import LabError, RunError
from cnnlab.evaluation.card import Card
from cnnlab.experiment import Experiment
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.tasks.base import Task
from cnnlab.tasks.build import build_task
from cnnlab.tasks.outputs import network_outputs
from cnnlab.training import checkpoints


@dataclass(frozen=True)
class TrainedModel:
    """The best weights of a run, with all it takes to use them."""

    card: Card
    experiment: Experiment
    network: Network
    task: Task

    def input_of(self, image: Image.Image) -> Tensor:
        """[1, C, H, W] uint8: the image as training saw its images."""
        channels, height, _ = self.card.kind.shape
        pixels = prepare(image, size=height, channels=channels, resize=self.experiment.data.resize)
        return torch.from_numpy(pixels).permute(2, 0, 1).unsqueeze(0)


def load_trained(folder: Path) -> TrainedModel:
    """The best weights of a run folder, on the CPU, in eval mode.

    Raises ``RunError``: "model_missing" (nothing was trained yet), "model_broken" (the file is not what was written).
    """
    card = Card.read(folder)
    experiment = Experiment.from_dict(card.experiment)
    spec = experiment.model.model_copy(update={"pretrained": False})  # the run's own weights replace them anyway
    outputs = network_outputs(experiment.task, card.outputs.count)
    network = build_network(spec, card.kind, outputs, card.mean, card.std)
    try:
        network.load_state_dict(load_safetensors(_best_weights(folder)))
    except (RuntimeError, ValueError) as error:
        raise RunError("model_broken", value=folder.name) from error
    task = build_task(experiment, card.outputs, card.training_counts)
    return TrainedModel(card, experiment, network.eval(), task)


def _best_weights(folder: Path) -> bytes:
    """``best.safetensors`` of a finished run, else the best epoch so far."""
    path = folder / "checkpoints" / "best.safetensors"
    if path.is_file():
        data, stamp = path.read_bytes(), path.with_name(f"{path.name}.sha256")
        if not stamp.is_file() or hashlib.sha256(data).hexdigest() != stamp.read_text("utf-8").strip():
            raise RunError("model_broken", value=folder.name)
        return data
    best = checkpoints.best_file(folder / "checkpoints")
    if best is None:
        raise RunError("model_missing", value=folder.name)
    return best.read_bytes()


def weights_fingerprint(folder: Path) -> str:
    """What names the best weights of a run folder, without reading them: another name, other weights.

    Raises ``RunError`` ("model_missing").
    """
    stamp = folder / "checkpoints" / "best.safetensors.sha256"
    if stamp.is_file():
        return stamp.read_text("utf-8").strip()
    best = checkpoints.best_file(folder / "checkpoints")
    if best is None:
        raise RunError("model_missing", value=folder.name)
    return best.name


def read_image(path: Path) -> Image.Image:
    """An image a user names. Raises ``LabError`` ("image_missing", or what ``data.image`` says is wrong with it)."""
    from cnnlab.data.image import open_image

    if not path.is_file():
        raise LabError("image_missing", value=str(path))
    return open_image(path.read_bytes(), name=path.name)
