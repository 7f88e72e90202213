"""The report about some cards of a run: its pictures, maps and neighbours are computed here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from cnnlab.data.types import Progress
from cnnlab.evaluation.advice import advice
from cnnlab.evaluation.close_up import checked_method, close_ups
from cnnlab.evaluation.evaluate import dataset_of
from cnnlab.evaluation.features import training_features
from cnnlab.evaluation.judged import Judged
from cnnlab.evaluation.mistakes import Card
from cnnlab.evaluation.mistakes_report import Head, html_report
from cnnlab.evaluation.trained import load_trained, weights_fingerprint
from cnnlab.explain.cache import Cache
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.runs.reviews import Review


def report_of(
    journal: Journal,
    home: Home,
    head: Head,
    cards: list[Card],
    language: str,
    *,
    judged: Judged,
    reviews: Mapping[int, Review],
    method: str | None = None,
    progress: Progress | None = None,
) -> str:
    """HTML. With networks and data of its own, so that no page waits for it; ``progress`` may raise, to end it.

    Raises ``LabError``: "unknown_explainer", "method_takes_long", "model_missing", "model_broken", and what loading
    the dataset raises.
    """
    checked_method(method)
    model = load_trained(journal.folder)
    dataset = dataset_of(journal, home, progress=progress)
    features = training_features(journal, dataset, home, progress=progress)
    store = Cache(home, weights_fingerprint(journal.folder))
    looked = close_ups(model, dataset, cards, method=method, features=features, store=store, progress=progress)
    return html_report(dataclasses.replace(head, advice=advice(judged)), looked, judged.names, reviews, language)
