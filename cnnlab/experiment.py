"""``Experiment``: the one description of a run.

The form edits it, the command line takes it, the trainer runs it, MLflow stores it, a bundle reproduces it.
Values are frozen; ``changed`` makes a copy. Ranges are checked here; names and options, which depend on the
registries and on imported datasets, are checked by ``cnnlab.checks``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from cnnlab import yaml_io
from cnnlab.errors import ExperimentError, Problem

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_./-]{0,119}$")]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Split(_Part):
    """Shares of the samples that have no official split; groups of the manifest column ``group_by`` stay together."""

    validation: float = Field(0.15, ge=0.0, le=0.9)
    test: float = Field(0.15, ge=0.0, le=0.9)
    seed: int = Field(0, ge=0, lt=2**31)
    group_by: str | None = Field(None, max_length=80)


class Augmentation(_Part):
    """Random transforms of training images; every one is off at 0. Drawn anew for each sample and epoch."""

    rotation: float = Field(0.0, ge=0.0, le=180.0)  # degrees, uniform in [-rotation, rotation]
    scaling: float = Field(0.0, ge=0.0, le=0.9)  # factor uniform in [1 - scaling, 1 + scaling]
    translation: float = Field(0.0, ge=0.0, le=0.9)  # share of the side, uniform in [-translation, translation]
    horizontal_flip: Share = 0.0  # probability
    vertical_flip: Share = 0.0  # probability
    brightness: float = Field(0.0, ge=0.0, le=1.0)  # factor uniform in [1 - brightness, 1 + brightness]
    contrast: float = Field(0.0, ge=0.0, le=1.0)  # factor uniform in [1 - contrast, 1 + contrast]
    crop: int = Field(0, ge=0, le=256)  # pixels of padding around the image before a crop of its size
    erasing: Share = 0.0  # probability that a rectangle (2 to 20 % of the area) is erased

    @property
    def active(self) -> bool:
        return any(value for value in self.model_dump().values())


class DataSpec(_Part):
    dataset: Name = "digits"
    options: dict[str, Any] = Field(default_factory=dict)
    fingerprint: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    image_size: int | None = Field(None, ge=4, le=1024)
    channels: Literal[1, 3] | None = None
    resize: Literal["squeeze", "crop", "pad"] = "squeeze"
    normalization: Literal["standardize", "unit"] = "standardize"
    split: Split = Split()
    augmentation: Augmentation = Augmentation()
    common_augmentation: Share = 1.0  # share of it for the largest class (balanced by groups: group); rarer get more
    balance: Literal["none", "class_weights", "sampler", "group_sampler"] = "none"
    balance_by: str | None = Field(None, max_length=80)  # group_sampler: the manifest's column
    shuffle_labels: bool = False  # of the training split only: for the label check of explanations
    train_share: float = Field(1.0, gt=0.0, le=1.0)  # of the training split, class by class; smaller is part of larger


class TaskSpec(_Part):
    name: Name = "classification"
    options: dict[str, Any] = Field(default_factory=dict)


class ModelSpec(_Part):
    architecture: Name = "lenet5"
    options: dict[str, Any] = Field(default_factory=dict)
    layers: list[dict[str, Any]] | None = None
    pretrained: bool = False
    weights_from: str | None = Field(None, pattern=r"^[0-9a-f]{32}$")  # a run whose best weights it begins with


class Schedule(_Part):
    """How the learning rate moves. Fields that a schedule does not use are ignored by it."""

    name: Literal["none", "plateau", "step", "cosine", "one_cycle", "warmup"] = "none"
    warmup_epochs: float = Field(0.0, ge=0.0, le=1000.0)  # linear rise before any schedule but one_cycle
    factor: float = Field(0.1, gt=0.0, lt=1.0)  # plateau, step: what the rate is multiplied by
    patience: int = Field(3, ge=0, le=1000)  # plateau: epochs without improvement before that
    step_epochs: int = Field(10, ge=1, le=10_000)  # step: epochs between two drops
    minimum_rate: float = Field(0.0, ge=0.0, le=1.0)  # plateau, step, cosine: the rate never falls below
    rise: float = Field(0.3, gt=0.0, lt=1.0)  # one_cycle: share of the steps in which the rate rises
    start_divisor: float = Field(25.0, ge=1.0, le=1e6)  # one_cycle: starts at the peak rate divided by this


class EarlyStopping(_Part):
    """Stops when ``monitor`` has not improved by more than ``min_delta`` for ``patience`` epochs; 0 is off."""

    monitor: str = Field("val_loss", pattern=r"^(train|val)_[a-z0-9_]{1,60}$")
    patience: int = Field(5, ge=0, le=10_000)
    min_delta: float = Field(0.0, ge=0.0, le=1e6)


class FineTuning(_Part):
    """For weights learned before: what was learned (the backbone) moves later and slower than the new head."""

    frozen_epochs: int = Field(0, ge=0, le=100_000)  # at the start only the head learns; as many as epochs: always
    backbone_rate: float = Field(1.0, gt=0.0, le=1.0)  # factor on the backbone's learning rate


class TrainingSpec(_Part):
    epochs: int = Field(30, ge=1, le=100_000)
    batch_size: int = Field(64, ge=1, le=65_536)
    optimizer: Literal["sgd", "adam", "adamw", "rmsprop"] = "adam"
    learning_rate: float = Field(0.001, gt=0.0, le=100.0)
    momentum: float = Field(0.9, ge=0.0, lt=1.0)  # sgd, rmsprop
    nesterov: bool = False  # sgd
    weight_decay: float = Field(0.0, ge=0.0, le=10.0)  # L2; biases and norms are left out
    gradient_clip: float = Field(0.0, ge=0.0, le=1e6)  # largest gradient norm; 0 is off
    schedule: Schedule = Schedule()
    early_stopping: EarlyStopping = EarlyStopping()
    fine_tuning: FineTuning = FineTuning()
    loss: Name = "cross_entropy"
    label_smoothing: float = Field(0.0, ge=0.0, lt=1.0)
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    device: str = Field("auto", pattern=r"^(auto|cpu|cuda(:\d{1,2})?)$")
    threads: int = Field(2, ge=1, le=256)
    seed: int = Field(0, ge=0, lt=2**31)
    checkpoint_seconds: float = Field(60.0, ge=0.0, le=86_400.0)  # also within an epoch, this often; 0: ends only
    keep_checkpoints: list[Literal["best", "last"]] = ["best", "last"]

    @property
    def extracts_features(self) -> bool:
        """Whether the backbone stands still to the end."""
        return self.fine_tuning.frozen_epochs >= self.epochs

    @property
    def unfrozen_after(self) -> int:
        """The epochs after which a frozen backbone joins; 0 where it moves from the start or never does."""
        return 0 if self.extracts_features else self.fine_tuning.frozen_epochs


class ExplainTracking(_Part):
    """Maps of the same validation images at chosen epochs, kept with the run; 0 epochs: off."""

    every: int = Field(0, ge=0, le=100_000)  # epochs from one set of maps to the next
    images: int = Field(8, ge=1, le=16)
    method: Name = "grad_cam"


class EnergyTracking(_Part):
    """Energy that the training takes, and its CO2 by the electricity of a country (ISO 3166-1 alpha-3)."""

    measure: bool = True
    country: str = Field("MEX", max_length=3)


class Tracking(_Part):
    """What is kept while a run trains. It changes nothing that is trained."""

    explain: ExplainTracking = ExplainTracking()
    energy: EnergyTracking = EnergyTracking()


_LATER: dict[str, dict[str, Any]] = {
    "data": {"train_share": 1.0, "common_augmentation": 1.0},
    "model": {"weights_from": None},
}


class Experiment(_Part):
    """Everything a run needs to be done again. Raises ``ExperimentError`` (never pydantic's) from its makers."""

    schema_version: Literal[1] = 1
    name: str = Field("", max_length=255)
    owner: str = Field("", max_length=255)
    data: DataSpec = DataSpec()
    task: TaskSpec = TaskSpec()
    model: ModelSpec = ModelSpec()
    training: TrainingSpec = TrainingSpec()
    tracking: Tracking = Tracking()

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        if not isinstance(values, Mapping):
            raise ExperimentError("not_an_experiment")
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            problems = tuple(_problem(detail) for detail in error.errors(include_url=False))
            raise ExperimentError.from_problems(problems) from error

    @classmethod
    def from_yaml(cls, text: str, *, source: str = "YAML") -> Self:
        return cls.from_dict(yaml_io.parse(text, source=source))

    def to_dict(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def to_yaml(self) -> str:
        return yaml_io.dump(self.to_dict())

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """A copy with dotted settings replaced: ``experiment.changed({"training.epochs": 60})``."""
        values = self.to_dict()
        for dotted, value in changes.items():
            *parents, last = dotted.split(".")
            place: Any = values
            for depth, parent in enumerate(parents):
                if not isinstance(place, dict) or not isinstance(place.get(parent), dict):
                    raise ExperimentError("unknown_setting", field=".".join(parents[: depth + 1]))
                place = place[parent]
            place[last] = value
        return self.from_dict(values)

    def flat(self) -> dict[str, Any]:
        """Dotted name -> value, in the order of the description: what MLflow stores as parameters."""
        return dict(_flattened(self.to_dict(), ""))

    @property
    def sha256(self) -> str:
        """Names what is trained: the description without who owns it, what it is called and what is kept meanwhile."""
        content = {k: v for k, v in self.to_dict().items() if k not in ("name", "owner", "tracking")}
        for part, later in _LATER.items():  # settings that came later change no name while they are as before
            content[part] = {k: v for k, v in content[part].items() if k not in later or v != later[k]}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def parse_setting(text: str) -> tuple[str, Any]:
    """``training.epochs=5`` -> ("training.epochs", 5). The value is read as YAML."""
    name, separator, value = text.partition("=")
    if not separator or not name.strip():
        raise ExperimentError("setting_without_value", field="--set", value=text[:80])
    return name.strip(), yaml_io.parse(value, source="--set")


def _flattened(values: Mapping[str, Any], prefix: str) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            pairs.extend(_flattened(value, f"{prefix}{key}."))
        else:
            pairs.append((f"{prefix}{key}", value))
    return pairs


# pydantic's error type -> our sentence and the name of its limit in pydantic's context
_LIMITS = {
    "greater_than_equal": ("too_small", "ge"),
    "greater_than": ("not_greater", "gt"),
    "less_than_equal": ("too_large", "le"),
    "less_than": ("not_less", "lt"),
    "string_too_long": ("too_long", "max_length"),
    "literal_error": ("not_a_choice", "expected"),
}
_KINDS = {
    "int_parsing": "not_a_whole_number",
    "int_type": "not_a_whole_number",
    "int_from_float": "not_a_whole_number",
    "float_parsing": "not_a_number",
    "float_type": "not_a_number",
    "finite_number": "not_a_number",
    "bool_parsing": "not_a_boolean",
    "bool_type": "not_a_boolean",
    "string_type": "not_a_text",
    "list_type": "not_a_list",
    "extra_forbidden": "unknown_setting",
    "dict_type": "not_a_mapping",
    "model_type": "not_a_mapping",
    "model_attributes_type": "not_a_mapping",
}


def _problem(detail: ErrorDetails) -> Problem:
    """pydantic's finding in our words: the field, the value, and what would be right."""
    kind, context = detail["type"], detail.get("ctx", {})
    field = ".".join(str(part) for part in detail["loc"])
    value = {"value": str(detail["input"])[:80]}
    if kind in _LIMITS:
        code, name = _LIMITS[kind]
        limit = str(context[name]).replace("'", "").replace(" or ", ", ")
        return Problem(code, field, {**value, ("known" if code == "not_a_choice" else "limit"): limit})
    return Problem(_KINDS.get(kind, "not_valid"), field, value)
