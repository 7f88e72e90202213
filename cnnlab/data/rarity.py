"""How strongly the images of a class, or of a group, are varied in training, where the rare ones are varied more.

Few images drawn often come back alike, and a network learns them by heart; many images need no variants. That rare
classes ought to be varied more than common ones is found by Ahn et al. (2023, "CUDA: Curriculum of Data Augmentation
for Long-Tailed Recognition", ICLR), who learn how much; here it follows from the counts alone, so that nothing has to
be stored and a resumed run varies as the uninterrupted one did.
"""

from __future__ import annotations

import torch
from torch import Tensor

from cnnlab.augment import Augmenter, augmenter
from cnnlab.data.load import Dataset
from cnnlab.experiment import DataSpec


def augmenter_of(dataset: Dataset, spec: DataSpec, seed: int) -> Augmenter | None:
    """What varies a run's training images; ``None`` where nothing does."""
    return augmenter(spec.augmentation, seed, strengths(dataset, spec.common_augmentation))


def strength(counts: Tensor, common: float) -> Tensor:
    """[K] from [K] images of each class: ``common`` for the largest, up to 1 for one that has hardly any.

    1 - (1 - common) * n / max n; a class without images gets 1.
    """
    return 1 - (1 - common) * counts.float() / counts.max().clamp(min=1).float()


def strengths(dataset: Dataset, common: float) -> Tensor | None:
    """[samples of the dataset] float32: the share of the augmentation that each gets; ``None`` where all get all.

    It counts what the split balances: the groups where they are drawn evenly, else the classes. Samples outside the
    training split have 1.
    """
    kinds = dataset.train.kinds
    if common >= 1.0 or kinds is None:
        return None
    _, numbers, counts = torch.unique(kinds, return_inverse=True, return_counts=True)
    found = torch.ones(len(dataset.prepared.targets))
    found[dataset.train.positions] = strength(counts, common)[numbers]
    return found
