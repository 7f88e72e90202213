"""What Grad-CAM costs over one forward pass and one backward pass to its layer, at 224 pixels.

The unit is the cheapest such pair that there is: nothing before the layer is kept for gradients. Everything is timed
in turn, in CPU seconds of one thread, so that other work on the machine slows all alike; each repeat gives one ratio.
Run it on a calm machine: ``python -m tests.benchmarks.explain``. Writes docs/benchmarks/explain.md.
"""

from __future__ import annotations

import argparse
import copy
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from captum.attr import LayerAttribution, LayerGradCam
from torch import Tensor

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.explain.base import attribute_of
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.explain import explain_batch
from cnnlab.explain.layers import offered_layers
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.tasks.classification import Classification
from tests.benchmarks.report import heading, write

BAR = 1.3
SIDE = 224
NETWORKS = ("resnet18", "mobilenet_v3_small")
BATCHES = (1, 32)
TARGET = 3
HELD = ("Grad-CAM, the method alone", "`explain_batch`: with lock, prediction and checks")
UNIT = "one forward, one backward to the layer"


def built(architecture: str) -> Network:
    torch.manual_seed(0)
    kind = InputKind("image", (3, SIDE, SIDE))
    network = build_network(ModelSpec(architecture=architecture), kind, 1000, [0.5] * 3, [0.25] * 3)
    return network.to(memory_format=torch.channels_last).eval().requires_grad_(False)


def forward_and_backward(network: Network, inputs: Tensor, layer: str) -> Tensor:
    caught: list[Tensor] = []

    def begin_here(_module: Any, _arguments: Any, output: Tensor) -> Tensor:
        caught.append(output.detach().requires_grad_(True))
        return caught[0].clone()

    handle = network.get_submodule(layer).register_forward_hook(begin_here)
    scores = network(inputs)[:, TARGET]
    handle.remove()
    return torch.autograd.grad(scores.sum(), caught[0])[0]


def captums(network: Network, inputs: Tensor, layer: str) -> Tensor:
    pixels = (inputs / 255).requires_grad_(True)
    coarse = LayerGradCam(network, network.get_submodule(layer)).attribute(pixels, target=TARGET)
    return LayerAttribution.interpolate(coarse, (SIDE, SIDE), "bilinear").detach()[:, 0]


def products(network: Network, inputs: Tensor) -> Tensor:
    targets = [TARGET] * len(inputs)
    found = explain_batch(network, Classification(), inputs, targets=targets, method="grad_cam")
    return torch.stack([torch.from_numpy(explanation.map) for explanation in found])


def ways(network: Network, inputs: Tensor, layer: str) -> dict[str, Callable[[], Callable[[], Tensor]]]:
    """What is timed, by name: each makes ready and gives the call to time."""
    method = attribute_of("grad_cam")

    def unseen() -> Callable[[], Tensor]:
        other = copy.deepcopy(network)  # of which it is not known which layers have places
        forward_and_backward(other, inputs, layer)
        return lambda: products(other, inputs)

    return {
        UNIT: lambda: lambda: forward_and_backward(network, inputs, layer),
        HELD[0]: lambda: lambda: method(network, inputs, lambda raw: raw[:, TARGET]),
        HELD[1]: lambda: lambda: products(network, inputs),
        "the same, where nothing was explained before": unseen,
        "Captum's LayerGradCam and its interpolation": lambda: lambda: captums(network, inputs, layer),
    }


def measured(network: Network, inputs: Tensor, layer: str, repeats: int) -> dict[str, list[float]]:
    """CPU seconds by name, one for each repeat, after one that is not counted."""
    seconds: dict[str, list[float]] = {}
    for repeat in range(repeats + 1):
        for name, make in ways(network, inputs, layer).items():
            call = make()
            began = time.thread_time()
            call()
            spent = time.thread_time() - began
            if repeat:
                seconds.setdefault(name, []).append(spent)
    return seconds


def rows(architecture: str, count: int, repeats: int) -> list[str]:
    network = built(architecture)
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randint(0, 256, (count, 3, SIDE, SIDE), dtype=torch.uint8, generator=generator)
    layer = offered_layers(network, inputs)[-1]
    with borrowed(network):
        ours, plain = products(network, inputs), captums(network, inputs, layer)
    difference = float((ours - plain).abs().max() / plain.abs().max())
    seconds = measured(network, inputs, layer, repeats)
    lines = []
    for name, times in seconds.items():
        ratios = [one / unit for one, unit in zip(times, seconds[UNIT], strict=True)]
        middle = statistics.median(ratios)
        held = ("yes" if middle <= BAR else "**no**") if name in HELD else ""
        cells = (architecture, count, name, f"{statistics.median(times):.3f}", f"{middle:.2f}")
        lines.append(f"| {' | '.join(map(str, cells))} | {min(ratios):.2f} to {max(ratios):.2f} | {held} |")
    lines.append(
        f"| {architecture} | {count} | largest difference from Captum's map | | {difference:.0e} of its peak | | |"
    )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--repeats-of-batch", type=int, default=7)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    before = os.getloadavg()[0]
    table = []
    for architecture in NETWORKS:
        for count in BATCHES:
            table += rows(architecture, count, arguments.repeats if count == 1 else arguments.repeats_of_batch)
    repeats = f"--repeats {arguments.repeats} --repeats-of-batch {arguments.repeats_of_batch}"
    command = f"python -m tests.benchmarks.explain {repeats}"
    report = heading(f"What Grad-CAM costs, at {SIDE} pixels", command, ("torch", "torchvision", "captum"))
    report += f"| network | images | what | CPU s, median | over the unit, median | from, to | ≤ {BAR} |\n"
    report += "|---|---|---|---|---|---|---|\n" + "\n".join(table) + "\n\n"
    report += (
        f"The unit is {UNIT}, with nothing before the layer kept for gradients. CPU seconds\n"
        f"of one thread, random weights, {arguments.repeats} repeats of one image and {arguments.repeats_of_batch} of a"
        " batch, everything in turn;\na ratio is taken within a repeat. Captum's includes no lock, no prediction and no"
        " checks.\nWhere nothing was explained before, one more pass of one image tells which layers have places; that"
        " is kept for the\nnetwork and the size of the images."
        f" Load average before and after: {before:.1f}, {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n"
    )
    print(report)
    print(write("explain", report))


if __name__ == "__main__":
    main()
