"""GoogLeNet (Szegedy et al. 2015), torchvision's: with batch normalisation, and without its auxiliary outputs.

The auxiliary outputs helped the gradient into a deep network before batch normalisation did.
"""

from __future__ import annotations

from typing import Any

from torch.nn import Flatten

from cnnlab.data.types import InputKind
from cnnlab.models.blocks import chain
from cnnlab.models.network import Body
from cnnlab.models.zoo.published import State, published
from cnnlab.models.zoo.shifted import Shift, expect_half
from cnnlab.models.zoo.surgery import Plan, adapted

LAYERS = (
    *("conv1", "maxpool1", "conv2", "conv3", "maxpool2", "inception3a", "inception3b", "maxpool3"),
    *("inception4a", "inception4b", "inception4c", "inception4d", "inception4e", "maxpool4"),
    *("inception5a", "inception5b", "avgpool"),
)
PLAN = Plan(
    stem="conv1.conv",
    halvings=("conv1", "maxpool1", "maxpool2", "maxpool3", "maxpool4"),
    output="fc",
    attribution_layers=("inception3b", "inception4e", "inception5b"),
)


def build(
    kind: InputKind,
    outputs: int,
    options: dict[str, Any],
    *,
    pretrained: bool,
    layers: list[dict[str, Any]] | None,  # noqa: ARG001  # the contract's signature
) -> Body:
    """``kind``: an image of any number of channels. Raises ``LabError`` ("weights_offline")."""
    whole = published(
        "googlenet",
        pretrained=pretrained,
        renamed=_without_auxiliary_outputs,
        aux_logits=False,
        init_weights=True,
        dropout=options["dropout"],
    )
    shift = expect_half(whole.get_submodule(PLAN.stem), kind.shape[0]) if pretrained else Shift(kind.shape[0])
    parts = {name: whole.get_submodule(name) for name in LAYERS}
    ends = {"flatten": Flatten(), "dropout": whole.get_submodule("dropout"), "fc": whole.get_submodule("fc")}
    return adapted(chain({"shift": shift, **parts, **ends}), PLAN, kind, outputs)


def _without_auxiliary_outputs(state: State) -> State:
    return {name: value for name, value in state.items() if not name.startswith("aux")}
