"""Settings by their names and values in words."""

from __future__ import annotations

from typing import Any

import pytest

from cnnlab.experiment import Experiment
from cnnlab.ui import language as ui_language
from cnnlab.ui import settings


@pytest.fixture(params=["en", "es"])
def lang(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    for module in (ui_language, settings):
        monkeypatch.setattr(module, "language", lambda: request.param)
    return str(request.param)


@pytest.mark.parametrize(
    ("field", "value", "english", "spanish"),
    [
        ("training.learning_rate", 0.00025, "2.5e-4", "2.5e-4"),
        ("training.epochs", 1, "1 epoch", "1 época"),
        ("training.early_stopping.patience", 0, "off", "no"),
        ("training.early_stopping.monitor", "val_accuracy", "Validation accuracy", "Exactitud de validación"),
        ("training.optimizer", "sgd", "SGD", "SGD"),
        ("training.schedule.name", "cosine", "cosine", "coseno"),
        ("training.momentum", 0.9, "0.9", "0,9"),
        ("training.nesterov", True, "on", "sí"),
        ("training.device", "cuda:1", "cuda\\:1", "cuda\\:1"),
        ("training.keep_checkpoints", ["best", "last"], "best, last", "el mejor, el último"),
        ("data.image_size", None, "automatic", "automático"),
        ("data.image_size", 28, "28 px", "28 px"),
        ("data.augmentation.rotation", 7.5, "±7.5°", "±7,5°"),
        ("data.split.validation", 0.15, "15\N{NO-BREAK SPACE}%", "15\N{NO-BREAK SPACE}%"),
        ("data.dataset", "my_photos", "my\\_photos", "my\\_photos"),
        ("model.architecture", "lenet5", "LeNet-5", "LeNet-5"),
        ("model.layers", [{}, {}], "2 layers of its own", "2 capas propias"),
    ],
)
def test_values_in_words(field: str, value: Any, english: str, spanish: str, lang: str) -> None:
    assert settings.shown(field, value) == {"en": english, "es": spanish}[lang]


def names(experiment: Experiment, *parts: str) -> list[str]:
    return [name for name, _ in settings.group(experiment, *parts)]


def test_settings_that_are_not_used_are_left_out(lang: str) -> None:
    assert len(names(Experiment(), "training")) < len(names(sgd_in_steps(), "training"))
    assert not any("(" in value and "{" in value for _, value in settings.group(Experiment(), "data", "training"))


def sgd_in_steps() -> Experiment:
    return Experiment().changed({"training.optimizer": "sgd", "training.schedule": {"name": "step"}})


def test_options_come_with_their_defaults_and_their_own_labels(lang: str) -> None:
    rows = dict(settings.group(Experiment(), "task", "model"))
    assert rows[{"en": "Pooling", "es": "Submuestreo"}[lang]] == {"en": "maximum", "es": "máximo"}[lang]
    given = Experiment().changed({"model.options": {"pooling": "average"}})
    rows = dict(settings.group(given, "model"))
    assert rows[{"en": "Pooling", "es": "Submuestreo"}[lang]] == {"en": "average", "es": "promedio"}[lang]


def test_an_entry_that_is_gone_is_shown_by_its_name(lang: str) -> None:
    experiment = Experiment().changed({"model.architecture": "gone_net", "model.options": {"width": 3}})
    rows = dict(settings.group(experiment, "model"))
    assert rows["Width"] == "3"
    assert "gone\\_net" in rows.values()
