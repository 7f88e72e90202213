"""A design as a PyTorch module that stands for itself: what a person would write, with the names of the design's own
layers, so that its weights can be loaded into it. No torch here.
"""

from __future__ import annotations

import ast
import functools
import importlib.resources
import keyword
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cnnlab.models.design import OUTPUT, CheckedLayer, DesignReport, LayerRow, analyse, checked_layers
from cnnlab.models.shapes import Shape
from cnnlab.registry import registry

# kinds that begin a line of forward(); what follows one is written around it
_BEGINNERS = ("convolution", "residual_block", "flatten", "linear", "global_pooling", "adaptive_pooling", OUTPUT)
_WIDEST = 100  # characters of a line
_INDENT = " " * 8
_LONGEST_NAME = 60
_START = """
        for name, layer in self.named_modules():
            if isinstance(layer, nn.Conv2d | nn.Linear) and name != "output":
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")  # He et al. 2015
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
"""


def as_code(layers: Sequence[Mapping[str, Any]], shape: Shape, outputs: int, name: str) -> str:
    """The source of a module for inputs of ``shape``, whose weights are named as those of the design's body are.

    ``name`` is any text; the class gets of it what can be in an identifier. Raises ``ExperimentError`` at each layer
    that can't be.
    """
    found = checked_layers(layers, shape, outputs)
    report = analyse(layers, shape, outputs)
    made = [_expression(layer) for layer in found]
    helpers = [source for helper, source in _helpers().items() if any(f"{helper}(" in text for text in made)]
    assigned = [_assignment(layer.name, text) for layer, text in zip(found, made, strict=True)]
    source = [
        _docstring(report, shape, outputs, name),
        _imports("\n".join((*helpers, *made))),
        *(f"\n{helper}\n" for helper in helpers),
        f"\nclass {class_name(name)}(nn.Module):",
        "    def __init__(self) -> None:",
        "        super().__init__()",
        *assigned,
        _START if len(found) > 1 and _has_weights(report) else "",
        "    def forward(self, x: Tensor) -> Tensor:",
        *_forward(report.rows),
    ]
    return "\n".join(source) + "\n"


def class_name(text: str) -> str:
    """Any text as the name of a class: "my 2nd design" -> ``My2ndDesign``."""
    words = "".join(character if character.isalnum() else " " for character in text).split()
    name = "".join(word[0].upper() + word[1:] for word in words)[:_LONGEST_NAME]
    taken = {"Tensor", "Callable", *_helpers()}
    if not name.isidentifier() or keyword.iskeyword(name) or name in taken:
        name = f"Network{name}" if f"Network{name}".isidentifier() else "Network"
    return name


def _docstring(report: DesignReport, shape: Shape, outputs: int, name: str) -> str:
    title = " ".join("".join(c if c.isalnum() or c in "-_.,()+" else " " for c in name).split())
    return f'''"""{title or "A network"}, designed with CNN Lab.

Input: [N, {shape.channels}, {shape.height}, {shape.width}] floats, standardised as the training images are.
Output: [N, {outputs}], one raw number a class (softmax makes probabilities of them).
{report.parameters:,} parameters, {report.macs:,} multiply-accumulates for one image.
"""
'''


def _imports(source: str) -> str:
    lines = []
    if "Callable[" in source:
        lines.append("from collections.abc import Callable")
    if "partial(" in source:
        lines.append("from functools import partial")
    return "\n".join([*lines, *([""] if lines else []), "from torch import Tensor, nn", ""])


def _expression(layer: CheckedLayer) -> str:
    if layer.kind == OUTPUT:
        return f"nn.Linear({layer.given[0]}, {layer.options['units']})"
    text: str = registry("layer").module(layer.kind).code(layer.options, layer.given)
    return text


def _assignment(name: str, expression: str) -> str:
    line = f"{_INDENT}self.{name} = {expression}"
    if len(line) <= _WIDEST:
        return line
    call = ast.parse(expression, mode="eval").body
    assert isinstance(call, ast.Call)  # noqa: S101  # every layer is made by a call
    pieces = [ast.get_source_segment(expression, part) for part in call.args]
    pieces += [f"{word.arg}={ast.get_source_segment(expression, word.value)}" for word in call.keywords]
    inside = "".join(f"\n{_INDENT}    {piece}," for piece in pieces)
    return f"{_INDENT}self.{name} = {ast.get_source_segment(expression, call.func)}({inside}\n{_INDENT})"


def _has_weights(report: DesignReport) -> bool:
    return any(row.parameters and row.kind not in ("normalization", OUTPUT) for row in report.rows)


def _forward(rows: Sequence[LayerRow]) -> Iterator[str]:
    """A line for each convolution, block or linear layer with what follows it, and the shape that comes out."""
    calls, made = "x", ""
    for row in rows:
        wrapped = f"self.{row.name}({calls})"
        if calls != "x" and (row.kind in _BEGINNERS or len(wrapped) > _WIDEST - 30):
            yield f"{_INDENT}x = {calls}  # {made}"
            wrapped = f"self.{row.name}(x)"
        calls, made = wrapped, str(list(row.shape or ()))
    yield f"{_INDENT}return {calls}"


@functools.cache
def _helpers() -> dict[str, str]:
    """The source of each class that torch has not, by its name: read, not imported."""
    source = (importlib.resources.files("cnnlab.models.layers") / "modules.py").read_text("utf-8")
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    return {node.name: ast.get_source_segment(source, node) or "" for node in classes}
