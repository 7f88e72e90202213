"""What the address of a page asks for. Nothing in it is trusted: it is matched before anything is looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from cnnlab.errors import RunError
from cnnlab.home import RUN_ID


def run_id(parameter: str = "run") -> str | None:
    """The id of a run, ``None`` where the address names none. Raises ``RunError`` ("bad_run_id")."""
    wanted = st.query_params.get(parameter, "")
    if wanted and not RUN_ID.fullmatch(wanted):
        raise RunError("bad_run_id")
    return wanted or None


def run_ids(parameter: str = "runs") -> list[str]:
    """Ids with commas between them, each once. Raises ``RunError`` ("bad_run_id")."""
    wanted = [part for part in st.query_params.get(parameter, "").split(",") if part]
    if not all(RUN_ID.fullmatch(part) for part in wanted):
        raise RunError("bad_run_id")
    return list(dict.fromkeys(wanted))


def asked(parameter: str) -> str | None:
    """What somebody else put into the address, such as a link or a bookmark; ``None`` for what ``keep`` wrote there.

    So a link wins over what the session remembers, and what is chosen on the page wins over the address.
    """
    wanted = st.query_params.get(parameter)
    return None if not wanted or wanted == st.session_state.get(_kept(parameter)) else wanted


def asked_together(owner: str, parameters: Sequence[str]) -> dict[str, str] | None:
    """``asked`` of what means something only together: all of them, "" for what is not there.

    ``None`` where the address holds what ``keep_together`` wrote for ``owner``, or none of them. Pages with names in
    common do not disturb each other.
    """
    now = {name: st.query_params.get(name, "") for name in parameters}
    return now if any(now.values()) and now != st.session_state.get(_kept(owner)) else None


def keep_together(owner: str, values: Mapping[str, str | None]) -> None:
    """``keep`` of all of them."""
    st.session_state[_kept(owner)] = {name: value or "" for name, value in values.items()}
    for name, value in values.items():
        _write(name, value)


def asked_number(parameter: str) -> int | None:
    """``asked`` as a number from 0; ``None`` for what is none."""
    wanted = asked(parameter) or ""
    return int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 10 else None


def rename(old: str, new: str, is_known: Callable[[str], bool]) -> None:
    """Takes a link from before ``new`` had a name of its own; what is not its own under the old one stays."""
    wanted = asked(old)
    if wanted is not None and new not in st.query_params and is_known(wanted):
        st.query_params.pop(old)
        st.query_params[new] = wanted


def keep(parameter: str, value: str | None) -> None:
    """Writes what is chosen into the address, so that it can be shared and reloaded; ``None`` takes it out."""
    st.session_state[_kept(parameter)] = value
    _write(parameter, value)


def keep_unusual(parameter: str, value: str, usual: str) -> None:
    """``keep``, without the usual value; one that a link brought along stays, for a change of the address is a step
    that the browser's Back has to take as well."""
    keep(parameter, value if value != usual or st.query_params.get(parameter) == value else None)


def _write(parameter: str, value: str | None) -> None:
    if value is None:
        st.query_params.pop(parameter, None)
    elif st.query_params.get(parameter) != value:
        st.query_params[parameter] = value


def _kept(parameter: str) -> str:
    return f"address_{parameter}"
