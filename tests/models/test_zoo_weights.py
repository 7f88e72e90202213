"""Published weights: found as a file, brought into the adapted network, which then computes what torchvision's does."""

from __future__ import annotations

import copy
import hashlib
import io
import re
from collections import OrderedDict

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import get_model, get_model_weights

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.home import Home
from cnnlab.models import weights
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.models.zoo import published as zoo
from tests.models.test_zoo import ZOO

# the smallest of each family quickly, and those whose parts differ
QUICK = (
    *("alexnet", "googlenet", "resnet18", "densenet121", "squeezenet1_1", "mobilenet_v3_small", "shufflenet_v2_x0_5"),
    *("mnasnet0_5", "efficientnet_b0", "regnet_y_400mf", "convnext_tiny", "swin_t"),
)
SLOW = (
    *("vgg11", "vgg11_bn", "resnet50", "wide_resnet50_2", "squeezenet1_0", "mobilenet_v2", "mobilenet_v3_large"),
    *("efficientnet_b2", "efficientnet_v2_s", "regnet_x_400mf", "vit_b_16", "vit_b_32", "swin_v2_t", "maxvit_t"),
)
CHECKED = [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]


def published_network(name: str) -> nn.Module:
    """torchvision's own, with weights that are anything but those it starts with."""
    torch.manual_seed(7)
    options = {"transform_input": True, "init_weights": True} if name == "googlenet" else {}
    network: nn.Module = get_model(name, weights=None, **options).eval()
    with torch.no_grad():
        for key, value in network.state_dict().items():
            if value.is_floating_point():
                value.add_(torch.rand_like(value).mul_(0.1 * value.abs().mean() + 1e-3))
            if key.endswith("layer_scale"):
                value.fill_(0.5)  # 1e-6 would hide the blocks
    return network


def keep(state: dict[str, Tensor], home: Home, monkeypatch: pytest.MonkeyPatch) -> str:
    """The file as if it had been downloaded; named as some of torchvision's are, with dots and a hash."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    name = f"net1.0_top1_73.5-{hashlib.sha256(buffer.getvalue()).hexdigest()[:10]}.pth"
    (home.cache / "weights").mkdir(exist_ok=True)
    (home.cache / "weights" / name).write_bytes(buffer.getvalue())
    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    monkeypatch.setattr(zoo, "url_of", lambda _: f"https://weights.example/{name}")
    return name


def pretrained(name: str, size: int, outputs: int = 1000, channels: int = 3) -> Network:
    kind = InputKind("image", (channels, size, size))
    spec = ModelSpec(architecture=name, pretrained=True)
    return build_network(spec, kind, outputs, (0.0,) * channels, (1.0,) * channels).eval()


def with_the_published_output(network: Network, reference: nn.Module) -> Network:
    """The last layer is always new: for a comparison it gets the published weights too."""
    own, known = network.body.state_dict(), reference.state_dict()
    heads = tuple(name.removeprefix("body.") for name in network.head)
    network.body.load_state_dict({key: known[key] if key.startswith(heads) else value for key, value in own.items()})
    return network


@pytest.mark.parametrize("name", CHECKED)
def test_unmodified_it_computes_what_torchvisions_does(name: str, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = published_network(name)
    keep(reference.state_dict(), home, monkeypatch)
    if name.startswith("squeezenet"):
        reference.get_submodule("classifier").register_module("2", nn.Identity())  # a class below 0 has a gradient
    size = 256 if name == "swin_v2_t" else 224
    network = with_the_published_output(pretrained(name, size), reference)
    images = torch.rand(1, 3, size, size)
    with torch.no_grad():
        expected, found = reference(images), network(images)
    assert expected.std() > 0
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))
    published_names = {key for key in reference.state_dict() if not key.startswith("aux")}
    assert set(network.body.state_dict()) - published_names <= {"shift.shift"}, "the names of weights are torchvision's"


@pytest.mark.parametrize(
    "name", ["resnet18", "convnext_tiny", "swin_t", pytest.param("vit_b_32", marks=pytest.mark.slow)]
)
def test_small_images_use_the_published_weights_too(name: str, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = published_network(name)
    keep(reference.state_dict(), home, monkeypatch)
    network, known = pretrained(name, 32, outputs=4), reference.state_dict()
    own = network.body.state_dict()
    heads = tuple(head.removeprefix("body.") for head in network.head)
    adapted = [key for key in own if own[key].shape != known[key].shape and not key.startswith(heads)]
    same = [key for key in own if key not in adapted and not key.startswith(heads)]
    assert all(torch.equal(own[key], known[key]) for key in same if known[key].is_floating_point())
    assert all(re.search("relative_position|pos_embedding|conv_proj|features.0.0", key) for key in adapted)
    assert network(torch.rand(2, 3, 32, 32)).isfinite().all()


def test_files_of_a_time_when_names_had_dots_are_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    state = published_network("densenet121").state_dict()
    old = OrderedDict((re.sub(r"(denselayer\d+\.(?:norm|conv))(\d)", r"\1.\2", key), v) for key, v in state.items())
    assert any(".norm.1." in key for key in old)
    keep(old, home, monkeypatch)
    assert torch.equal(
        pretrained("densenet121", 64, 4).body.state_dict()["features.denseblock1.denselayer1.norm1.weight"],
        state["features.denseblock1.denselayer1.norm1.weight"],
    )


def test_a_run_with_published_weights_is_reloaded_without_them(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """GoogLeNet's expect other pixels: what makes up for it must be in the state."""
    keep(published_network("googlenet").state_dict(), home, monkeypatch)
    trained = pretrained("googlenet", 64, 4)
    spec, kind = ModelSpec(architecture="googlenet"), InputKind("image", (3, 64, 64))
    reloaded = build_network(spec, kind, 4, (0.0,) * 3, (1.0,) * 3).eval()
    reloaded.load_state_dict(copy.deepcopy(trained.state_dict()))
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(reloaded(images), trained(images))


@pytest.mark.parametrize("name", ZOO)
def test_each_network_names_a_file_that_can_be_checked(name: str) -> None:
    url = zoo.url_of(name)
    assert url.startswith("https://download.pytorch.org/models/")
    assert weights._HASHED_NAME.fullmatch(url.rpartition("/")[2])
    assert get_model_weights(name)["IMAGENET1K_V1"].meta["num_params"] < 150_000_000
