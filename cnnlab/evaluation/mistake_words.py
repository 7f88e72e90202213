"""What is said of cards, the same on the page, in the exports and in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnnlab.evaluation.advice import Advice
from cnnlab.evaluation.mistakes import Card
from cnnlab.i18n import formats, translate
from cnnlab.runs import reviews

Written = Callable[[str], str]
"""How a name that people typed is written: as it is in a terminal, escaped in Markdown and HTML."""


def as_it_is(text: str) -> str:
    return text


def advice_words(said: Advice, names: Sequence[str], language: str, written: Written = as_it_is) -> str:
    """``12 of 30 mistakes take cat for dog: …``"""

    def name(number: int | None) -> str:
        return "" if number is None else written(names[number])

    return translate(
        f"mistakes.advice.{said.kind}",
        language,
        count=formats.Counted(said.count, language),
        total=formats.whole(said.total, language),
        share=formats.percent(said.share, language, 0),
        true=name(said.true_class),
        predicted=name(said.predicted_class),
    )


def rows(card: Card, names: Sequence[str], language: str, written: Written = as_it_is) -> list[tuple[str, str, str]]:
    """(role, class, probability) of the predicted, the true and the runner-up class, a class with two roles once."""
    found: dict[int, list[str]] = {}
    for role, number in (("predicted", card.prediction), ("true", card.label), ("runner_up", card.runner_up)):
        if number >= 0 and not (role == "runner_up" and number == card.prediction):
            found.setdefault(number, []).append(translate(f"mistakes.role.{role}", language))
    return [
        (", ".join(roles), written(names[number]), formats.percent(probability(card, number), language))
        for number, roles in found.items()
    ]


def role_of(card: Card, number: int, language: str) -> str:
    """``predicted, true``: what a class is to a card."""
    roles = {"predicted": card.prediction, "true": card.label, "runner_up": card.runner_up}
    taken = [role for role, of in roles.items() if of == number]
    return ", ".join(translate(f"mistakes.role.{role}", language) for role in taken)


def probability(card: Card, number: int) -> float:
    """Of one of the card's three classes."""
    shares = {card.runner_up: card.p_runner_up, card.label: card.p_label, card.prediction: card.p_prediction}
    return shares[number]


def suspicion(card: Card, names: Sequence[str], language: str, written: Written = as_it_is) -> str:
    """Why the label is suspected, with its two scores; empty where it is not."""
    if not card.suspected:
        return ""
    return translate(
        "mistakes.suspicion",
        language,
        likely=written(names[card.likely]),
        label=written(names[card.label]),
        confidence=formats.percent(card.self_confidence, language),
        margin=formats.number(card.margin, 2, language),
    )


def state(name: str, language: str) -> str:
    return translate(f"mistakes.state.{name or 'none'}", language)


def state_choices() -> tuple[str, ...]:
    """In the order in which they are offered, the empty one first."""
    return (reviews.NONE, *reviews.STATES)
