"""A run's description as MLflow shows it: a few lines of Markdown that say what was trained on what."""

from __future__ import annotations

import re

from cnnlab.experiment import Experiment
from cnnlab.i18n import environment_language, translate

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>&$])")


def note(experiment: Experiment, run_id: str, language: str | None = None) -> str:
    """In the environment's language unless one is given. What users wrote is shown as it is, never as markup."""
    language = language or environment_language()
    training = experiment.training
    stopping = training.early_stopping
    lines = [
        translate("note.title", language, architecture=_code(experiment.model.architecture),
                  dataset=_code(experiment.data.dataset)),
        translate("note.training", language, epochs=training.epochs, batch_size=training.batch_size,
                  optimizer=_code(training.optimizer), learning_rate=f"{training.learning_rate:g}", seed=training.seed),
        translate("note.early_stopping", language, monitor=_code(stopping.monitor), count=stopping.patience)
        if stopping.patience
        else translate("note.no_early_stopping", language),
        translate("note.owner", language, owner=escaped(experiment.owner), run=_code(run_id)),
    ]  # fmt: skip
    return "\n\n".join(lines)


def escaped(text: str) -> str:
    """Text that Markdown shows as it is: on one line, no markup, no HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("\\<", "&lt;").replace("\\>", "&gt;").replace(
        "\\&", "&amp;"
    )  # fmt: skip


def _code(name: str) -> str:
    return f"`{name.replace('`', '')}`"
