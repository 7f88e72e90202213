"""Does the experiment name things that exist, and do its settings go together? Asked before a run is made.

Reads data files only: a page may ask at every keystroke, and ``submit`` imports no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnnlab.data import catalogue
from cnnlab.data.types import InputKind
from cnnlab.energy.carbon import intensity
from cnnlab.errors import ExperimentError, LabError, Problem
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.models.requirements import checked_model
from cnnlab.registry import checked, registry
from cnnlab.runs import first_weights
from cnnlab.runs.journal import Journal
from cnnlab.tasks.outputs import network_outputs


def check(experiment: Experiment, home: Home) -> None:
    """Raises ``ExperimentError`` with every problem found: field, value and cure."""
    problems = [problem for one in _CHECKS for problem in one(experiment, home)]
    if problems:
        raise ExperimentError.from_problems(tuple(problems))


def _named(look_up: Callable[[], Any], field: str) -> list[Problem]:
    """The problem of a name that is not in its registry, at ``field``."""
    try:
        look_up()
    except LabError as error:
        return [Problem(error.problem.code, field, error.problem.params)]
    return []


def _problems_of(check: Callable[[], Any]) -> list[Problem]:
    try:
        check()
    except ExperimentError as error:
        return list(error.problems)
    return []


def _options(kind: str, name: str, given: Mapping[str, Any], field: str) -> list[Problem]:
    if name not in registry(kind):
        return []  # the name is the problem, and said elsewhere
    return _problems_of(lambda: checked(registry(kind)[name].options, given, field))


def _dataset(experiment: Experiment, home: Home) -> list[Problem]:
    data = experiment.data
    problems = _named(lambda: catalogue.find(data.dataset, home), "data.dataset")
    return problems or _options("dataset", data.dataset, data.options, "data.options")


def _balance(experiment: Experiment, home: Home) -> list[Problem]:  # noqa: ARG001  # one signature for all checks
    """Whether the column is there is known once the dataset is prepared."""
    if experiment.data.balance == "group_sampler" and not experiment.data.balance_by:
        return [Problem("balance_without_column", "data.balance_by", {})]
    return []


def _split(experiment: Experiment, home: Home) -> list[Problem]:
    split = experiment.data.split
    if split.validation + split.test >= 1.0:
        value = f"{split.validation} + {split.test}"
        return [Problem("split_leaves_nothing", "data.split", {"value": value})]
    if _dataset(experiment, home):
        return []
    size = catalogue.trained_size(catalogue.find(experiment.data.dataset, home), experiment.data)
    batch = experiment.training.batch_size
    if size is not None and batch > size:
        return [Problem("larger_than_split", "training.batch_size", {"value": batch, "limit": size})]
    return []


def _network(experiment: Experiment, home: Home) -> list[Problem]:
    """The network's own options, and whether its layers fit the images as the dataset will be prepared."""
    data, model = experiment.data, experiment.model
    problems = _named(lambda: registry("architecture")[model.architecture], "model.architecture")
    if problems or _dataset(experiment, home):
        return problems or _options("architecture", model.architecture, model.options, "model.options")
    info = catalogue.find(data.dataset, home)
    size = catalogue.prepared_size(info, data)
    kind = InputKind("image", (data.channels or info.channels, size, size))
    return _problems_of(lambda: checked_model(model, kind))


def _first_weights(experiment: Experiment, home: Home) -> list[Problem]:
    """Whether the run that it begins with is there, has weights, and has the same network."""
    model, field = experiment.model, first_weights.FIELD
    if model.weights_from is None:
        return []
    if model.pretrained:
        return [Problem("first_weights_and_pretrained", field)]
    problems = _named(lambda: first_weights.find(str(model.weights_from), home), field)
    if problems:
        return problems
    other = Journal.open(home, model.weights_from).experiment().model
    if (other.architecture, other.layers) == (model.architecture, model.layers):
        return []
    names = {"value": model.weights_from, "other": other.architecture, "own": model.architecture}
    return [Problem("first_weights_of_other_network", field, names)]


def _task(experiment: Experiment, home: Home) -> list[Problem]:
    name, training = experiment.task.name, experiment.training
    problems = _named(lambda: registry("task")[name], "task.name")
    if problems:
        return problems
    problems = _options("task", name, experiment.task.options, "task.options") or _output(experiment, home)
    facts = registry("task")[name].facts
    if training.loss not in facts["losses"]:
        params = {"value": training.loss, "known": ", ".join(facts["losses"])}
        problems.append(Problem("not_a_choice", "training.loss", params))
    monitored = training.early_stopping.monitor
    known = [f"{split}_{metric}" for split in ("val", "train") for metric in facts["metrics"]]
    if monitored not in known:
        params = {"value": monitored, "known": ", ".join(known)}
        problems.append(Problem("not_a_choice", "training.early_stopping.monitor", params))
    return problems


def _output(experiment: Experiment, home: Home) -> list[Problem]:
    """A single number can tell two classes apart, no more."""
    if _dataset(experiment, home):
        return []
    classes = len(catalogue.find(experiment.data.dataset, home).classes)
    if classes == 2 or network_outputs(experiment.task, classes) == classes:
        return []
    return [Problem("sigmoid_needs_two_classes", "task.options.output", {"value": classes})]


def _tracking(experiment: Experiment, home: Home) -> list[Problem]:  # noqa: ARG001  # one signature for all checks
    name, energy = experiment.tracking.explain.method, experiment.tracking.energy
    problems = _named(lambda: registry("explainer")[name], "tracking.explain.method")
    if energy.measure:
        problems += _named(lambda: intensity(energy.country), "tracking.energy.country")
    return problems


_CHECKS = (_dataset, _balance, _split, _network, _first_weights, _task, _tracking)
