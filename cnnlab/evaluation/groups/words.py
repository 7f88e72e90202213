"""What is found of groups, in words: the same on the page and in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.evaluation.groups.fairness import InWorst, Odds
from cnnlab.evaluation.groups.gaps import FEWEST, Gaps, Group
from cnnlab.evaluation.paired import LEVEL, Pair
from cnnlab.i18n import formats, translate
from cnnlab.i18n.statistics import p_words, points

_STRONG, _WEAK = 0.5, 0.1  # Cramér's V from which class and group are said to be joined, and up to which not


def title(name: str, kind: str, language: str) -> str:
    """A statistic and a size by their names; whatever the data name stays as it is."""
    if kind == "statistic" or name in ("width", "height", "mode"):
        return translate(f"groups.by.{name}", language)
    return name


def value(metric: str, figure: float | None, language: str) -> str:
    if figure is None:
        return formats.UNKNOWN
    if metric == "log_loss":
        return formats.number(figure, 3, language)
    return formats.percent(figure, language)


def gap(metric: str, figure: float | None, language: str) -> str:
    """A difference of shares in points."""
    if figure is None or metric == "log_loss":
        return value(metric, figure, language)
    return translate("groups.points", language, points=points(figure, language))


def between(metric: str, group: Group, language: str) -> str:
    low, high = value(metric, group.low, language), value(metric, group.high, language)
    return formats.UNKNOWN if group.value is None else translate("groups.between", language, low=low, high=high)


def rule(language: str) -> str:
    return translate("groups.rule", language, fewest=FEWEST)


def metric_title(metric: str, class_name: str, language: str) -> str:
    return translate(f"groups.metric.{metric}", language, name=class_name)


def sentences(found: Gaps, language: str, class_name: str = "") -> list[str]:
    """The gap and whether it is real; whether it remains within classes; what was left out."""
    if found.gap is None or found.worst is None or found.best is None:
        return [translate("groups.too_few", language, fewest=FEWEST)]
    said = translate(
        "groups.real" if found.real else "groups.chance",
        language,
        metric=metric_title(found.metric, class_name, language),
        worst=found.worst.name,
        best=found.best.name,
        low=value(found.metric, found.worst.value, language),
        high=value(found.metric, found.best.value, language),
        p=p_words(found.adjusted, language),
    )
    lines = [said]
    if found.real and found.p_within is not None:
        kind = "remains" if found.p_within < LEVEL else "explained"
        lines.append(translate(f"groups.{kind}", language, p=p_words(found.p_within, language)))
    small = sum(group.too_small for group in found.groups)
    if small:
        lines.append(translate("groups.small", language, count=small, fewest=FEWEST))
    if found.without:
        lines.append(translate("groups.without", language, count=found.without))
    return lines


def odds_words(found: Odds, class_name: str, language: str) -> str:
    if found.equalised_odds is None or found.equal_opportunity is None:
        return translate("groups.odds.too_few", language, name=class_name, fewest=FEWEST)
    return translate(
        "groups.odds.said",
        language,
        name=class_name,
        opportunity=points(found.equal_opportunity, language),
        odds=points(found.equalised_odds, language),
    )


def class_words(found: InWorst, names: Sequence[str], groups: Sequence[str], language: str) -> str:
    return translate(
        "groups.class",
        language,
        name=names[found.label],
        group=groups[found.group],
        share=formats.percent(found.share, language),
        low=formats.percent(found.low, language),
        high=formats.percent(found.high, language),
        recall=formats.percent(found.recall, language),
    )


def joined_words(v: float | None, language: str) -> str:
    if v is None:
        return translate("groups.joined.none", language)
    kind = "strong" if v >= _STRONG else "some" if v >= _WEAK else "weak"
    return translate(f"groups.joined.{kind}", language, v=formats.number(v, 2, language))


def remedy_words(pair: Pair | None, group: str, language: str) -> str:
    """``pair``: after (first) against before (second), on the images of ``group``."""
    if pair is None:
        return translate("groups.after.elsewhere", language)
    kind = "chance" if not pair.real else "better" if pair.difference > 0 else "worse"
    return translate(
        f"groups.after.{kind}",
        language,
        group=group,
        points=points(abs(pair.difference), language),
        low=points(pair.low, language),
        high=points(pair.high, language),
        p=p_words(pair.p_value, language),
    )
