"""Areas under curves of images drawn anew are scikit-learn's of the same draws, whatever the draw leaves out."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from cnnlab.evaluation import ranking
from cnnlab.evaluation.quality import quality


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("ties", [1, 2, 50])
@pytest.mark.parametrize("seed", range(4))
def test_every_draw_is_that_of_scikit_learn(seed: int, ties: int, kind: type) -> None:
    rng = np.random.default_rng(seed)
    scores = np.floor(rng.random(80) * 100 / ties)
    positive = rng.random(80) < 0.4
    weights = np.stack([ranking.drawn(80, rng) for _ in range(30)]).astype(kind)
    found = ranking.ranks(scores, positive)
    assert (weights[:, found.order[0]] == 0).any()  # some draw lacks the image with the highest score
    for name, of_draws, reference in (
        ("auroc", ranking.auroc_drawn, roc_auc_score),
        ("auprc", ranking.auprc_drawn, average_precision_score),
    ):
        wanted = [reference(positive, scores, sample_weight=one) for one in weights]
        assert of_draws(found, weights) == pytest.approx(wanted, rel=1e-5), name


def test_classes_of_unlike_difficulty_do_not_widen_the_interval_of_their_mean() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 1000)
    easy = np.where(labels == 0, rng.normal(3, 1, 2000), rng.normal(0, 1, 2000))
    third = 1 / (1 + np.exp(-rng.normal(0, 1, 2000)))
    first = 1 / (1 + np.exp(-easy))
    probabilities = np.stack([first, (1 - first) * third, (1 - first) * (1 - third)], 1)
    labels = np.where(labels == 0, 0, rng.integers(1, 3, 2000))
    found = quality(labels, probabilities, draws=300).metrics["auprc"]
    values = []
    for _ in range(100):
        taken = rng.integers(0, 2000, 2000)
        drawn = probabilities[taken]
        values.append(np.mean([average_precision_score(labels[taken] == k, drawn[:, k]) for k in range(3)]))
    low, high = np.quantile(values, [0.025, 0.975])
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low == pytest.approx(high - low, rel=0.4)
