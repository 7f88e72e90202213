"""User text and problems, made safe and readable for Streamlit's Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cnnlab import i18n
from cnnlab.errors import LabError, Problem
from cnnlab.ui.language import language, t

_MARKUP = re.compile(r"([!#$&()*+.:<=>@\[\\\]^_`{|}~])")
_SHORTCODE = re.compile(r":(?=[A-Za-z0-9_+-]+[:/])")


def plain(text: str) -> str:
    """``text`` as it is: nothing in it becomes a link, an image, a formula, an icon or a heading."""
    # Streamlit looks for icons and emoji after Markdown has taken the backslashes away: a joiner of no width stays
    joined = _SHORTCODE.sub(":\N{WORD JOINER}", " ".join(text.split()))
    escaped = _MARKUP.sub(r"\\\1", joined)
    return f"\\{escaped}" if escaped.startswith("-") else escaped


def sentence(problem: Problem) -> str:
    """What is wrong and what to do, with settings by their names and every value as plain text."""
    params: dict[str, Any] = {k: plain(v) if isinstance(v, str) else v for k, v in problem.params.items()}
    return Problem(problem.code, setting_name(problem.field), params).sentence(language())


def message(error: LabError) -> str:
    return " ".join(sentence(problem) for problem in error.problems)


def setting_name(field: str) -> str:
    """``training.learning_rate`` -> "Learning rate"; what has no name of its own stays as it is written."""
    key = f"setting.{field}"
    return t(key) if i18n.has(key) else plain(field)


def capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def distinct(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels that all differ: the second ``faces`` becomes ``faces (2)``. Two runs may have one name."""
    found: dict[str, str] = {}
    for key, label in labels.items():
        number, unique = 1, label
        while unique in found.values():
            number += 1
            unique = f"{label} ({number})"
        found[key] = unique
    return found
