"""What is shown, to take along: a picture, the values, a report that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.ui import download
from cnnlab.ui.language import language, t

if TYPE_CHECKING:
    from cnnlab.explain.display import Display
    from cnnlab.explain.report import Table
    from cnnlab.explain.several import Asked
    from cnnlab.explain.sheet import Strip


def draw(
    made: Sequence[Strip],
    titles: Sequence[str],
    asked: Asked,
    display: Display,
    tables: Sequence[Table],
) -> None:
    """In one popover. Each file is made when it is asked for, in the reader's language."""
    from cnnlab.explain import words
    from cnnlab.explain.render import array_npy
    from cnnlab.explain.report import html_report
    from cnnlab.explain.sheet import sheet_png, values_npz

    chosen = language()
    lines = [
        [f"{s.row.subject.name} · {s.source.name} · {words.verdict(s.row, s.source.class_names, chosen)}"] for s in made
    ]
    maps = [panel.cell.explanation for strip in made for panel in strip.panels if panel.cell.explanation is not None]
    command = command_of(made, asked, display, scorecard=bool(tables))
    stem = f"explanation-{made[0].source.run_id[:8]}"

    def report() -> bytes:
        page = html_report(made, asked, display, chosen, command=command, tables=tables)
        return page.encode()

    with st.popover(t("explain_page.download.label"), icon=":material/download:", key="explain_downloads"):
        _button("png", lambda: sheet_png(made, titles, lines), f"{stem}.png")
        if len(maps) == 1:
            _button("npy", lambda: array_npy(maps[0]), f"{stem}.npy")
        elif maps:
            _button("npz", lambda: values_npz(made), f"{stem}.npz")
        _button("html", report, f"{stem}.html")
        if command:
            st.caption(t("explain_page.download.command"))
            st.code(command, language=None, wrap_lines=True)


def command_of(made: Sequence[Strip], asked: Asked, display: Display, *, scorecard: bool) -> str:
    """ "" for what no command makes: images of one's own."""
    from cnnlab.explain import words

    images = list(dict.fromkeys(strip.row.subject.index for strip in made))
    if None in images:
        return ""
    runs = list(dict.fromkeys(strip.source.run_id for strip in made))
    known = [image for image in images if image is not None]
    split = made[0].row.subject.split  # all are of one
    return words.command(runs[0], known, asked, display, runs[1:], split=split, scorecard=scorecard)


def _button(kind: str, content: Callable[[], bytes], name: str) -> None:
    download.button(t(f"explain_page.download.{kind}"), content, name, key=f"explain_{kind}", width="stretch")
