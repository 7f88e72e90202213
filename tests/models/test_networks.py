"""What is particular to one network: the residual one, MobileNet, the fast one."""

from __future__ import annotations

import hashlib
import io
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torchvision.models import mobilenet_v3_small

from cnnlab.data.types import InputKind
from cnnlab.errors import LabError
from cnnlab.experiment import ModelSpec
from cnnlab.home import Home
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.models.zoo import published as zoo


def built(name: str, channels: int, size: int, *, pretrained: bool = False, **options: Any) -> Network:
    torch.manual_seed(0)
    spec = ModelSpec(architecture=name, options=options, pretrained=pretrained)
    kind = InputKind("image", (channels, size, size))
    return build_network(spec, kind, 10, (0.0,) * channels, (1.0,) * channels).eval()


def weighted_layers(network: nn.Module) -> int:
    return sum(isinstance(m, nn.Conv2d | nn.Linear) for n, m in network.named_modules() if "shortcut" not in n)


@pytest.mark.parametrize(("blocks", "depth"), [(1, 8), (2, 14), (3, 20)])
def test_resnet_has_six_layers_a_block_and_two_more(blocks: int, depth: int) -> None:
    assert weighted_layers(built("resnet8", 3, 32, blocks=blocks)) == depth


def test_resnet_blocks_start_as_the_identity() -> None:
    network = built("resnet8", 3, 32)
    seen: dict[str, torch.Tensor] = {}
    network.get_submodule("body.activation").register_forward_hook(lambda *a: seen.__setitem__("before", a[2]))
    network.get_submodule("body.stage1").register_forward_hook(lambda *a: seen.__setitem__("after", a[2]))
    network(torch.rand(2, 3, 32, 32))
    assert torch.equal(seen["before"], seen["after"])


@pytest.mark.parametrize(("size", "side"), [(224, 7), (128, 4), (96, 3), (64, 4), (32, 4), (28, 4), (16, 4), (8, 4)])
def test_mobilenet_leaves_a_map_to_look_at(size: int, side: int) -> None:
    network = built("mobilenet_v3_small", 1, size)
    shapes = []
    network.get_submodule("body.features.12").register_forward_hook(lambda *a: shapes.append(tuple(a[2].shape)))
    network(torch.rand(1, 1, size, size))
    assert shapes == [(1, 576, side, side)]


@pytest.fixture
def published(home: Home, monkeypatch: pytest.MonkeyPatch) -> dict[str, torch.Tensor]:
    """A file of published weights in the home's cache, named by its own hash."""
    torch.manual_seed(7)
    weights = mobilenet_v3_small(weights=None).state_dict()
    buffer = io.BytesIO()
    torch.save(weights, buffer)
    name = f"mobilenet_v3_small-{hashlib.sha256(buffer.getvalue()).hexdigest()[:8]}.pth"
    (home.cache / "weights").mkdir()
    (home.cache / "weights" / name).write_bytes(buffer.getvalue())
    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    monkeypatch.setattr(zoo, "url_of", lambda _: f"https://weights.example/{name}")
    return weights


def test_pretrained_mobilenet_computes_what_torchvisions_does(published: dict[str, torch.Tensor]) -> None:
    reference = mobilenet_v3_small(weights=None).eval()
    reference.load_state_dict(published)
    images = torch.rand(2, 3, 128, 128)
    network = built("mobilenet_v3_small", 3, 128, pretrained=True)
    features = network.get_submodule("body.features")
    with torch.no_grad():
        assert torch.allclose(features(images), reference.features(images), atol=1e-5)


def test_pretrained_mobilenet_sees_grey_as_three_equal_colours(published: dict[str, torch.Tensor]) -> None:
    grey = torch.rand(2, 1, 128, 128)
    one, three = (built("mobilenet_v3_small", c, 128, pretrained=True).get_submodule("body.features") for c in (1, 3))
    with torch.no_grad():
        assert torch.allclose(one(grey), three(grey.expand(-1, 3, -1, -1)), atol=1e-4)


def test_pretrained_weights_that_cant_be_had_say_how_to_get_them(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise urllib.error.URLError("no route to host")

    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    monkeypatch.setattr(urllib.request, "urlopen", unreachable)
    with pytest.raises(LabError) as caught:
        built("mobilenet_v3_small", 3, 32, pretrained=True)
    assert caught.value.problem.code == "weights_offline"
    assert caught.value.problem.field == "model.pretrained"
    for language in ("en", "es"):
        sentence = caught.value.message(language)
        assert "download.pytorch.org" in sentence
        assert "mobilenet_v3_small-047dcff4.pth" in sentence
        assert "no route to host" in sentence


def test_damaged_weights_are_refused(published: dict[str, torch.Tensor], home: Home) -> None:
    path: Path = next((home.cache / "weights").iterdir())
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(LabError) as caught:
        built("mobilenet_v3_small", 3, 32, pretrained=True)
    assert caught.value.problem.code == "weights_broken"
    assert path.name in caught.value.message("es")


def test_a_download_is_kept_for_the_next_time(
    published: dict[str, torch.Tensor], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    path: Path = next((home.cache / "weights").iterdir())
    content = path.read_bytes()
    path.unlink()
    asked = []

    def answers(url: str, **_: object) -> Any:
        asked.append(url)
        return io.BytesIO(content)

    monkeypatch.setattr(urllib.request, "urlopen", answers)
    for _ in range(2):
        built("mobilenet_v3_small", 3, 32, pretrained=True)
    assert len(asked) == 1
    assert path.read_bytes() == content


def test_the_fast_network_pools_before_it_normalises() -> None:
    block = built("fast_cnn", 1, 28).get_submodule("body.block1")
    assert [type(layer) for layer in block.children()] == [nn.Conv2d, nn.MaxPool2d, nn.BatchNorm2d, nn.ReLU]


def test_mobilenets_running_statistics_follow_a_short_training() -> None:
    """At the published momentum of 0.01 they would still be half the start's after 60 steps."""
    network = built("mobilenet_v3_small", 1, 32).train()
    images = torch.rand(16, 1, 32, 32) * 0.2 + 0.6
    for _ in range(60):
        network(images)
    stem = network.get_submodule("body.features.0")
    norm = stem.get_submodule("1")
    mean = stem.get_submodule("0")(images).mean(dim=(0, 2, 3))
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert torch.allclose(norm.running_mean, mean, rtol=0.05, atol=1e-3)
