"""Batches: one gather, the order of (seed, epoch), resumable at any batch, balanced where asked."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnlab.data import samples as module
from cnnlab.data.samples import ArraySamples
from cnnlab.data.types import InputKind, OutputSpec, Ragged

KIND = InputKind("image", (3, 5, 4), "uint8")


def _samples(labels: list[int], *, balanced: bool = False, offset: int = 0) -> ArraySamples:
    n = len(labels)
    inputs = np.random.default_rng(0).integers(0, 256, (n + offset, 5, 4, 3), dtype=np.uint8)
    positions = torch.arange(offset, n + offset)
    targets = torch.tensor(labels)
    names = tuple(map(str, range(max(labels) + 1)))
    return ArraySamples(KIND, OutputSpec(len(names), names), inputs, targets, positions, balanced=balanced)


def test_a_batch_is_what_is_stored_channels_last_without_a_copy() -> None:
    samples = _samples([0, 1, 2, 3, 4, 5, 6], offset=2)
    for each in (samples, samples.to("cpu")):
        batch = next(each.batches(4, seed=None))
        assert batch.inputs.shape == (4, 3, 5, 4)
        assert batch.inputs.is_contiguous(memory_format=torch.channels_last)
        assert batch.index.tolist() == [2, 3, 4, 5]
        stored = samples._inputs[2:6]
        assert (batch.inputs.numpy() == np.asarray(stored).transpose(0, 3, 1, 2)).all()
        assert batch.targets.tolist() == [0, 1, 2, 3]  # type: ignore[union-attr]


def test_an_epoch_shows_every_sample_once_and_depends_on_seed_and_epoch_only() -> None:
    samples = _samples(list(range(10)))

    def order(seed: int, epoch: int) -> list[int]:
        return [i for batch in samples.batches(3, seed=seed, epoch=epoch) for i in batch.index.tolist()]

    assert sorted(order(0, 0)) == list(range(10))
    assert order(0, 0) == order(0, 0)
    assert len({tuple(order(seed, epoch)) for seed in range(3) for epoch in range(3)}) == 9


def test_start_skips_batches() -> None:
    samples = _samples(list(range(10))).to("cpu")
    whole = [batch.index.tolist() for batch in samples.batches(3, seed=1, epoch=2)]
    assert [len(part) for part in whole] == [3, 3, 3, 1]
    assert [batch.index.tolist() for batch in samples.batches(3, seed=1, epoch=2, start=2)] == whole[2:]
    assert list(samples.batches(3, seed=1, start=4)) == []


def test_what_does_not_fit_in_memory_is_gathered_from_the_map(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = _samples(list(range(10)))
    resident = [b.inputs for b in samples.to("cpu").batches(4, seed=0)]
    monkeypatch.setattr(module, "_free_bytes", lambda *_: 100)
    mapped = samples.to("cpu")
    assert mapped._resident is None
    for one, other in zip(resident, mapped.batches(4, seed=0), strict=True):
        assert torch.equal(one, other.inputs)


def test_balanced_sampling_shows_each_class_as_often() -> None:
    labels = [0] * 900 + [1] * 90 + [2] * 10
    samples = _samples(labels, balanced=True)
    seen = [batch.targets for batch in samples.batches(64, seed=0, epoch=1)]
    counts = torch.bincount(torch.cat(seen))  # type: ignore[arg-type]
    assert counts.sum() == 1000
    assert counts.min() > 270
    drawn = torch.cat([batch.index for batch in samples.batches(64, seed=0, epoch=1)])
    again = torch.cat([batch.index for batch in samples.batches(64, seed=0, epoch=1)])
    assert torch.equal(drawn, again)
    assert drawn.max() < 1000
    assert len(drawn[drawn >= 990].unique()) == 10
    # evaluation in stored order is never resampled
    assert [b.index.tolist() for b in samples.batches(1000, seed=None)] == [list(range(1000))]


def test_ragged_and_missing_targets() -> None:
    values = torch.arange(6.0)
    ragged = Ragged(values, torch.tensor([0, 1, 1, 4, 6]))
    inputs = np.zeros((4, 7), np.float32)
    kind = InputKind("signal", (7,), "float32")
    samples = ArraySamples(kind, OutputSpec(1), inputs, ragged, torch.arange(4))
    batch = samples.pick([2, 0])
    assert isinstance(batch.targets, Ragged)
    assert batch.targets.values.tolist() == [1, 2, 3, 0]
    assert batch.targets.offsets.tolist() == [0, 3, 4]
    assert batch.inputs.shape == (2, 7)
    alone = ArraySamples(kind, OutputSpec(0), torch.zeros(4, 7), None, torch.arange(4)).to("cpu")
    assert next(alone.batches(3, seed=0)).targets is None


def test_pick_counts_in_the_split_and_refuses_what_is_outside() -> None:
    samples = _samples(list(range(5)), offset=10)
    assert samples.pick([4, 0]).index.tolist() == [14, 10]
    for wrong in ([5], [-1]):
        with pytest.raises(IndexError):
            samples.pick(wrong)
