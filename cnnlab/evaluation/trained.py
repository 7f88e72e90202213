"""A run's network, ready for use: the weights of its best epoch and all that is needed to feed and read it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from safetensors.torch import load as load_safetensors
from torch import Tensor

from cnnlab.data.image import prepare
from cnnlab.data.types import InputKind, OutputSpec
from cnnlab.errors import LabError, RunError
from cnnlab.experiment import Experiment
from cnnlab.home import write_atomically
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.tasks.base import Task
from cnnlab.tasks.build import build_task
from cnnlab.training import checkpoints


@dataclass(frozen=True)
class Card:
    """``model.json``: what a checkpoint needs beside its weights."""

    experiment: dict[str, Any]
    kind: InputKind
    outputs: OutputSpec
    mean: tuple[float, ...]
    std: tuple[float, ...]
    dataset: str
    dataset_fingerprint: str
    training_counts: tuple[int, ...]

    def write(self, folder: Path) -> None:
        write_atomically(folder / "model.json", json.dumps(asdict(self)), durable=True)

    @classmethod
    def read(cls, folder: Path) -> Card:
        """Raises ``RunError`` ("model_missing")."""
        path = folder / "model.json"
        if not path.is_file():
            raise RunError("model_missing", value=folder.name)
        stored = json.loads(path.read_text("utf-8"))
        kind, outputs = stored["kind"], stored["outputs"]
        stored["kind"] = InputKind(kind["name"], tuple(kind["shape"]), kind["dtype"])
        names, units = tuple(outputs["class_names"]), tuple(outputs["units"])
        stored["outputs"] = OutputSpec(outputs["count"], names, units, outputs["ignore_index"])
        for name in ("mean", "std", "training_counts"):
            stored[name] = tuple(stored[name])
        return cls(**stored)


@dataclass(frozen=True)
class TrainedModel:
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
    network = build_network(spec, card.kind, card.outputs.count, card.mean, card.std)
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
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != path.with_name(f"{path.name}.sha256").read_text().strip():
            raise RunError("model_broken", value=folder.name)
        return data
    best = checkpoints.best_file(folder / "checkpoints")
    if best is None:
        raise RunError("model_missing", value=folder.name)
    return best.read_bytes()


def read_image(path: Path) -> Image.Image:
    """An image a user names. Raises ``LabError`` ("image_missing", or what ``data.image`` says is wrong with it)."""
    from cnnlab.data.image import open_image

    if not path.is_file():
        raise LabError("image_missing", value=str(path))
    return open_image(path.read_bytes(), name=path.name)
