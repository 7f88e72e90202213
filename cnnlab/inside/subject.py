"""The network that is looked into: a run's best weights, or a network or design as it starts, before it has learned.

Importing this imports no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cnnlab.data.types import InputKind
from cnnlab.errors import LabError
from cnnlab.experiment import ModelSpec

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from cnnlab.data.samples import ArraySamples
    from cnnlab.evaluation.trained import TrainedModel
    from cnnlab.models.network import Network

PREFIX = "body."  # of the names in a Network, which a person may leave out


@dataclass(frozen=True)
class Subject:
    network: Network  # in eval mode, on the CPU
    kind: InputKind
    trained: bool
    resize: Literal["squeeze", "crop", "pad"] = "squeeze"  # how images of other shapes become its own

    def input_of(self, image: Image.Image) -> Tensor:
        """[1, C, H, W] uint8: the image as the network sees it."""
        import torch

        from cnnlab.data.image import prepare

        channels, size, _ = self.kind.shape
        pixels = prepare(image, size=size, channels=channels, resize=self.resize)
        return torch.from_numpy(pixels).permute(2, 0, 1).unsqueeze(0)


def of_run(model: TrainedModel) -> Subject:
    """See ``cnnlab.evaluation.trained.load_trained``."""
    return Subject(model.network, model.card.kind, trained=True, resize=model.experiment.data.resize)


def untrained(spec: ModelSpec, kind: InputKind, outputs: int, *, seed: int = 0) -> Subject:
    """As training with ``seed`` would start it, for images that lie around 0.5 with a spread of 0.25.

    Raises what ``build_network`` raises.
    """
    import torch

    from cnnlab.models.build import build_network

    channels = kind.shape[0]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build_network(spec, kind, outputs, (0.5,) * channels, (0.25,) * channels)
    return Subject(network.eval(), kind, trained=spec.pretrained)


def noise(kind: InputKind, count: int, *, seed: int = 0) -> Tensor:
    """[count, C, H, W] uint8: independent pixels, for a network without a dataset (as Luo et al. 2016 do)."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, *kind.shape), dtype=torch.uint8, generator=generator)


def spread(samples: ArraySamples, count: int) -> Tensor:
    """[count, C, H, W] uint8: images from all over a split; fewer where it has no more."""
    step = max(1, len(samples) // count)
    return samples.pick(list(range(0, len(samples), step))[:count]).inputs


def full_name(network: Network, layer: str) -> str:
    """The name of ``layer`` in ``network``, its prefix added. Raises ``LabError`` ("unknown_inside_layer")."""
    names = [name for name, _ in network.named_modules() if name]
    for name in (layer, PREFIX + layer):
        if name in names:
            return name
    raise unknown_layer(layer, [name.removeprefix(PREFIX) for name in names])


def unknown_layer(layer: str, known: list[str]) -> LabError:
    """Names that are near, else the first ones."""
    import difflib

    near = difflib.get_close_matches(layer, known, n=6) or known[:12]
    return LabError("unknown_inside_layer", field="--layer", value=layer[:80], known=", ".join(near) or "–")
