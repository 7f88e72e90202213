"""Problems by the name that the form shows: an option's own label, a block by its number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from cnnlab import i18n
from cnnlab.errors import Problem
from cnnlab.registry import Option, registry
from cnnlab.ui.language import language, t
from cnnlab.ui.text import capitalized, setting_name
from cnnlab.ui.train.form import Form

_OPTION = re.compile(r"(data|task|model)\.options\.([a-z0-9_]+)(?:\[(\d+)\])?(?:\.([a-z0-9_]+))?")
_STEPS = {"data": "data", "model": "network", "task": "training", "training": "training"}
# part of the experiment -> the registry that its options are of, and the setting that names the entry
_KINDS = {
    "data": ("dataset", "data.dataset"),
    "task": ("task", "task.name"),
    "model": ("architecture", "model.architecture"),
}


def step_of(problem: Problem) -> str:
    """The step of the form that a problem belongs to: "data", "network" or "training"."""
    if problem.field == "data.image_size" and problem.code == "input_too_small":
        return "data"
    return _STEPS.get(problem.field.partition(".")[0], "training")


def of_step(form: Form, step: str) -> list[Problem]:
    return [problem for problem in form.review.problems if step_of(problem) == step]


def within(form: Form, fields: Iterable[str]) -> bool:
    """Whether something is wrong with one of ``fields`` or below it: their expander opens."""
    wanted = tuple(fields)
    return any(problem.field.startswith(wanted) for problem in form.review.problems)


def name_of(field: str, form: Form) -> str:
    """A setting as the form calls it, as plain text for Markdown."""
    if field == "data.split":
        return t("train.split_name")
    match = _OPTION.fullmatch(field)
    option = _option(match, form) if match else None
    if match is None or option is None:
        return setting_name(field)
    name = capitalized(option.label[language()])
    if match[3] is not None:
        name = t("train.item_of", name=name, number=int(match[3]) + 1)
    inner = option.items.get(match[4]) if match[4] and isinstance(option.items, Mapping) else None
    return f"{name} · {capitalized(inner.label[language()])}" if inner else name


def named(problem: Problem, form: Form) -> Problem:
    """``problem`` with its setting called as the form calls it."""
    if i18n.has(f"setting.{problem.field}"):
        return problem
    return replace(problem, field=name_of(problem.field, form).replace("\\", ""))


def _option(match: re.Match[str], form: Form) -> Option | None:
    kind, field = _KINDS[match[1]]
    name = form[field]
    return registry(kind)[name].options.get(match[2]) if name in registry(kind) else None


def names(form: Form) -> str:
    """The settings to be corrected, each once."""
    fields = [problem.field for problem in form.review.problems]
    return ", ".join(dict.fromkeys(name_of(field, form) for field in fields if field))
