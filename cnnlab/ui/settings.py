"""The settings of an experiment as a reader sees them: by name, with their values in words."""

from __future__ import annotations

from typing import Any

from cnnlab import i18n
from cnnlab.energy.carbon import country_name
from cnnlab.experiment import Experiment
from cnnlab.i18n import formats
from cnnlab.registry import Entry, registry
from cnnlab.ui import metrics
from cnnlab.ui.language import language, t
from cnnlab.ui.text import capitalized, plain, setting_name

Rows = list[tuple[str, str]]

_DEGREES = "data.augmentation.rotation"
_EPOCHS = (
    "training.epochs",
    "training.early_stopping.patience",
    "training.schedule.patience",
    "training.schedule.step_epochs",
    "training.fine_tuning.frozen_epochs",
    "tracking.explain.every",
)
_PIXELS = ("data.image_size", "data.augmentation.crop")
_RATES = ("training.learning_rate", "training.schedule.minimum_rate", "training.weight_decay")
_OFF_AT_ZERO = (
    "training.early_stopping.patience",
    "training.gradient_clip",
    "training.label_smoothing",
    "tracking.explain.every",
)
_SHARES = (
    "data.split.validation",
    "data.split.test",
    "training.fine_tuning.backbone_rate",
    "data.train_share",
    "data.common_augmentation",
)
_REGISTRIES = {
    "task.name": "task",
    "model.architecture": "architecture",
    "data.dataset": "dataset",
    "tracking.explain.method": "explainer",
}

# settings that only some choices use: they would be noise beside the others
_USED_WITH: dict[str, tuple[str, tuple[Any, ...]]] = {
    "tracking.energy.country": ("tracking.energy.measure", (True,)),
    "training.momentum": ("training.optimizer", ("sgd", "rmsprop")),
    "training.nesterov": ("training.optimizer", ("sgd",)),
    "training.schedule.factor": ("training.schedule.name", ("plateau", "step")),
    "training.schedule.patience": ("training.schedule.name", ("plateau",)),
    "training.schedule.step_epochs": ("training.schedule.name", ("step",)),
    "training.schedule.minimum_rate": ("training.schedule.name", ("plateau", "step", "cosine")),
    "training.schedule.rise": ("training.schedule.name", ("one_cycle",)),
    "training.schedule.start_divisor": ("training.schedule.name", ("one_cycle",)),
    "training.schedule.warmup_epochs": ("training.schedule.name", ("plateau", "step", "cosine", "warmup")),
}


def group(experiment: Experiment, *parts: str) -> Rows:
    """(name, value) of the settings below ``parts`` ("data", "training", …) that the experiment uses."""
    flat = experiment.flat()
    rows: Rows = []
    for part in parts:
        flat |= _options(experiment, part)
    for field, value in flat.items():
        part = field.partition(".")[0]
        if part not in parts or not _is_used(field, value, flat):
            continue
        if i18n.has(f"setting.{field}"):
            rows.append((setting_name(field), shown(field, value)))
        elif ".options" in field:
            rows.append(_option(experiment, field, value))
    return rows


def shown(field: str, value: Any) -> str:
    """The value of one setting in words: units, choices by their names, "off" where 0 means that."""
    if value is None:
        return t("value.automatic") if field in ("data.image_size", "data.channels") else t("value.unset")
    if field in _REGISTRIES:
        known = registry(_REGISTRIES[field])
        return known[value].text("title", language()) if value in known else plain(str(value))
    if field in _OFF_AT_ZERO and value == 0:
        return t("value.off")
    if field == "tracking.energy.country":
        return plain(country_name(str(value), language()))
    if field == "training.early_stopping.monitor":
        return metrics.label(value)
    if field == "model.layers":
        return t("value.layers", count=len(value))
    return _number_or_words(field, value)


def name_of(field: str, experiment: Experiment | None) -> str:
    """The name of any setting; an option of a registry entry has its own, which ``experiment`` leads to."""
    if ".options." in field and experiment is not None:
        return _option(experiment, field, None)[0]
    return setting_name(field)


def shown_value(field: str, value: Any) -> str:
    """``shown``, also for an option and for a list of mappings, such as the blocks of a network."""
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return t("value.items", count=len(value))
    return shown(field, value)


def _number_or_words(field: str, value: Any) -> str:
    if isinstance(value, bool):
        return t("value.on" if value else "value.off")
    if isinstance(value, list):
        return ", ".join(_number_or_words(field, item) for item in value)
    if field == _DEGREES:
        return t("value.degrees", value=_plain_number(value))
    if field in _EPOCHS:
        return t("value.epochs", count=value)
    if field in _PIXELS:
        return t("value.pixels", value=value)
    if field == "training.checkpoint_seconds":
        return t("value.seconds", value=_plain_number(value))
    if field in _RATES:
        return formats.learning_rate(value)
    if field in _SHARES:
        return formats.percent(value, language(), 0)
    if isinstance(value, int | float):
        return _plain_number(value)
    key = f"option_choice.{value}" if ".options." in field else f"choice.{field}.{value}"
    return t(key) if i18n.has(key) else plain(str(value))


def _plain_number(value: float) -> str:
    text = f"{value:g}"
    return text.replace(".", ",") if language() == "es" else text


def _is_used(field: str, value: Any, flat: dict[str, Any]) -> bool:
    if field.startswith("data.augmentation."):
        return bool(value)
    if field.startswith("training.fine_tuning."):
        return bool(flat["training.fine_tuning.frozen_epochs"]) or flat["training.fine_tuning.backbone_rate"] != 1.0
    if field.startswith("tracking.explain."):
        return bool(flat["tracking.explain.every"])
    if field == "data.shuffle_labels":
        return bool(value)
    if field in ("data.train_share", "data.common_augmentation"):
        return bool(value != 1.0)
    if field in ("data.fingerprint", "data.split.group_by", "model.layers", "model.weights_from"):
        return value is not None
    if field.endswith(".options"):  # flat() names an empty mapping itself
        return False
    other, choices = _USED_WITH.get(field, ("", ()))
    return not other or flat[other] in choices


def _entry(experiment: Experiment, part: str) -> Entry | None:
    """The registry entry whose options ``part.options`` are; ``None`` for one that is not in a registry."""
    names = {
        "data": ("dataset", experiment.data.dataset),
        "task": ("task", experiment.task.name),
        "model": ("architecture", experiment.model.architecture),
    }
    kind, name = names.get(part, ("task", ""))
    if name not in registry(kind):
        return None
    return registry(kind)[name]


def _options(experiment: Experiment, part: str) -> dict[str, Any]:
    """The options of a part as they are used: those given over the defaults."""
    entry = _entry(experiment, part)
    if entry is None:
        return {}
    given = getattr(experiment, part).options
    return {f"{part}.options.{name}": value for name, value in (entry.defaults() | given).items()}


def _option(experiment: Experiment, field: str, value: Any) -> tuple[str, str]:
    """An option of a registry entry: its own label, where it has one."""
    part, _, name = field.partition(".options.")
    entry = _entry(experiment, part)
    label = entry.options[name].label[language()] if entry and name in entry.options else plain(name)
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return capitalized(label), t("value.items", count=len(value))
    return capitalized(label), _number_or_words(field, value)
