"""User text and problems, made safe and readable for Streamlit's Markdown."""

from __future__ import annotations

import re
from typing import Any

from cnnlab import i18n
from cnnlab.errors import LabError, Problem
from cnnlab.ui.language import language, t

_MARKUP = re.compile(r"([!#$&()*+.:<=>@\[\\\]^_`{|}~])")


def plain(text: str) -> str:
    """``text`` as it is: nothing in it becomes a link, an image, a formula, an icon or a heading."""
    escaped = _MARKUP.sub(r"\\\1", " ".join(text.split()))
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
