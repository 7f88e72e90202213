"""Step 3: how it is trained. What decides most is in sight, the rest one click away."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnlab import system
from cnnlab.data import catalogue
from cnnlab.experiment import Experiment
from cnnlab.i18n import formats
from cnnlab.plots.palette import palette
from cnnlab.plots.schedule import planned_rates, schedule_curve
from cnnlab.registry import registry
from cnnlab.ui import settings
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain, setting_name
from cnnlab.ui.train import data, energy, fields, options, suited, tracking
from cnnlab.ui.train.form import Form
from cnnlab.ui.train.problems import within

_SCHEDULES = ("none", "plateau", "step", "cosine", "one_cycle", "warmup")
# schedule -> the settings it uses, in the order of the decision
_USED = {
    "none": (),
    "plateau": ("factor", "patience", "minimum_rate", "warmup_epochs"),
    "step": ("step_epochs", "factor", "minimum_rate", "warmup_epochs"),
    "cosine": ("minimum_rate", "warmup_epochs"),
    "one_cycle": ("rise", "start_divisor"),
    "warmup": ("warmup_epochs",),
}
_CHART_HEIGHT = 170
_NOTHING = 1e-6  # of the peak: a rate below this part of it is as good as 0
_SCHEDULE = "training.schedule.name"
_CHECKPOINT = "training.checkpoint_seconds"
_PATIENCE = "training.early_stopping.patience"


def draw(form: Form) -> None:
    suited.draw(form)
    _grid(
        [
            lambda: fields.whole(form, "training.epochs", step=5),
            lambda: fields.whole(form, "training.batch_size", step=16),
            lambda: fields.rate(form, "training.learning_rate"),
        ]
    )
    _grid(
        [
            lambda: fields.choice(form, "training.optimizer", ["adam", "adamw", "sgd", "rmsprop"]),
            lambda: fields.choice(form, _SCHEDULE, list(_SCHEDULES), label=t("train.training.schedule")),
            lambda: fields.whole(form, _PATIENCE, label=t("train.training.patience")),
        ]
    )
    _schedule(form)
    _optimizer(form)
    _stopping(form)
    _loss(form)
    _machine(form)
    tracking.draw(form)
    energy.draw(form)


def _grid(cells: Sequence[Callable[[], None]], columns: int = 3) -> None:
    with st.grid(columns, min_column_width=190) as grid:
        for draw_cell in cells:
            with grid.cell():
                draw_cell()


def _schedule(form: Form) -> None:
    name = form["training.schedule.name"]
    used = [f"training.schedule.{field}" for field in _USED.get(name, ())]
    if used:
        _grid([lambda field=field: _schedule_field(form, field) for field in used], columns=min(4, len(used)))  # type: ignore[misc]
    if name == "plateau":
        st.caption(_plateau_words(form))
    elif name != "none" and form.review.experiment is not None:
        _curve(form, form.review.experiment)


def _schedule_field(form: Form, field: str) -> None:
    if field.endswith("minimum_rate"):
        fields.rate(form, field)
    elif field.endswith(("patience", "step_epochs")):
        fields.whole(form, field)
    elif field.endswith("rise"):
        fields.share(form, field)
    else:
        fields.number(form, field, step=0.05 if field.endswith("factor") else 1.0)


def _curve(form: Form, experiment: Experiment) -> None:
    training = experiment.training
    info = data.find(form)
    size = catalogue.trained_size(info, experiment.data) if info else None
    steps = None if size is None else -(-size // training.batch_size)
    rates = planned_rates(training, steps)
    name = setting_name("training.learning_rate")
    option = schedule_curve(
        rates, name=name, x_axis=t("train.training.epochs_axis"), palette=palette(st.context.theme.type)
    )
    values = [rate for _, rate in rates]
    shown = {
        "first": formats.learning_rate(values[0]),
        "peak": formats.learning_rate(max(values)),
        "last": formats.learning_rate(values[-1] if values[-1] > _NOTHING * max(values) else 0.0),
    }
    st.caption(t("train.training.curve", **shown))
    st.echarts_chart(option, height=_CHART_HEIGHT, key="schedule_curve", alt=t("train.training.curve_alt", **shown))


def _plateau_words(form: Form) -> str:
    schedule = "training.schedule"
    return t(
        "train.training.plateau",
        metric=settings.shown("training.early_stopping.monitor", str(form["training.early_stopping.monitor"])),
        patience=settings.shown(f"{schedule}.patience", form[f"{schedule}.patience"] or 0),
        factor=_decimal(form[f"{schedule}.factor"]),
    )


def _decimal(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return formats.UNKNOWN
    text = f"{value:g}"
    return text.replace(".", ",") if language() == "es" else text


def _more(form: Form, name: str, icon: str, used: Sequence[str], words: str) -> DeltaGenerator:
    """An expander that says what is set in it, and opens by itself when something in it is wrong."""
    return st.expander(
        t(f"train.training.{name}", what=words),
        icon=f":material/{icon}:",
        expanded=within(form, used),
        key=f"{name}_{form.revision}",
        type="compact",
    )


def _words(form: Form, *names: str) -> str:
    return ", ".join(settings.shown(name, form[name]) for name in names)


def _optimizer(form: Form) -> None:
    optimizer = form["training.optimizer"]
    used = ("training.momentum", "training.nesterov", "training.weight_decay", "training.gradient_clip")
    decay = fields.rate_text(form["training.weight_decay"])
    words = t("train.training.no_decay") if decay == "0" else t("train.training.decay", value=plain(decay))
    with _more(form, "regularisation", "tune", used, words):
        cells: list[Callable[[], None]] = []
        if optimizer in ("sgd", "rmsprop"):
            cells.append(lambda: fields.number(form, "training.momentum", step=0.05))
        cells.append(lambda: fields.rate(form, "training.weight_decay"))
        cells.append(lambda: fields.number(form, "training.gradient_clip", step=0.5))
        _grid(cells)
        if optimizer == "sgd":
            fields.toggle(form, "training.nesterov")


def _stopping(form: Form) -> None:
    used = ("training.early_stopping",)
    with _more(form, "stopping", "flag", used, _words(form, "training.early_stopping.monitor")):
        _grid(
            [
                lambda: fields.choice(form, "training.early_stopping.monitor", _monitors(form)),
                lambda: fields.number(form, "training.early_stopping.min_delta", step=0.001),
            ],
            columns=2,
        )


def _monitors(form: Form) -> list[str]:
    task = form["task.name"]
    metrics = registry("task")[task].facts["metrics"] if task in registry("task") else ["loss"]
    return [f"{split}_{metric}" for split in ("val", "train") for metric in metrics]


def _loss(form: Form) -> None:
    used = ("task", "training.loss", "training.label_smoothing")
    tasks = registry("task")
    task = form["task.name"]
    losses = tasks[task].facts["losses"] if task in tasks else [form["training.loss"]]
    with _more(form, "loss", "target", used, _words(form, "training.loss")):
        _grid(
            [
                lambda: fields.choice(form, "task.name", list(tasks)),
                lambda: fields.choice(form, "training.loss", losses),
                lambda: fields.number(form, "training.label_smoothing", step=0.05),
            ]
        )
        if task in tasks:
            options.draw(form, "task", tasks[task])


def _machine(form: Form) -> None:
    names = ("device", "precision", "threads", "seed", "checkpoint_seconds", "keep_checkpoints")
    used = [f"training.{name}" for name in names]
    words = t("train.training.seed", value=form["training.seed"] if form["training.seed"] is not None else "–")
    with _more(form, "machine", "developer_board", used, words):
        devices = ["auto", "cpu", *(["cuda"] if system.gpu_name() else [])]
        _grid(
            [
                lambda: fields.choice(form, "training.device", devices),
                lambda: fields.choice(form, "training.precision", ["auto", "float32", "bfloat16"]),
                lambda: fields.whole(form, "training.threads"),
                lambda: fields.whole(form, "training.seed"),
                lambda: fields.number(form, _CHECKPOINT, step=30.0, label=fields.with_unit(_CHECKPOINT, "seconds")),
                lambda: fields.several(form, "training.keep_checkpoints", ["best", "last"]),
            ]
        )
