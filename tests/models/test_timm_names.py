"""Names of timm's networks: looked up, searched, built, reloaded; and what is said where timm is not installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from cnnlab import checks, recommended
from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError, LabError
from cnnlab.experiment import Experiment, ModelSpec
from cnnlab.home import Home
from cnnlab.i18n import LANGUAGES
from cnnlab.models import listing, timm_build, timm_names
from cnnlab.models.build import build_network
from cnnlab.models.footprint import footprint
from cnnlab.models.layouts import as_maps
from cnnlab.models.network import Network
from cnnlab.registry import registry
from tests.fresh_python import printed

TINY = "timm/resnet10t"
needs_timm = pytest.mark.skipif(
    importlib.util.find_spec("timm") is None, reason="timm is not installed: pip install -r requirements-optional.txt"
)


def built(name: str, size: int = 64, channels: int = 3, **settings: Any) -> Network:
    torch.manual_seed(0)
    kind = InputKind("image", (channels, size, size))
    return build_network(ModelSpec(architecture=name, **settings), kind, 3, (0.4,) * channels, (0.3,) * channels)


@pytest.fixture
def without_timm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timm_names, "is_installed", lambda: False)
    timm_names.entry.cache_clear()


def test_timm_stays_out_until_a_name_of_it_is_asked_for() -> None:
    code = (
        "import sys; from cnnlab.registry import registry; from cnnlab.models import listing, timm_names;"
        "known = registry('architecture'); [known[n].facts for n in known]; 'vim/x' in known; listing.select('resnet');"
        "print([m for m in ('timm', 'torch') if m in sys.modules])"
    )
    assert printed(code) == "[]"


def test_the_listing_stays_our_own() -> None:
    assert [name for name in registry("architecture") if name.startswith("timm/")] == []


def test_without_timm_the_name_is_refused_with_the_cure(without_timm: None, home: Home) -> None:
    assert TINY not in registry("architecture")
    for ask in (lambda: registry("architecture")[TINY], lambda: listing.select(TINY), lambda: built(TINY)):
        with pytest.raises(LabError) as caught:
            ask()
        assert caught.value.problem.code == "timm_missing"
        assert caught.value.problem.field == "model.architecture"
        for language in LANGUAGES:
            assert "requirements-optional.txt" in caught.value.message(language)
    with pytest.raises(ExperimentError) as wrong:
        checks.check(Experiment().changed({"model.architecture": TINY}), home)
    assert [problem.code for problem in wrong.value.problems] == ["timm_missing"]


@needs_timm
def test_an_entry_is_made_of_what_timm_knows() -> None:
    entry = registry("architecture")["timm/vit_tiny_patch16_224"]
    assert entry.facts["default_size"] == 224
    assert entry.facts["family"] == "timm vision_transformer"
    assert entry.facts["group"] == "transformer"
    assert entry.facts["pretrained"] is True
    assert registry("architecture")["timm/convnext_atto"].facts["group"] == "imagenet"
    assert registry("architecture")["timm/test_resnet.r160_in1k"].facts["default_size"] == 160
    for language in LANGUAGES:
        assert "vit_tiny_patch16_224" in entry.text("summary", language)
        assert "224" in entry.text("input", language)


@needs_timm
@pytest.mark.parametrize(
    "name", ["timm/resnet81", "timm/resnet18.nonsense", "timm/", "timm/../../etc", "timm/resnet18."]
)
def test_an_unknown_name_has_near_ones(name: str) -> None:
    assert name not in registry("architecture")
    with pytest.raises(LabError) as caught:
        registry("architecture")[name]
    assert caught.value.problem.code == "unknown_architecture"
    near = str(caught.value.problem.params["known"]).split(", ")
    assert near
    assert all(one in registry("architecture") for one in near)


@needs_timm
@pytest.mark.parametrize(
    ("name", "like"),
    [(TINY, "resnet18"), ("timm/vit_tiny_patch16_224", "vit_b_16"), ("timm/swin_s3_tiny_224", "swin_t")],
)
def test_the_settings_that_suit_them_are_those_of_their_kind(name: str, like: str) -> None:
    assert recommended.settings(name) == recommended.settings(like)


@needs_timm
def test_words_that_begin_with_timm_search_there() -> None:
    found = [entry.name for entry in listing.select("timm/ convnext atto")]
    assert "timm/convnext_atto" in found
    assert all("convnext" in name and "atto" in name for name in found)
    assert len(listing.select("timm/")) == timm_names.MOST_FOUND
    assert listing.select("timm/convnext_atto", "transformer") == []


@needs_timm
@pytest.mark.parametrize(
    ("name", "channels", "layout", "head"),
    [
        (TINY, 1, "maps", "body.fc"),
        ("timm/vit_tiny_patch16_224", 3, "tokens", "body.head"),
        ("timm/swin_tiny_patch4_window7_224", 1, "channels_last", "body.head.fc"),
    ],
)
def test_networks_are_built_for_the_image_and_say_what_explains_them(
    name: str, channels: int, layout: str, head: str
) -> None:
    network = built(name, channels=channels)
    assert network.layout == layout
    assert network.head == (head,)
    assert not any(getattr(module, "inplace", False) for module in network.modules())
    shapes: list[torch.Size] = []
    for layer in network.attribution_layers:
        network.get_submodule(layer).register_forward_hook(
            lambda _m, _i, output: shapes.append(as_maps(output, network.layout, (64, 64)).shape)
        )
    images = torch.randint(0, 256, (2, channels, 64, 64), dtype=torch.uint8)
    network.train()(images).sum().backward()
    assert [shape[0] for shape in shapes] == [2, 2, 2]
    assert all(shape[2] * shape[3] > 1 for shape in shapes)


@needs_timm
def test_saved_weights_give_the_same_outputs_in_a_new_network(tmp_path: Path) -> None:
    network, images = built(TINY), torch.rand(2, 3, 64, 64)
    network.train()(images)
    save_file(network.state_dict(), tmp_path / "weights.safetensors")
    reloaded = built(TINY)
    reloaded.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    with torch.no_grad():
        assert torch.equal(network.eval()(images), reloaded.eval()(images))


@needs_timm
def test_a_seed_decides_the_weights_whether_or_not_the_network_was_looked_at_before() -> None:
    timm_build._probe.cache_clear()
    first, second = built(TINY).state_dict(), built(TINY).state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)


@needs_timm
@pytest.mark.parametrize(
    ("name", "size"),
    [("timm/vit_tiny_patch16_224", 40), ("timm/convnext_atto", 16)],  # patches of 16 would drop 8 pixels at the edges
)
def test_a_size_that_a_network_cant_take_is_said_with_the_cure(name: str, size: int) -> None:
    with pytest.raises(ExperimentError) as caught:
        built(name, size)
    assert caught.value.problem.code == "timm_size"
    assert caught.value.problem.field == "data.image_size"
    for language in LANGUAGES:
        sentence = caught.value.message(language)
        assert name in sentence
        assert str(registry("architecture")[name].facts["default_size"]) in sentence


@needs_timm
@pytest.mark.parametrize(("name", "size"), [(TINY, 32), ("timm/skresnet18", 64)])
def test_one_image_alone_trains_where_a_channel_has_one_value(name: str, size: int) -> None:
    network, images = built(name, size).train(), torch.rand(1, 3, size, size)
    raw = network(images)
    assert raw.shape == (1, 3)
    raw.sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
    assert network(torch.rand(2, 3, size, size)).shape == (2, 3)
    assert network.eval()(images).shape == (1, 3)


@needs_timm
def test_experiments_are_checked_and_estimated_as_with_other_networks(home: Home) -> None:
    changes = {"model.architecture": TINY, "data.image_size": 64, "data.channels": 3}
    checks.check(Experiment().changed(changes), home)
    with pytest.raises(ExperimentError) as caught:
        checks.check(Experiment().changed({**changes, "model.options": {"width": 3}}), home)
    assert [problem.code for problem in caught.value.problems] == ["unknown_option"]
    size = footprint(ModelSpec(architecture=TINY), InputKind("image", (3, 64, 64)), 3, batch_size=4)
    assert size.parameters == sum(parameter.numel() for parameter in built(TINY).parameters())
    assert size.activation_bytes > 0


@needs_timm
def test_weights_that_lie_here_are_used(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    import timm

    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    torch.manual_seed(7)
    published = timm.create_model("resnet10t", num_classes=1000)
    (home.cache / "weights").mkdir()
    save_file(published.state_dict(), home.cache / "weights" / "timm-resnet10t.safetensors")
    network = built(TINY, pretrained=True)
    body = network.get_submodule("body")
    assert torch.equal(body.get_submodule("layer4.0.conv1").weight, published.layer4[0].conv1.weight)
    assert body.get_submodule("fc").weight.shape[0] == 3
    grey = built(TINY, channels=1, pretrained=True).get_submodule("body.conv1.0").weight
    assert torch.allclose(grey, published.conv1[0].weight.sum(1, keepdim=True), atol=1e-6)


@needs_timm
def test_weights_that_cant_be_had_say_how_to_get_them(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    import timm

    def unreachable(*_: object, **__: object) -> nn.Module:
        raise FileNotFoundError("no route to the hub")  # as the hub's client raises it

    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    timm_build._probe("resnet10t", (3, 64, 64))
    monkeypatch.setattr(timm, "create_model", unreachable)
    with pytest.raises(LabError) as caught:
        built(TINY, pretrained=True)
    assert caught.value.problem.code == "weights_offline"
    for language in LANGUAGES:
        sentence = caught.value.message(language)
        assert "timm-resnet10t.safetensors" in sentence
        assert "huggingface.co/timm/resnet10t" in sentence


@needs_timm
def test_damaged_weights_are_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    (home.cache / "weights").mkdir()
    (home.cache / "weights" / "timm-resnet10t.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(LabError) as caught:
        built(TINY, pretrained=True)
    assert caught.value.problem.code == "weights_broken"
    assert "timm-resnet10t.safetensors" in caught.value.message("es")
