"""What a test on the same images says, in words: the same on the page and in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.evaluation.paired import Pair
from cnnlab.i18n import formats, translate
from cnnlab.i18n.statistics import p_words, points


def between(pairs: Sequence[Pair], best: int, second: int) -> Pair | None:
    """The pair of these two, with ``best`` as its first."""
    for pair in pairs:
        if (pair.first, pair.second) == (best, second):
            return pair
        if (pair.first, pair.second) == (second, best):
            return turned(pair)
    return None


def turned(pair: Pair) -> Pair:
    """The same pair seen from its second."""
    return Pair(
        pair.second,
        pair.first,
        pair.images,
        pair.only_second,
        pair.only_first,
        -pair.difference,
        -pair.high,
        -pair.low,
        pair.p_value,
        pair.adjusted,
    )


def sentence(pair: Pair, names: Sequence[str], language: str) -> str:
    """Of the pair's first against its second; ``names`` by place, as they are to be shown."""
    kind = "alike" if pair.only_first == pair.only_second == 0 else "real" if pair.real else "chance"
    return translate(
        f"compare.tested.{kind}",
        language,
        best=names[pair.first],
        second=names[pair.second],
        only_best=formats.whole(pair.only_first, language),
        only_second=formats.whole(pair.only_second, language),
        p=p_words(pair.adjusted, language),
        low=points(pair.low, language),
        high=points(pair.high, language),
    )
