"""torchvision's blocks without what breaks an explanation.

An addition in place overwrites what a hook on the block's last layer has seen; a ReLU used three times gives a hook
three outputs; an activation that is a function gives it none. The names of the weights stay torchvision's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn


class Residual(nn.Module):
    """The inverted residual block of MobileNetV3 and EfficientNet, where the input is carried around it."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.block: nn.Module = block.block
        self.stochastic_depth: nn.Module = getattr(block, "stochastic_depth", nn.Identity())

    def forward(self, inputs: Tensor) -> Tensor:
        return self.stochastic_depth(self.block(inputs)) + inputs


class ScaledResidual(nn.Module):
    """ConvNeXt's block."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.block: nn.Module = block.block
        self.layer_scale: nn.Parameter = block.layer_scale
        self.stochastic_depth: nn.Module = block.stochastic_depth

    def forward(self, inputs: Tensor) -> Tensor:
        return self.stochastic_depth(self.layer_scale * self.block(inputs)) + inputs


class BasicBlock(nn.Module):
    """The block of ResNet-18 and 34, each activation its own."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.conv1: nn.Module = block.conv1
        self.bn1: nn.Module = block.bn1
        self.relu1 = nn.ReLU()
        self.conv2: nn.Module = block.conv2
        self.bn2: nn.Module = block.bn2
        self.downsample: nn.Module = block.downsample or nn.Identity()
        self.relu2 = nn.ReLU()

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(inputs)))))
        return self.relu2(maps + self.downsample(inputs))


class Bottleneck(nn.Module):
    """The block of ResNet-50 and deeper, each activation its own."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.conv1: nn.Module = block.conv1
        self.bn1: nn.Module = block.bn1
        self.relu1 = nn.ReLU()
        self.conv2: nn.Module = block.conv2
        self.bn2: nn.Module = block.bn2
        self.relu2 = nn.ReLU()
        self.conv3: nn.Module = block.conv3
        self.bn3: nn.Module = block.bn3
        self.downsample: nn.Module = block.downsample or nn.Identity()
        self.relu3 = nn.ReLU()

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.relu1(self.bn1(self.conv1(inputs)))
        maps = self.relu2(self.bn2(self.conv2(maps)))
        return self.relu3(self.bn3(self.conv3(maps)) + self.downsample(inputs))


class ConvolutionNormActivation(nn.Module):
    """GoogLeNet's convolution, with its activation as a layer."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.conv: nn.Module = block.conv
        self.bn: nn.Module = block.bn
        self.relu = nn.ReLU()

    def forward(self, inputs: Tensor) -> Tensor:
        return self.relu(self.bn(self.conv(inputs)))


def make_explainable(network: nn.Module) -> None:
    """Nothing in place, nothing shared: blocks are replaced where they stand."""
    for parent in list(network.modules()):
        for name, block in list(parent.named_children()):
            if (new := _explainable(block)) is not block:
                parent.register_module(name, new)
    for module in network.modules():
        if hasattr(module, "inplace"):
            module.inplace = False  # type: ignore[assignment]


def _explainable(block: nn.Module) -> nn.Module:
    from torchvision.models.convnext import CNBlock
    from torchvision.models.efficientnet import FusedMBConv, MBConv
    from torchvision.models.googlenet import BasicConv2d
    from torchvision.models.mobilenetv3 import InvertedResidual
    from torchvision.models.resnet import BasicBlock as TorchvisionBasicBlock
    from torchvision.models.resnet import Bottleneck as TorchvisionBottleneck

    if isinstance(block, InvertedResidual | MBConv | FusedMBConv):
        return Residual(block) if block.use_res_connect else block
    replacements: dict[type[nn.Module], Callable[[Any], nn.Module]] = {
        CNBlock: ScaledResidual,
        TorchvisionBasicBlock: BasicBlock,
        TorchvisionBottleneck: Bottleneck,
        BasicConv2d: ConvolutionNormActivation,
    }
    replacement = replacements.get(type(block))
    return block if replacement is None else replacement(block)
