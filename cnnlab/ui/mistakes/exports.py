"""The cards that are shown, as a table, as a page, and the command that gives the same."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Sequence

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.evaluation.mistakes import Card, Filter
from cnnlab.evaluation.mistakes_csv import csv_text
from cnnlab.home import Home
from cnnlab.runs.journal import Journal
from cnnlab.ui import background, download
from cnnlab.ui.data.progress import words as progress_words
from cnnlab.ui.language import language, t
from cnnlab.ui.mistakes import choice
from cnnlab.ui.mistakes.case import Case
from cnnlab.ui.polling import while_there
from cnnlab.ui.text import sentence

MOST = 60  # cards on a page: each has up to ten pictures


def draw(case: Case, kind: str, found: Sequence[Card], only: Filter) -> None:
    command = _command(case, kind, only, min(MOST, len(found)))
    short = case.run.run_id[:8]
    with st.container(horizontal=True, vertical_alignment="center"):
        download.button(
            t("mistakes_page.csv"),
            csv_text(found, case.judged.names, case.reviews),
            f"{kind}-{short}.csv",
            key="mistakes_csv",
            help=t("mistakes_page.csv_help"),
        )
        _page(case, kind, list(found[:MOST]), len(found), command)
    with st.expander(t("mistakes_page.command")):
        st.code(shlex.join(command), language="bash", wrap_lines=True)


def _page(case: Case, kind: str, shown: list[Card], count: int, command: Sequence[str]) -> None:
    """Made on request, from a thread; then it can be taken."""
    wanted = f"{case.run.run_id} {language()} {shlex.join(command)} {hash(tuple(sorted(case.reviews.items())))}"
    name = background.own(f"mistakes {hashlib.sha256(wanted.encode()).hexdigest()[:16]}")
    work = background.find(name)
    if work is not None and not work.ended:
        _follow(name)
    elif work is not None and work.result is not None:
        name = f"{kind}-{case.run.run_id[:8]}.html"
        download.button(t("mistakes_page.html_ready"), work.result, name, key="mistakes_html")
    else:
        for problem in work.problems if work is not None else ():
            st.error(sentence(problem), icon=":material/error:")
        if st.button(
            t("mistakes_page.html"),
            icon=":material/article:",
            key="mistakes_make_html",
            help=t("mistakes_page.html_help", count=MOST),
        ):
            background.begin(name, _making(case, kind, shown, count, shlex.join(command)))
            st.rerun()


def _making(case: Case, kind: str, shown: list[Card], count: int, command: str) -> Callable[[Progress], str]:
    home, run_id, run_name, reader = Home.current(), case.run.run_id, case.run.name, language()
    judged, said, method = case.judged, dict(case.reviews), choice.method_of(case)

    def make(progress: Progress) -> str:
        from cnnlab.evaluation.mistakes_report import Head
        from cnnlab.evaluation.mistakes_report_of import report_of

        head = Head(run_name, kind, count, len(shown), command=command)
        journal = Journal.open(home, run_id)
        return report_of(
            journal, home, head, shown, reader, judged=judged, reviews=said, method=method, progress=progress
        )

    return make


def _follow(name: str) -> None:
    def draw_progress(work: background.Work) -> None:
        st.progress(work.share or 0.0, text=progress_words(work))
        if st.button(t("mistakes_page.cancel"), icon=":material/close:", key="mistakes_cancel_html"):
            work.cancel()

    while_there(lambda: background.going(name), draw_progress, seconds=0.5)


def _command(case: Case, kind: str, only: Filter, limit: int) -> list[str]:
    names = case.judged.names
    parts = ["python", "-m", "cnnlab", "mistakes", case.run.run_id, "--kind", kind, "--limit", str(limit)]
    for option, number in (("--true-class", only.true_class), ("--predicted-class", only.predicted_class)):
        parts += [] if number is None else [option, names[number]]
    parts += [] if only.state is None else ["--state", only.state or "none"]
    return [*parts, "--method", choice.method_of(case), "--out", f"{kind}.html"]
