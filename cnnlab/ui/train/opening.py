"""What the address fills the form with: another run, a preset, a dataset, a network, a design, or a draft."""

from __future__ import annotations

from functools import partial

from cnnlab import designs, drafts, i18n
from cnnlab.data import catalogue
from cnnlab.drafts import Draft
from cnnlab.errors import RunError
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.presets import load_preset
from cnnlab.registry import registry
from cnnlab.runs.run import Run
from cnnlab.runs.view import view
from cnnlab.ui import actions, address, drafted
from cnnlab.ui.language import language, t
from cnnlab.ui.train import choosing
from cnnlab.ui.train.form import Form, Notice, current

_STARTS = ("like", "weights", "preset", "dataset", "network", "design")


def opened() -> Form:
    """The form as the address asks for it."""
    form = current()
    drafted.open_into(form, {name: partial(_fill, form, name) for name in _STARTS}, partial(_read, form))
    return form


def from_run(run: Run) -> Draft:
    """The settings of ``run``, which becomes the parent. Raises ``RunError`` ("run_without_description")."""
    if run.experiment is None:
        raise RunError("run_without_description", value=run.name)
    return Draft.of(run.experiment.changed({"name": actions.next_name(run)}), parent=run.run_id)


def preset_title(name: str) -> str:
    """In the reader's language; a preset that the catalogue does not know says its own name."""
    key = f"train.preset.{name}"
    return t(key) if i18n.has(key) else load_preset(name).name or name


def _fill(form: Form, name: str, value: str) -> None:
    if name == "like":
        run = view(Home.current(), address.run_id("like") or "")
        form.replace(from_run(run), Notice("train.notice.run", {"name": run.name}))
    elif name == "weights":
        run = view(Home.current(), address.run_id("weights") or "")
        changes = {"model.weights_from": run.run_id, "model.pretrained": False}
        form.replace(from_run(run).changed(changes), Notice("train.notice.weights", {"name": run.name}))
    elif name == "preset":
        experiment = load_preset(value)
        form.replace(Draft.of(experiment), Notice("train.notice.preset", {"name": preset_title(value)}))
    elif name == "network":
        _choose(form, value, registry("architecture")[value].text("title", language()))
    elif name == "design":
        design = designs.find(value, Home.current())
        _choose(form, f"{choosing.SAVED}{design.name}", design.name)
    else:
        info = catalogue.find(value, Home.current())
        spec = {"data.dataset": info.name}
        form.replace(
            Draft.of(Experiment().changed(spec)), Notice("train.notice.dataset", {"name": info.title(language())})
        )


def _choose(form: Form, code: str, title: str) -> None:
    """As if it were chosen in the form: the images and whatever else is set stay."""
    before = form.draft
    choosing.choose(form, code)
    form.undo = before if form.draft != before else None
    form.notice = Notice("train.notice.network", {"name": title})


def _read(form: Form, draft_id: str) -> None:
    """A draft of another session, or of this browser's last one: a copy is made with the first change."""
    form.draft = drafts.read(draft_id, Home.current())
    form.draft_id, form.own, form.undo, form.notice = draft_id, False, None, None
    form.revision += 1
