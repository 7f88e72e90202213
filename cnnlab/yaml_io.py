"""YAML from users: read with a size limit and without anchors (a few lines of anchors can claim all memory)."""

from __future__ import annotations

from typing import Any

import yaml

from cnnlab.errors import LabError

LIMIT_BYTES = 256 * 1024
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _AliasFound(yaml.YAMLError):
    pass


def parse(text: str, *, source: str = "YAML") -> Any:
    """The value that ``text`` describes. Raises ``LabError`` naming ``source`` and the line."""
    if len(text.encode(errors="surrogatepass")) > LIMIT_BYTES:
        raise LabError("yaml_too_large", field=source, limit=LIMIT_BYTES // 1024)
    try:
        for event in yaml.parse(text, Loader=_Base):
            if isinstance(event, yaml.AliasEvent):
                raise _AliasFound
        return yaml.load(text, Loader=_Base)  # noqa: S506  # CSafeLoader or SafeLoader
    except _AliasFound as error:
        raise LabError("yaml_alias", field=source) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise LabError("yaml_invalid", field=source, line=mark.line + 1 if mark else 1) from error


def dump(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text
