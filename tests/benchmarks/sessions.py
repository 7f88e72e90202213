"""Is the dashboard quick with a hundred runs, and does it stay so with twenty sessions beside a run that trains?

Sessions are Streamlit's own protocol over websockets, so the two cores serve and train instead of drawing twenty
browsers. Each opens one page after the other and thinks between them. Run it alone, on an idle machine:
``python -m tests.benchmarks.sessions``. Writes docs/benchmarks/sessions.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from pathlib import Path

from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.jobs import control, supervisor
from cnnlab.jobs.submit import submit
from cnnlab.runs.journal import Journal
from cnnlab.runs.view import listing, view
from tests.benchmarks.report import heading, write
from tests.benchmarks.visitor import Answer, Visitor
from tests.e2e.browser import serving
from tests.pages import made_runs

FIRST_BAR_SECONDS = 1.0
RERUN_BAR_SECONDS = 3.0
LONG = {"name": "trainer", "training.epochs": 5000, "training.early_stopping.patience": 0}
MAKERS = (made_runs.finished, made_runs.stopped, made_runs.failed, made_runs.lost)


def made_home(home: Home, runs: int) -> str:
    """Runs of every ended state and one that was really trained; gives the id of that one."""
    for place in range(runs - 1):
        MAKERS[place % len(MAKERS)](home, f"run-{place:03d}")
    trained = submit(Experiment().changed({"name": "trained", "training.epochs": 3}), home)
    wait(home, trained, epochs=3)
    return trained


def wait(home: Home, run_id: str, *, epochs: int) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        run = view(home, run_id)
        if run.done_epochs >= epochs and (run.state.is_final or run.planned_epochs != epochs):
            return
        time.sleep(0.2)
    raise TimeoutError(f"run {run_id} did not complete {epochs} epochs: {Journal.open(home, run_id).log_text()}")


def addresses(trained: str, other: str) -> list[tuple[str, str]]:
    """(page, query) of everything a session looks at."""
    return [
        ("", ""),
        ("data", ""),
        ("data", "dataset=digits"),
        ("train", ""),
        ("runs", ""),
        ("run", f"run={trained}"),
        ("compare", f"runs={trained},{other}"),
        ("explain", f"run={trained}"),
        ("predict", f"run={trained}"),
    ]


async def alone(address: str, pages: list[tuple[str, str]], rounds: int) -> list[Answer]:
    """One session after a first look at everything, which imports what the pages need."""
    async with Visitor(address) as visitor:
        for page, query in pages:
            await visitor.open(page, query)
        return [await visitor.open(page, query) for _ in range(rounds) for page, query in pages]


async def crowd(address: str, pages: list[tuple[str, str]], sessions: int, rounds: int, think: float) -> list[Answer]:
    """All sessions at once, in both languages, each in an order of its own."""

    async def one(number: int) -> list[Answer]:
        order = random.Random(number)
        async with Visitor(address, "es-MX" if number % 2 else "en-US") as visitor:
            answers = []
            for _ in range(rounds):
                for page, query in order.sample(pages, len(pages)):
                    await asyncio.sleep(order.uniform(0.5, 1.5) * think)
                    answers.append(await visitor.open(page, query))
            return answers

    return [answer for answers in await asyncio.gather(*map(one, range(sessions))) for answer in answers]


def percentile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(100 * share) - 1]


def table(answers: list[Answer], value: str) -> str:
    lines = ["| page | median | 95th percentile | slowest |", "|---|---|---|---|"]
    for page in dict.fromkeys(answer.page for answer in answers):
        seconds = [getattr(answer, value) for answer in answers if answer.page == page]
        row = (statistics.median(seconds), percentile(seconds, 0.95), max(seconds))
        lines.append(f"| {page or 'home'} | " + " | ".join(f"{second:.2f} s" for second in row) + " |")
    return "\n".join(lines)


def text(alone_: list[Answer], crowd_: list[Answer], arguments: argparse.Namespace, speeds: tuple[float, float]) -> str:
    whole = [answer.whole_seconds for answer in crowd_]
    before, during = speeds
    errors = sum(answer.errors for answer in [*alone_, *crowd_])
    slowest = max(
        percentile([a.first_seconds for a in alone_ if a.page == page], 0.5) for page in {a.page for a in alone_}
    )
    return (
        heading(
            "Sessions",
            f"python -m tests.benchmarks.sessions --sessions {arguments.sessions} --rounds {arguments.rounds}",
            ("streamlit", "torch"),
        )
        + f"## First content with {arguments.runs} runs, one session, warm server\n\n"
        + f"Slowest page, median: {slowest:.2f} s (bar {FIRST_BAR_SECONDS:g} s).\n\n"
        + f"{table(alone_, 'first_seconds')}\n\n"
        + f"## {arguments.sessions} sessions at once beside a run that trains\n\n"
        + f"{len(whole)} reruns of a whole page, {errors} errors; 95th percentile "
        + f"**{percentile(whole, 0.95):.2f} s** (bar {RERUN_BAR_SECONDS:g} s), "
        + f"median {statistics.median(whole):.2f} s, "
        + f"slowest {max(whole):.2f} s. About {arguments.think:g} s between two pages of a session.\n\n"
        + f"{table(crowd_, 'whole_seconds')}\n\n"
        + f"The trainer meanwhile: {during / before:.2f} of its speed before ({during:.0f} of {before:.0f} images/s).\n"
    )


def speed(home: Home, run_id: str, since: int) -> float:
    """Median images per second of the epochs after ``since``."""
    epochs = Journal.open(home, run_id).epochs()[since:]
    return statistics.median(epoch["images_per_second"] for epoch in epochs)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--think", type=float, default=8.0, help="seconds between two pages of a session, on average")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cnnlab-", ignore_cleanup_errors=True) as folder:
        home = Home(Path(folder)).ensure()
        os.environ["CNNLAB_HOME"] = folder
        try:
            trained = made_home(home, arguments.runs)
            other = next(run.run_id for run in listing(home, limit=10) if run.run_id != trained)
            pages = addresses(trained, other)
            with serving(home.root) as address:
                alone_ = asyncio.run(alone(address, pages, 5))
                trainer = submit(Experiment().changed(LONG), home)
                wait(home, trainer, epochs=8)
                before, since = speed(home, trainer, 3), len(Journal.open(home, trainer).epochs())
                crowd_ = asyncio.run(crowd(address, pages, arguments.sessions, arguments.rounds, arguments.think))
                during = speed(home, trainer, since)
                control.stop(trainer, home)
                wait_until_ended(home, trainer)
        finally:
            supervisor.shutdown(home)
    report = text(alone_, crowd_, arguments, (before, during))
    print(report)
    print(write("sessions", report))


def wait_until_ended(home: Home, run_id: str) -> None:
    while not view(home, run_id).state.is_final:
        time.sleep(0.2)


if __name__ == "__main__":
    main()
