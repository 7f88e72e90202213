"""Attention rollout: on attention made by hand, against the paper's product of matrices, and where there is none."""

from __future__ import annotations

import importlib.util

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnlab.errors import LabError
from cnnlab.explain.attribution.attention import Attentions, attends, attentions
from cnnlab.explain.base import attribute_of, methods_for
from cnnlab.explain.borrow import borrowed
from cnnlab.explain.explain import explain
from cnnlab.explain.methods.attention_rollout import rolled_out
from cnnlab.models.network import Body, Network
from cnnlab.models.tokens import Attention, MeanOfTokens, Tokens
from cnnlab.tasks.classification import Classification
from tests.explain.networks import CLASSES, built, images, plain

needs_timm = pytest.mark.skipif(importlib.util.find_spec("timm") is None, reason="timm is not installed")
TRANSFORMERS = [("vit_tiny", 16), ("cct", 16), pytest.param("vit_b_32", 32, marks=pytest.mark.slow)]


def score(raw: Tensor) -> Tensor:
    return raw[:, 1]


def by_matrices(seen: Attentions) -> Tensor:
    """[N, T]: equation 1 of the paper, block by block from the first."""
    product = torch.eye(seen.reading.shape[1]).expand_as(seen.blocks[0])
    for weights in seen.blocks:
        product = (0.5 * weights + 0.5 * torch.eye(weights.shape[-1])) @ product
    return (seen.reading.unsqueeze(1) @ product).squeeze(1)


def test_the_rollout_is_the_product_of_the_papers_matrices() -> None:
    generator = torch.Generator().manual_seed(0)
    blocks = tuple(torch.rand(2, 5, 5, generator=generator).softmax(2) for _ in range(3))
    reading = torch.rand(2, 5, generator=generator).softmax(1)
    seen = Attentions(blocks, reading, torch.zeros(2, CLASSES))
    torch.testing.assert_close(rolled_out(seen), by_matrices(seen))
    torch.testing.assert_close(rolled_out(seen).sum(1), torch.ones(2))


def test_what_every_token_looks_at_is_where_the_map_is() -> None:
    """Two blocks, in which all tokens look at place (1, 2) of a grid of 2 x 3: it has what the rest gave up."""
    looked_at = torch.zeros(1, 6, 6)
    looked_at[:, :, 5] = 1
    seen = Attentions((looked_at, looked_at), torch.full((1, 6), 1 / 6), torch.zeros(1, CLASSES))
    expected = torch.full((6,), 0.25 / 6)
    expected[5] += 0.75
    torch.testing.assert_close(rolled_out(seen)[0], expected)


class Staring(nn.Module):
    """Patches of 2 x 2, whose tokens all attend to the brightest; their mean is read."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.tokens = nn.Conv2d(3, 2, 2, stride=2), Tokens()
        self.attention, self.pool, self.output = Attention(2, 1, bias=True), MeanOfTokens(), nn.Linear(2, CLASSES)
        with torch.no_grad():
            self.patches.weight.fill_(1.0)
            self.patches.weight[1] = 0
            self.patches.bias.copy_(torch.tensor([0.0, 1.0]))  # brightness, and a constant
            self.attention.qkv.weight.zero_()
            self.attention.qkv.bias.zero_()
            self.attention.qkv.weight[0, 1] = 100.0  # the query is the constant, the key the brightness
            self.attention.qkv.weight[2, 0] = 1.0

    def forward(self, inputs: Tensor) -> Tensor:
        return self.output(self.pool(self.attention(self.tokens(self.patches(inputs)))))


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 3), (2, 1)])
def test_the_place_in_the_map_is_the_place_in_the_image(row: int, column: int) -> None:
    network = Network(Body(Staring(), ()), [0.0] * 3, [1.0] * 3)
    pixels = torch.zeros(1, 3, 6, 8)
    pixels[:, :, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = 1.0
    (found,) = attribute_of("attention_rollout")(network, pixels, score)
    coarse = torch.full((3, 4), 0.5 / 12)
    coarse[row, column] += 0.5
    expected = F.interpolate(coarse[None, None], (6, 8), mode="bilinear", align_corners=False)[0, 0]
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(("architecture", "side"), TRANSFORMERS)
def test_the_networks_with_tokens_have_attention_that_adds_up(architecture: str, side: int) -> None:
    network, inputs = built(architecture, 3, side), images(2, 3, side)
    assert "attention_rollout" in methods_for(network)
    with borrowed(network) as net:
        seen = attentions(net, inputs.float() / 255)
        torch.testing.assert_close(seen.output, net(inputs))
    for weights in seen.blocks:
        assert weights.shape == (2, weights.shape[1], weights.shape[1])
        torch.testing.assert_close(weights.sum(2), torch.ones(weights.shape[:2]))
    torch.testing.assert_close(seen.reading.sum(1), torch.ones(2))
    torch.testing.assert_close(rolled_out(seen), by_matrices(seen))


def test_the_attention_is_that_of_the_softmax_of_the_products() -> None:
    network, inputs = built("vit_tiny", 3, 16), images(1, 3, 16)
    with borrowed(network) as net:
        seen = attentions(net, inputs.float() / 255)
        kept: list[Tensor] = []
        block = net.get_submodule("body.encoder.block1.attention")
        handle = block.register_forward_hook(lambda *args: kept.append(args[1][0]))
        net(inputs)
        handle.remove()
        assert isinstance(block, Attention)
        query, key, _ = block.qkv(kept[0]).unflatten(2, (3, block.heads, -1)).permute(2, 0, 3, 1, 4)
        weights = (query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5).softmax(-1).mean(1)
    torch.testing.assert_close(seen.blocks[0], weights)


def test_the_map_is_the_same_for_every_class() -> None:
    network, inputs = built("vit_tiny", 3, 16), images(1, 3, 16)
    found = [
        explain(network, Classification(), inputs, target=target, method="attention_rollout", layer=None, options={})
        for target in range(CLASSES)
    ]
    assert {explanation.map.tobytes() for explanation in found} == {found[0].map.tobytes()}
    assert [explanation.target for explanation in found] == list(range(CLASSES))


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_network_without_attention_is_refused_with_what_suits_it(language: str) -> None:
    network = plain()
    assert "attention_rollout" not in methods_for(network)
    with pytest.raises(LabError) as caught:
        explain(
            network, Classification(), images(1, 3, 8), target=0, method="attention_rollout", layer=None, options={}
        )
    assert caught.value.problem.code == "network_without_attention"
    assert "saliency" in caught.value.message(language)


@pytest.mark.parametrize("architecture", ["swin_t", "maxvit_t"])
@pytest.mark.slow
def test_attention_within_windows_is_not_rolled_out(architecture: str) -> None:
    assert not attends(built(architecture, 3))


@needs_timm
@pytest.mark.slow
def test_timms_transformer_attends_and_is_left_as_it_was() -> None:
    network, inputs = built("timm/vit_tiny_patch16_224", 3, 224), images(1, 3, 224)
    fused = [block.attn.fused_attn for block in network.body.blocks]
    with borrowed(network) as net:
        seen = attentions(net, inputs.float() / 255)
        torch.testing.assert_close(seen.output, net(inputs), rtol=1e-4, atol=1e-5)
    assert len(seen.blocks) == len(fused)
    assert seen.reading[0].nonzero().flatten().tolist() == [0]
    assert [block.attn.fused_attn for block in network.body.blocks] == fused
    assert attribute_of("attention_rollout")(network, inputs, score).shape == (1, 224, 224)
