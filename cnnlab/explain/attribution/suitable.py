"""What a network is made of, as far as methods that change how gradients pass depend on it.

Where a part is not of the kind that they change, they give the plain gradient there, without an error.
"""

from __future__ import annotations

from torch import nn

from cnnlab.models.zoo.shifted import Shift

# what DeepLift has a rule for
POOLS = (nn.MaxPool2d, nn.AdaptiveMaxPool2d)
ACTIVATIONS = (nn.ReLU, nn.ELU, nn.LeakyReLU, nn.Tanh, nn.Softplus)

# in lower case: timm has classes of its own under these names
_OTHER_RECTIFIERS = frozenset(
    "celu elu gelu gelutanh hardmish hardmishme hardswish hardswishme hardtanh leakyrelu mish mishme "  # noqa: SIM905
    "prelu quickgelu relu6 rrelu selu silu softplus swish swishme".split()
)

# passes on differences of its inputs as they are, whatever the inputs, in eval mode
_LINEAR = (
    nn.AdaptiveAvgPool2d,
    nn.AvgPool2d,
    nn.BatchNorm2d,
    nn.ChannelShuffle,
    nn.Conv2d,
    nn.Dropout,
    nn.Dropout2d,
    nn.Flatten,
    nn.Identity,
    nn.Linear,
    nn.Unflatten,
    nn.Upsample,
    nn.ZeroPad2d,
    Shift,
)


def rectified_by_relu(network: nn.Module) -> bool:
    """Whether there are modules of the class ReLU, and no other kind of rectifying activation."""
    kinds = {type(module) for module in network.modules()}
    if any(kind.__name__.lower() in _OTHER_RECTIFIERS for kind in kinds):
        return False
    return any(issubclass(kind, nn.ReLU) for kind in kinds)


def rescalable(network: nn.Module) -> bool:
    """Whether each part is linear or has a rule of DeepLift: no attention, gates, recurrence or other activations.

    Nor parts that overwrite their input, whose difference from the base could not be told afterwards.
    """
    leaves = [module for module in network.modules() if not any(True for _ in module.children())]
    return not any(getattr(leaf, "inplace", False) for leaf in leaves) and all(
        isinstance(leaf, (*_LINEAR, *ACTIVATIONS, *POOLS, nn.Sequential)) for leaf in leaves
    )
