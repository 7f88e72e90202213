"""What runs over seeds say, in words: the same on the page and in a terminal."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from cnnlab.i18n import translate
from cnnlab.i18n.statistics import p_words, points
from cnnlab.runs.seeds import Group, contrast


def sentences(groups: Sequence[Group], names: Sequence[str], language: str) -> list[str]:
    """One for each two groups whose metric is the same; a group goes by the name of its first run."""
    said = []
    for pair in itertools.combinations(groups, 2):
        best, second = sorted(pair, key=lambda group: -group.mean)
        found = contrast(best, second)
        if found is None or "loss" in best.metric:
            continue
        said.append(
            translate(
                f"compare.seeds.{'real' if found.real else 'chance'}",
                language,
                best=names[best.places[0]],
                second=names[second.places[0]],
                low=points(found.low, language),
                high=points(found.high, language),
                p=p_words(found.p_value, language),
            )
        )
    return said
