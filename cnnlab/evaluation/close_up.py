"""One card looked at closely: maps for the predicted, the true and the runner-up class on one scale, and the training
images that the network finds most like it, of the predicted and of the true class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnlab.data.load import Dataset
from cnnlab.data.types import Progress
from cnnlab.errors import LabError, Problem
from cnnlab.evaluation.features import Features, features_of
from cnnlab.evaluation.held_out import image_at
from cnnlab.evaluation.mistakes import Card
from cnnlab.evaluation.trained import TrainedModel
from cnnlab.explain.base import method_entry, methods_for
from cnnlab.explain.display import Scale, scale_of
from cnnlab.explain.explain import Explanation
from cnnlab.explain.render import OPACITY, Picture, overlay, picture_of
from cnnlab.explain.several import Asked, Store, explain_several
from cnnlab.explain.subjects import Subject
from cnnlab.models.network import Network
from cnnlab.registry import registry

NEIGHBOURS = 3  # of each class
_FIRST = "grad_cam"


@dataclass(frozen=True)
class ClassMap:
    target: int
    explanation: Explanation
    picture: Picture  # the map over the greyed image, on the scale of all


@dataclass(frozen=True)
class Neighbour:
    """A training image. ``row`` counts in the training split; ``cosine``: likeness of the features, 1 at most."""

    row: int
    file: str
    label: int
    cosine: float
    picture: Picture


@dataclass(frozen=True)
class CloseUp:
    """``maps`` may be empty where ``problems`` say why; ``neighbours``: by class; empty before features are known."""

    card: Card
    picture: Picture
    method: str
    maps: tuple[ClassMap, ...] = ()
    scale: Scale | None = None
    problems: tuple[Problem, ...] = ()
    neighbours: Mapping[int, tuple[Neighbour, ...]] = field(default_factory=dict)

    @property
    def layer(self) -> str | None:
        return self.maps[0].explanation.layer if self.maps else None


def instant_methods(network: Network) -> list[str]:
    """The methods that suit ``network`` and cost next to nothing; Grad-CAM is the first where it suits."""
    found = [name for name in methods_for(network) if method_entry(name).facts["cost"] == "instant"]
    return sorted(found, key=lambda name: name != _FIRST)


def close_up(
    model: TrainedModel,
    dataset: Dataset,
    card: Card,
    *,
    method: str | None = None,
    features: Features | None = None,
    store: Store | None = None,
) -> CloseUp:
    """``method``: the first of ``instant_methods`` where none is named. Without ``features`` no neighbours.

    Raises ``LabError``: "no_such_index", "unknown_explainer".
    """
    inputs = image_at(dataset, card.index)
    chosen = method or instant_methods(model.network)[0]
    subject = Subject(inputs, card.file, card.label, card.index)
    (row,) = explain_several(model, [subject], Asked((chosen,), tuple(card.classes)), store=store)
    explained = [cell.explanation for cell in row.cells if cell.explanation is not None]
    refused = {problem.code: problem for cell in row.cells for problem in cell.problems}  # the same for each class
    picture = picture_of(inputs)
    scale = scale_of([one.map for one in explained]) if explained else None
    maps = tuple(ClassMap(one.target, one, overlay(picture, one.map, OPACITY, scale)) for one in explained)
    found = neighbours(model, dataset, card, features) if features is not None else {}
    return CloseUp(card, picture, chosen, maps, scale, tuple(refused.values()), found)


def neighbours(
    model: TrainedModel, dataset: Dataset, card: Card, features: Features, count: int = NEIGHBOURS
) -> dict[int, tuple[Neighbour, ...]]:
    """The ``count`` nearest training images of the predicted class, and of the true one."""
    query = features_of(model.network, image_at(dataset, card.index), features.layer)[0]
    return {
        label: tuple(_neighbour(dataset, row, label, cosine) for row, cosine in features.nearest(query, label, count))
        for label in dict.fromkeys((card.prediction, card.label))
    }


def _neighbour(dataset: Dataset, row: int, label: int, cosine: float) -> Neighbour:
    found = dataset.train.pick([row])
    return Neighbour(row, str(dataset.files[int(found.index[0])]), label, cosine, picture_of(found.inputs))


def close_ups(
    model: TrainedModel,
    dataset: Dataset,
    cards: list[Card],
    *,
    method: str | None = None,
    features: Features | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> list[CloseUp]:
    """One after the other; ``progress`` may raise, to end it."""
    found = []
    for number, card in enumerate(cards):
        if progress is not None:
            progress("progress.explaining", number, len(cards))
        found.append(close_up(model, dataset, card, method=method, features=features, store=store))
    return found


def checked_method(method: str | None) -> str | None:
    """Raises ``LabError``: "unknown_explainer", "method_takes_long" (many cards would take many minutes)."""
    if method is not None and method_entry(method).facts["cost"] != "instant":
        known = [name for name, entry in registry("explainer").items() if entry.facts["cost"] == "instant"]
        raise LabError("method_takes_long", field="--method", value=method, known=", ".join(known))
    return method
