"""An image as a row of tokens and the transformer encoder that reads it (Vaswani et al. 2017; Dosovitskiy et al. 2021).

Tokens are [N, T, C], of which T = rows x columns, row by row.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from cnnlab.models.blocks import chain


class Tokens(nn.Module):
    """[N, C, H, W] -> [N, H x W, C]."""

    def forward(self, maps: Tensor) -> Tensor:
        return maps.flatten(2).transpose(1, 2)


class FixedPositions(nn.Module):
    """Adds sines and cosines of the row to one half of the channels and of the column to the other; nothing is
    learned (Vaswani et al. 2017; in two dimensions as by Beyer, Zhai, Kolesnikov 2022).
    """

    positions: Tensor

    def __init__(self, rows: int, columns: int, channels: int) -> None:
        """``channels``: a multiple of 4."""
        super().__init__()
        rates = 10_000.0 ** (-torch.arange(channels // 4) / (channels // 4))
        row = torch.arange(rows).repeat_interleave(columns)[:, None] * rates
        column = torch.arange(columns).repeat(rows)[:, None] * rates
        table = torch.cat([column.sin(), column.cos(), row.sin(), row.cos()], dim=1)
        self.register_buffer("positions", table[None], persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens + self.positions


class LearnedPositions(nn.Module):
    """Adds a vector of its own to every token."""

    def __init__(self, tokens: int, channels: int) -> None:
        super().__init__()
        self.positions = nn.Parameter(torch.empty(1, tokens, channels))
        nn.init.trunc_normal_(self.positions, std=0.2)  # as Hassani et al. 2021

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens + self.positions


class Attention(nn.Module):
    """Every token takes from all tokens what its query finds in their keys: softmax(Q K^T / sqrt(d)) V, by heads.

    Written out rather than fused, so that its products are counted and its weights can be looked at.
    """

    def __init__(self, channels: int, heads: int, *, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels, bias=bias)
        self.weights = nn.Softmax(dim=-1)
        self.projection = nn.Linear(channels, channels)

    def forward(self, tokens: Tensor) -> Tensor:
        """[N, T, C] -> the same."""
        query, key, value = self.qkv(tokens).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        weights = self.weights(query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1]))
        return self.projection((weights @ value).transpose(1, 2).flatten(2))


class EncoderBlock(nn.Module):
    """Attention, then two linear layers at each token; the tokens are normalised before and carried around both."""

    def __init__(self, channels: int, heads: int, hidden: int, *, bias: bool = True, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(channels)
        self.attention = Attention(channels, heads, bias=bias)
        self.dropout1: nn.Module = nn.Dropout(dropout) if dropout > 0 else nn.Identity()
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential()
        self.mlp.add_module("linear1", nn.Linear(channels, hidden))
        self.mlp.add_module("activation", nn.GELU())
        self.mlp.add_module("linear2", nn.Linear(hidden, channels))
        self.dropout2: nn.Module = nn.Dropout(dropout) if dropout > 0 else nn.Identity()

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.dropout1(self.attention(self.norm1(tokens)))
        return tokens + self.dropout2(self.mlp(self.norm2(tokens)))


class MeanOfTokens(nn.Module):
    """[N, T, C] -> [N, C]."""

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens.mean(1)


class SequencePooling(nn.Module):
    """The mean of the tokens, weighted by what a learned vector finds in each (Hassani et al. 2021).

    [N, T, C] -> [N, C].
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.score = nn.Linear(channels, 1)
        self.weights = nn.Softmax(dim=1)

    def forward(self, tokens: Tensor) -> Tensor:
        return (self.weights(self.score(tokens)) * tokens).sum(1)


def encoder(
    count: int, channels: int, heads: int, hidden: int, *, bias: bool = True, dropout: float = 0.0
) -> nn.Sequential:
    """``count`` blocks named block1, block2, …"""
    return chain(
        {
            f"block{number + 1}": EncoderBlock(channels, heads, hidden, bias=bias, dropout=dropout)
            for number in range(count)
        }
    )


def looked_at(depth: int) -> tuple[str, ...]:
    """Three blocks of the encoder, spread over its depth, the last one among them; fewer where it has fewer."""
    numbers = sorted({-(-depth // 3), -(-2 * depth // 3), depth})
    return tuple(f"encoder.block{number}" for number in numbers)


def start_linear_layers(module: nn.Module) -> None:
    """As vision transformers start them: a truncated normal of 0.02, biases at 0."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            nn.init.trunc_normal_(layer.weight, std=0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
