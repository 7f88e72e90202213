"""What is said of explanations, the same on the page, in the report and in a terminal. Plain text, not yet escaped."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from cnnlab import i18n
from cnnlab.explain.display import Display, Scale
from cnnlab.explain.explain import Explanation
from cnnlab.explain.several import Asked, Cell, Row, Target
from cnnlab.explain.subjects import Subject
from cnnlab.i18n import formats, translate
from cnnlab.registry import registry

_SHARES = ("gap", "fit")  # notes that are parts of a whole


def method_title(method: str, language: str) -> str:
    return registry("explainer")[method].text("title", language)


def role(target: Target, class_names: Sequence[str], language: str) -> str:
    """``predicted``, or the name of a class that was asked for."""
    return class_names[target] if isinstance(target, int) else translate(f"explanation.role.{target}", language)


def column_titles(asked: Asked, class_names: Sequence[str], language: str) -> list[str]:
    """One above each cell of a row: the method, and the class where several are side by side."""
    if asked.difference:
        return [method_title(method, language) for method in asked.methods]
    titles = []
    for method in asked.methods:
        for target in asked.targets:
            title = method_title(method, language)
            several = len(asked.targets) > 1
            titles.append(f"{title} · {role(target, class_names, language)}" if several else title)
    return titles


def verdict(row: Row, class_names: Sequence[str], language: str) -> str:
    """``square 71.2 %, wrong: it is triangle``, and what a kept threshold says, where it is another class."""
    params = {
        "label": class_names[row.predicted],
        "probability": formats.percent(row.probabilities[row.predicted], language),
    }
    true = row.subject.known_label
    kind = "says" if true is None else "right" if true == row.predicted else "wrong"
    truth = "" if true is None else class_names[true]
    said = translate(f"explanation.{kind}", language, **params, truth=truth)
    if row.decided is None:
        return said
    return f"{said} · {translate('explanation.decided', language, label=class_names[row.decided])}"


def image_title(subject: Subject, language: str) -> str:
    """Which of a split it is, or the name of an image of one's own."""
    if subject.index is None:
        return subject.name
    return translate(f"explanation.image_of.{subject.split}", language, index=subject.index)


def cell_line(cell: Cell, class_names: Sequence[str], language: str) -> str:
    """What a map is for and where it was taken: ``For square · layer conv2 · gap 0.6 % · 50 steps``."""
    found = cell.explanation
    if found is None:
        return ""
    label = class_names[found.target]
    if registry("explainer")[found.method].facts.get("class_free", False):
        parts = [translate("explanation.for_every_class", language)]
    elif cell.minus is not None:
        parts = [translate("explanation.for_difference", language, label=label, other=class_names[cell.minus])]
    else:
        parts = [translate("explanation.for_class", language, label=label)]
    if found.layer:
        parts.append(translate("explanation.at_layer", language, layer=found.layer.removeprefix("body.")))
    return " · ".join([*parts, *note_words(found, language)])


def note_words(found: Explanation, language: str) -> list[str]:
    """What a method says of its map, such as the gap that integrated gradients leave; unknown notes by their names."""
    words = []
    for name, value in found.notes.items():
        shown = formats.percent(value, language, 2) if name in _SHARES else _written(value, language)
        key = f"explanation_note.{name}"
        words.append(translate(key, language, value=shown) if i18n.has(key) else f"{name} {shown}")
    return words


def scale_ends(scale: Scale, language: str) -> tuple[str, str]:
    """What stands below both ends of the colours, in the units of the method: two digits that say something."""
    most = f"{scale.limit:.2g}"
    most = most.replace(".", ",") if language == "es" else most
    return (f"\N{MINUS SIGN}{most}" if scale.diverging else "0"), most


def display_words(display: Display, language: str, *, difference: bool = False) -> str:
    """How the pictures were made of the maps, in sentences."""
    said = [translate(f"explanation.scale.{display.scale}", language)]
    if difference:
        said.append(translate("explanation.difference", language))
    elif display.signs == "absolute":
        said.append(translate("explanation.absolute", language))
    if display.smoothing > 0:
        value = _written(display.smoothing, language)
        said.append(translate("explanation.smoothed", language, value=value))
    return " ".join(said)


def command(
    run_id: str,
    images: Sequence[int],
    asked: Asked,
    display: Display,
    compared: Sequence[str] = (),
    *,
    split: str = "test",
    scorecard: bool = False,
) -> str:
    """The command that makes the same again, of images of ``split``. ``scorecard``: its maps are graded."""
    parts = ["python", "-m", "cnnlab", "explain", run_id]
    parts += [part for run in compared for part in ("--with", run)]
    parts += [part for index in images for part in ("--index", str(index))]
    parts += ["--split", split] if split != "test" else []
    parts += ["--method", ",".join(asked.methods)]
    if asked.targets != ("predicted",):
        parts += ["--targets", ",".join(str(target) for target in asked.targets)]
    parts += ["--difference"] if asked.difference else []
    if asked.layer is not None:
        parts += ["--layer", asked.layer]
    settings = _settings(asked)
    parts += [part for name, value in settings.items() for part in ("--set", f"{name}={_typed(value)}")]
    parts += [part for name, value in display.changes().items() for part in (f"--{name}", str(value))]
    parts += ["--scorecard"] if scorecard else []
    return shlex.join([*parts, "--report", "report.html"])


def _settings(asked: Asked) -> dict[str, Any]:
    """Options that differ from their defaults, by ``method.option`` (or the option alone, for one method)."""
    found = {}
    for method in asked.methods:
        options = registry("explainer")[method].options
        for name, value in asked.options.get(method, {}).items():
            if name in options and value != options[name].default:
                found[f"{method}.{name}" if len(asked.methods) > 1 else name] = value
    return found


def _typed(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _written(value: float, language: str) -> str:
    if float(value).is_integer():
        return formats.whole(value, language)
    return formats.number(value, 3 if abs(value) < 0.1 else 1, language)
