"""Networks that read tokens or rows: published sizes, what a token sees, recurrence under autocast and on resume."""

from __future__ import annotations

import io
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network
from cnnlab.models.network import Network
from cnnlab.models.recurrent import reader
from cnnlab.models.tokens import Attention, FixedPositions, SequencePooling, Tokens, looked_at

# the shape of CCT-7/3x1 in the paper
CCT_7 = {"depth": 7, "width": "256", "convolutions": 1, "mlp_ratio": 2}


def built(name: str, size: int = 32, channels: int = 3, **options: Any) -> Network:
    torch.manual_seed(0)
    kind = InputKind("image", (channels, size, size))
    spec = ModelSpec(architecture=name, options=options)
    return build_network(spec, kind, 10, (0.0,) * channels, (1.0,) * channels).eval()


@pytest.mark.parametrize(
    ("millions", "options"),
    # table 1 of Hassani et al. 2021 and the authors' code: CCT-2/3x2 0.28 M, CCT-4/3x2 0.48 M, CCT-7/3x1 3.76 M
    [(0.28, {"depth": 2}), (0.48, {}), (3.76, CCT_7)],
)
def test_cct_is_as_large_as_its_paper_says(millions: float, options: dict[str, Any]) -> None:
    count = sum(parameter.numel() for parameter in built("cct", **options).parameters())
    assert count / 1e6 == pytest.approx(millions, abs=0.005)


def test_attention_computes_what_torch_computes() -> None:
    torch.manual_seed(0)
    ours, theirs = Attention(32, 4, bias=True), nn.MultiheadAttention(32, 4, batch_first=True)
    theirs.in_proj_weight.data.copy_(ours.qkv.weight)
    theirs.in_proj_bias.data.copy_(ours.qkv.bias)
    theirs.out_proj.load_state_dict(ours.projection.state_dict())
    tokens = torch.randn(2, 7, 32)
    assert torch.allclose(ours(tokens), theirs(tokens, tokens, tokens, need_weights=False)[0], atol=1e-5)


def test_without_positions_a_transformer_would_not_see_where_a_patch_lies() -> None:
    network, images = built("vit_tiny"), torch.rand(1, 3, 32, 32)
    rolled = images.roll(16, dims=3)  # whole patches change their places
    assert (network(images) - network(rolled)).abs().max() > 1e-4
    position = network.get_submodule("body.positions")
    assert isinstance(position, FixedPositions)
    position.positions.zero_()
    assert torch.allclose(network(images), network(rolled), atol=1e-6)


def test_every_place_has_a_position_of_its_own() -> None:
    table = FixedPositions(8, 8, 128).positions[0]
    distances = torch.cdist(table, table) + 10 * torch.eye(64)
    assert distances.min() > 0.1
    grid = table.unflatten(0, (8, 8))
    assert torch.equal(grid[:, 3, :64], grid[:, 3, :64][:1].expand(8, -1)), "the first half tells the column"
    assert torch.equal(grid[5, :, 64:], grid[5, :, 64:][:1].expand(8, -1)), "the second half tells the row"


def test_tokens_are_the_places_row_by_row() -> None:
    maps = torch.arange(12.0).view(1, 2, 2, 3)
    assert torch.equal(Tokens()(maps)[0, 4], torch.tensor([4.0, 10.0]))


def test_sequence_pooling_is_a_weighted_mean() -> None:
    pooling, tokens = SequencePooling(4), torch.randn(2, 5, 4)
    nn.init.zeros_(pooling.score.weight)
    assert torch.allclose(pooling(tokens), tokens.mean(1), atol=1e-6)


@pytest.mark.parametrize(("size", "tokens"), [(32, 64), (28, 49), (30, 64), (8, 4)])
def test_patches_cover_the_whole_image(size: int, tokens: int) -> None:
    network = built("vit_tiny", size)
    images = torch.rand(1, 3, size, size, requires_grad=True)
    shapes: list[torch.Size] = []
    network.get_submodule("body.encoder.block6").register_forward_hook(lambda *a: shapes.append(a[2].shape))
    network(images).sum().backward()
    assert shapes == [(1, tokens, 128)]
    assert images.grad is not None
    assert (images.grad.abs().sum(1) > 0).all()


def test_a_patch_that_is_too_large_is_said_with_the_cure() -> None:
    with pytest.raises(ExperimentError) as caught:
        built("vit_tiny", 28, patch_size=16)
    assert caught.value.problem.field == "model.options.patch_size"
    assert caught.value.problem.params == {"value": 16, "limit": 14}
    assert "data.image_size" in caught.value.message("es")


@pytest.mark.parametrize(
    ("depth", "blocks"), [(1, [1]), (2, [1, 2]), (4, [2, 3, 4]), (6, [2, 4, 6]), (16, [6, 11, 16])]
)
def test_three_blocks_are_looked_at(depth: int, blocks: list[int]) -> None:
    assert looked_at(depth) == tuple(f"encoder.block{number}" for number in blocks)


@pytest.mark.parametrize("name", ["vit_tiny", "cct"])
def test_dropout_acts_in_training_only(name: str) -> None:
    network, images = built(name, dropout=0.5), torch.rand(2, 3, 32, 32)
    assert torch.equal(network(images), network(images))
    network.train()
    assert not torch.equal(network(images), network(images))


@pytest.mark.parametrize(("size", "steps"), [(32, 8), (28, 7), (16, 4), (8, 4), (64, 16)])
def test_the_rows_that_are_read(size: int, steps: int) -> None:
    network = built("cnn_rnn", size)
    shapes: list[torch.Size] = []
    network.get_submodule("body.reader").register_forward_hook(lambda *a: shapes.append(a[2].shape))
    network(torch.rand(2, 3, size, size))
    assert shapes == [(2, steps, 256)]


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_reader_of_one_direction_knows_only_what_came_before(cell: str) -> None:
    sequence = torch.rand(1, 6, 5, requires_grad=True)
    for bidirectional, known in ((False, [True, True, True, False, False, False]), (True, [True] * 6)):
        outputs = reader(cell, 5, 4, bidirectional=bidirectional)(sequence)
        (gradient,) = torch.autograd.grad(outputs[0, 2].sum(), sequence)
        assert (gradient[0].abs().sum(1) > 0).tolist() == known


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_recurrence_stays_in_float32_under_autocast(cell: str) -> None:
    network, images = built("cnn_rnn", cell=cell).train(), torch.rand(2, 3, 32, 32)
    kinds: list[torch.dtype] = []
    network.get_submodule("body.reader").register_forward_hook(lambda *a: kinds.append(a[2].dtype))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        raw = network(images)
    functional.cross_entropy(raw.float(), torch.tensor([0, 1])).backward()
    assert kinds == [torch.float32]
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_recurrent_training_goes_on_with_the_same_bits(cell: str) -> None:
    images, targets = torch.rand(6, 8, 1, 16, 16), torch.arange(48).view(6, 8) % 10

    def steps(network: Network, optimizer: torch.optim.Optimizer, numbers: range) -> None:
        for number in numbers:
            optimizer.zero_grad()
            functional.cross_entropy(network(images[number]), targets[number]).backward()
            optimizer.step()

    def fresh() -> tuple[Network, torch.optim.Optimizer]:
        network = built("cnn_rnn", 16, 1, cell=cell).train()
        return network, torch.optim.Adam(network.parameters())

    whole, resumed = fresh(), fresh()
    steps(*whole, range(6))
    steps(*resumed, range(3))
    kept = io.BytesIO()
    torch.save([part.state_dict() for part in resumed], kept)
    kept.seek(0)
    resumed = fresh()
    for part, state in zip(resumed, torch.load(kept, weights_only=True), strict=True):
        part.load_state_dict(state)
    steps(*resumed, range(3, 6))
    after = resumed[0].state_dict()
    assert all(torch.equal(value, after[key]) for key, value in whole[0].state_dict().items())


@pytest.mark.parametrize("name", ["vit_tiny", "cct", "cnn_rnn"])
def test_a_network_that_is_described_only_takes_no_memory(name: str) -> None:
    with torch.device("meta"):
        network = built(name)
        assert network(torch.empty(2, 3, 32, 32)).shape == (2, 10)
