"""A design as code is the same network: names, weights, outputs; and it reads as if written by a person."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network
from cnnlab.models.code import as_code, class_name
from cnnlab.models.sequences import as_layers, is_sequence
from cnnlab.models.shapes import Shape
from cnnlab.registry import registry
from tests.fresh_python import printed
from tests.models.designs import Layers, every_kind

LARGE = 2_000_000  # parameters: more take seconds
SEQUENCES = [
    pytest.param(name, marks=[pytest.mark.slow] * (entry.facts["parameters"] > LARGE))
    for name, entry in registry("architecture").items()
    if is_sequence(name)
]
SHAPE = Shape(3, 20, 20)
HOSTILE = 'a"""\nimport os\n\\N{DASH} \u202e {braces} ñandú'


def module_of(source: str, name: str) -> nn.Module:
    """The class, made in a namespace that has nothing but what the source itself imports."""
    namespace: dict[str, Any] = {"__name__": "written"}
    exec(compile(source, "written.py", "exec"), namespace)  # noqa: S102  # that is the test
    assert "cnnlab" not in source
    made: nn.Module = namespace[class_name(name)]()
    return made


def hold_the_same_outputs(layers: Layers, shape: Shape, outputs: int = 5) -> None:
    kind = InputKind("image", (shape.channels, shape.height, shape.width))
    spec = ModelSpec(architecture="designed", layers=layers)
    statistics = (0.0,) * shape.channels, (1.0,) * shape.channels
    body = build_network(spec, kind, outputs, *statistics).body
    written = module_of(as_code(layers, shape, outputs, "design"), "design")
    inputs = torch.rand(3, *kind.shape, generator=torch.Generator().manual_seed(0))
    body.train()(inputs)  # moves the running statistics away from where they start
    written.load_state_dict(body.state_dict())
    with torch.no_grad():
        assert torch.equal(written.eval()(inputs), body.eval()(inputs))


@pytest.mark.parametrize("layers", every_kind(), ids=lambda layers: "-".join(layer["kind"] for layer in layers))
def test_the_module_gives_the_same_outputs_for_the_same_weights(layers: Layers) -> None:
    hold_the_same_outputs(layers, SHAPE)


@pytest.mark.parametrize("name", SEQUENCES)
def test_so_does_each_network_of_the_catalogue_that_is_a_sequence(name: str) -> None:
    facts = registry("architecture")[name].facts
    size = facts["default_size"] if facts["parameters"] < LARGE else max(facts["minimum_size"], 32)
    kind = InputKind("image", (facts["default_channels"], size, size))
    hold_the_same_outputs(as_layers(name, {}, kind), Shape(*kind.shape), outputs=10)


def test_it_starts_with_weights_drawn_as_those_of_the_design() -> None:
    layers = as_layers("resnet8", {"width": 64}, InputKind("image", (3, 20, 20)))
    spec = ModelSpec(architecture="designed", layers=layers)
    torch.manual_seed(0)  # five biases say little of what they are drawn from
    body = build_network(spec, InputKind("image", (3, 20, 20)), 5, (0.0,) * 3, (1.0,) * 3).body
    torch.manual_seed(0)
    written = module_of(as_code(layers, SHAPE, 5, "design"), "design")
    for name, drawn in body.named_parameters():
        other = written.get_parameter(name)
        assert other.std(correction=0).item() == pytest.approx(drawn.std(correction=0).item(), rel=0.15, abs=0.02), name


def test_lenet5_reads_as_a_person_would_write_it() -> None:
    source = as_code(as_layers("lenet5", {}, InputKind("image", (1, 28, 28))), Shape(1, 28, 28), 10, "LeNet five")
    assert source.splitlines()[0] == '"""LeNet five, designed with CNN Lab.'
    assert "61,706 parameters, 416,520 multiply-accumulates" in source
    assert "class LeNetFive(nn.Module):" in source
    assert "        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)\n" in source
    assert "        x = self.pool1(self.relu1(self.conv1(x)))  # [6, 14, 14]\n" in source
    assert "        return self.output(x)\n" in source


def test_the_source_is_clean(tmp_path: Path) -> None:
    """As ruff has it, in check and in format; all kinds of layers at once."""
    for number, layers in enumerate(every_kind()):
        (tmp_path / f"design{number}.py").write_text(as_code(layers, SHAPE, 5, f"design {number}"), "utf-8")
    pytest.importorskip("ruff", reason="ruff is not here: pip install -r requirements-dev.txt")
    ruff = [sys.executable, "-m", "ruff"]
    rules = ["--isolated", "--line-length", "120"]
    select = ["--select", "E,F,W,I,N,UP,B,C4,SIM,RET,PIE,RUF"]
    for command in ([*ruff, "check", *rules, *select, "."], [*ruff, "format", "--check", "--diff", *rules, "."]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_no_name_gets_out_of_the_docstring() -> None:
    layers = every_kind()[0]
    source = as_code(layers, SHAPE, 5, HOSTILE)
    assert source.count('"""') == 2
    assert "\u202e" not in source
    module_of(source, HOSTILE)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my 2nd design", "My2ndDesign"),
        ("diseño", "Diseño"),
        ("", "Network"),
        ("3 layers", "Network3Layers"),
        ("tensor", "NetworkTensor"),
        ("residualBlock", "NetworkResidualBlock"),
        ("none", "NetworkNone"),
        ("🙂", "Network"),
        ("²", "Network"),
        ("x" * 300, "X" + "x" * 59),
    ],
)
def test_any_text_makes_a_class_name(text: str, name: str) -> None:
    assert class_name(text) == name


def test_a_design_that_cannot_be_is_no_code() -> None:
    with pytest.raises(ExperimentError) as caught:
        as_code([{"kind": "convolution", "kernel_size": -3}], SHAPE, 5, "design")
    assert caught.value.problem.field == "layers[0].kernel_size"


def test_writing_code_imports_no_torch() -> None:
    code = (
        "import sys; from cnnlab.models.code import as_code; from cnnlab.models.shapes import Shape;"
        "as_code([{'kind': 'residual_block'}, {'kind': 'global_pooling'}], Shape(3, 16, 16), 4, 'x');"
        "print('torch' in sys.modules)"
    )
    assert printed(code) == "False"
