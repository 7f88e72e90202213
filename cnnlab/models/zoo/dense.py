"""AlexNet and VGG without the two dense layers that hold most of their weights."""

from __future__ import annotations

import dataclasses

from torch import nn

from cnnlab.models.blocks import chain
from cnnlab.models.zoo.surgery import Plan

OUTPUT = "classifier.output"


def without_dense_layers(network: nn.Module, plan: Plan) -> Plan:
    """The mean of each last map, then the output (global average pooling: Lin, Chen, Yan 2014, section 3.2).

    ``network`` is changed; the plan for what it is now is returned.
    """
    dense = network.get_submodule("classifier")
    dropout = next(module for module in dense.modules() if isinstance(module, nn.Dropout))
    features = network.get_submodule("features")
    channels = [module.out_channels for module in features.modules() if isinstance(module, nn.Conv2d)][-1]
    network.register_module("avgpool", nn.AdaptiveAvgPool2d(1))
    output = nn.Linear(channels, 1)  # replaced by that for the classes
    network.register_module("classifier", chain({"dropout": dropout, "output": output}))
    return dataclasses.replace(plan, output=OUTPUT)
