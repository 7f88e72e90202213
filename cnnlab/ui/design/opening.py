"""What the address asks the page to open: a network, a saved design, a run's own layers, or a draft."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cnnlab import designs
from cnnlab.data import catalogue
from cnnlab.data.catalogue import DatasetInfo
from cnnlab.data.types import InputKind
from cnnlab.errors import LabError, RunError
from cnnlab.home import Home
from cnnlab.models.sequences import as_layers
from cnnlab.registry import registry
from cnnlab.runs.view import view
from cnnlab.ui import address, drafted
from cnnlab.ui.design import kept
from cnnlab.ui.design.desk import Desk, Notice, current
from cnnlab.ui.design.sketch import Sketch
from cnnlab.ui.language import language


def opened() -> Desk:
    """The desk as the address asks for it."""
    desk = current()
    drafted.open_into(desk, {name: partial(take, desk) for name, take in _STARTS.items()}, partial(_read, desk))
    return desk


def network(desk: Desk, name: str) -> None:
    """A network of the catalogue that is a plain list of layers, for the dataset that is chosen."""
    entry = registry("architecture")[name]
    sketch = desk.sketch
    minimum = int(entry.facts.get("minimum_size", 1))
    fitting = sketch if sketch.size >= minimum else _at_default_size(entry.facts, sketch)
    kind = _images(fitting.channels, fitting.size)
    layers = as_layers(name, {}, kind)
    title = entry.text("title", language())
    filled = Sketch(title, fitting.dataset, fitting.size, fitting.channels, fitting.outputs, tuple(layers))
    desk.replace(filled, Notice("design_page.notice.network", {"name": title}))


def design(desk: Desk, name: str) -> None:
    found = designs.find(name, Home.current())
    dataset = desk.sketch.dataset if fits(desk.sketch.dataset, Sketch.of(found)) else ""
    desk.replace(Sketch.of(found, dataset), Notice("design_page.notice.design", {"name": found.name}), saved=True)


def run(desk: Desk, run_id: str) -> None:
    """The layers that a run was trained with, at the size that it had."""
    found = view(Home.current(), run_id)
    if found.experiment is None:
        raise RunError("run_without_description", value=found.name)
    model, data = found.experiment.model, found.experiment.data
    info = catalogue.find(data.dataset, Home.current())
    size, channels = catalogue.prepared_size(info, data), data.channels or info.channels
    if model.layers is not None:
        layers = tuple(dict(layer) for layer in model.layers)
    else:
        layers = tuple(as_layers(model.architecture, model.options, _images(channels, size)))
    dataset = info.name if (size, channels) == (info.default_size, info.channels) else ""
    sketch = Sketch(found.name[:80], dataset, size, channels, len(info.classes), layers)
    desk.replace(sketch, Notice("design_page.notice.run", {"name": found.name}))


def fits(dataset: str, sketch: Sketch) -> bool:
    """Whether ``dataset`` has the size, channels and classes of ``sketch``."""
    info = find_dataset(dataset)
    return info is not None and (info.default_size, info.channels, len(info.classes)) == (
        sketch.size,
        sketch.channels,
        sketch.outputs,
    )


def find_dataset(name: str) -> DatasetInfo | None:
    """``None`` for one that is gone, or for none."""
    try:
        return catalogue.find(name, Home.current()) if name else None
    except LabError:
        return None


def _images(channels: int, size: int) -> InputKind:
    return InputKind("image", (channels, size, size))


def _from_run(desk: Desk, _: str) -> None:
    run(desk, address.run_id("run") or "")


_STARTS: dict[str, Callable[[Desk, str], None]] = {"network": network, "design": design, "run": _from_run}


def _at_default_size(facts: dict[str, object], sketch: Sketch) -> Sketch:
    """Where the chosen images are too small for the network: its own usual input, of no dataset."""
    size, channels = int(str(facts.get("default_size", 32))), int(str(facts.get("default_channels", 3)))
    return Sketch(sketch.name, "", size, channels, sketch.outputs, sketch.layers)


def _read(desk: Desk, draft_id: str) -> None:
    """A draft of another session, or of this browser's last one: a copy is made with the first change."""
    desk.sketch = kept.read(draft_id, Home.current())
    desk.draft_id, desk.own, desk.notice, desk.good, desk.saved = draft_id, False, None, None, None
    desk.past.clear()
    desk.future.clear()
    desk.selected = None
    desk.revision += 1
    if desk.sketch.name:
        desk.saved = _stored(desk.sketch)


def _stored(sketch: Sketch) -> Sketch | None:
    """The saved design of that name, if it is the same: a reload must not ask whether to replace it."""
    try:
        found = Sketch.of(designs.find(sketch.name, Home.current()))
    except LabError:
        return None
    return found if found.same_design(sketch) else None
