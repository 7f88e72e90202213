"""YAML from users: read with a limit on size and depth and without anchors (a few lines of them claim all memory)."""

from __future__ import annotations

from typing import Any

import yaml

from cnnlab.errors import LabError

LIMIT_BYTES = 256 * 1024
LIMIT_DEPTH = 32  # lists and mappings within each other; what reads them takes a part of the stack for each
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _AliasFound(yaml.YAMLError):
    pass


class _TooDeep(yaml.YAMLError):
    pass


def parse(text: str, *, source: str = "YAML") -> Any:
    """The value that ``text`` describes. Raises ``LabError`` naming ``source`` and the line."""
    if len(text.encode(errors="surrogatepass")) > LIMIT_BYTES:
        raise LabError("yaml_too_large", field=source, limit=LIMIT_BYTES // 1024)
    try:
        _check_events(text)
        return yaml.load(text, Loader=_Base)  # noqa: S506  # CSafeLoader or SafeLoader
    except _AliasFound as error:
        raise LabError("yaml_alias", field=source) from error
    except _TooDeep as error:
        raise LabError("yaml_too_deep", field=source, limit=LIMIT_DEPTH) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise LabError("yaml_invalid", field=source, line=mark.line + 1 if mark else 1) from error


def _check_events(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.AliasEvent):
            raise _AliasFound
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > LIMIT_DEPTH:
            raise _TooDeep


def dump(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text
