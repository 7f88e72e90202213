"""Suspected labels against cleanlab, where it is installed: pip install cleanlab."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlab.evaluation.label_issues import label_issues

filters = pytest.importorskip("cleanlab.filter", reason="cleanlab is not installed: pip install cleanlab")


@pytest.mark.parametrize("seed", range(5))
def test_the_same_labels_are_suspected_in_the_same_order(seed: int) -> None:
    generator = np.random.default_rng(seed)
    true = generator.integers(0, 5, 600)
    logits = generator.normal(size=(600, 5))
    logits[np.arange(600), true] += 2.5
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = np.where(generator.random(600) < 0.08, generator.integers(0, 5, 600), true)
    theirs = filters.find_label_issues(
        labels,
        shares,
        filter_by="confident_learning",
        return_indices_ranked_by="normalized_margin",
        n_jobs=1,
    )
    ours = label_issues(labels, shares)
    assert ours.suspected.sum() > 10
    assert ours.ranked() == [int(place) for place in theirs]
