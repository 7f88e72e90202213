"""Are Runs and Compare quick with 10,000 runs in the home and 10,000 in MLflow?

Each figure stands beside the same with 100 runs, measured in turns in the same minutes, so that a busy machine shows.
The pages are asked for by Streamlit's own protocol on a warm server; one browser opens Runs as a reader would.
``python -m tests.benchmarks.store``. Writes docs/benchmarks/store.md.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

from cnnlab.home import Home
from cnnlab.runs import comparison, index
from cnnlab.runs.query import Query, select
from cnnlab.runs.view import foreign, listing, view
from tests.benchmarks import made_store
from tests.benchmarks.report import heading, write
from tests.benchmarks.visitor import Answer, Visitor
from tests.e2e.browser import browsing, serving

ALL = 1_000_000
BARS = {"first rows": 1.0, "sort by a metric": 1.0, "filter": 0.5, "Compare of ten": 1.5}

Seconds = dict[str, list[float]]


def functions(home: Home, ids: list[str]) -> dict[str, Callable[[], object]]:
    """What the pages ask of ``runs/``, by name."""
    return {
        "all runs, known": lambda: listing(home, limit=ALL),
        "the newest 50, known": lambda: listing(home),
        "sort by a metric": lambda: select(listing(home, limit=ALL), Query(sort="test")),
        "filter": lambda: select(listing(home, limit=ALL), Query(words="lenet", dataset="digits")),
        "ten runs of 200 epochs": lambda: [list(view(home, run_id).epochs) for run_id in ids[-10:]],
        "settings that differ among ten": lambda: comparison.settings([view(home, run_id) for run_id in ids[-10:]]),
        "200 runs that only MLflow knows": lambda: foreign(home, limit=200),
    }


def in_turns(homes: dict[int, tuple[Home, list[str]]], rounds: int) -> dict[int, Seconds]:
    """Each function by each home, one after the other; a first round is not counted."""
    found: dict[int, Seconds] = {count: {} for count in homes}
    for turn in range(rounds + 1):
        for count, (home, ids) in homes.items():
            for name, function in functions(home, ids).items():
                seconds = timed(function)
                if turn:
                    found[count].setdefault(name, []).append(seconds)
    return found


def timed(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def beginning(home: Home) -> float:
    """Seconds until a new process has all runs, once another has left the index."""
    code = (
        "import time; from pathlib import Path; from cnnlab.home import Home; from cnnlab.runs.view import listing\n"
        f"began = time.perf_counter(); listing(Home(Path({str(home.root)!r})), limit={ALL})\n"
        "print(time.perf_counter() - began)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


async def pages(address: str, ids: list[str], rounds: int) -> list[Answer]:
    """Runs and Compare after a first look, which imports what they need."""
    async with Visitor(address) as visitor:
        asked = [("runs", ""), ("compare", "runs=" + ",".join(ids[-10:]))]
        for page, query in asked:
            await visitor.open(page, query)
        return [await visitor.open(page, query) for _ in range(rounds) for page, query in asked]


def browsed(browser: Browser, address: str, ids: list[str], rounds: int) -> Seconds:
    """Seconds until a reader has the table of Runs, has it sorted, has it filtered, has ten runs compared.

    In one context of the browser, which keeps Streamlit's own files after the first visit; that one stands by itself.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    seconds: Seconds = {}

    def took(name: str, done: Callable[[], None]) -> None:
        seconds.setdefault(name, []).append(timed(done))

    took("first rows on the first visit of a browser", functools.partial(_rows, page, address))
    for number in range(rounds):
        _idle(page)
        took("first rows", functools.partial(_rows, page, address))
        _idle(page)
        metric = ("test metric", "validation metric")[number % 2]
        took("sort by a metric", functools.partial(_sorted, page, metric))
        took("filter", functools.partial(_filtered, page, f"00{number + 1}"))
        took("Compare of ten", functools.partial(_compared, page, address, ids[-10:]))
    context.close()
    return seconds


def _rows(page: Page, address: str) -> None:
    page.goto(f"{address}/runs?lang=en")
    page.get_by_test_id("stDataFrame").wait_for(timeout=120_000)


def _sorted(page: Page, metric: str) -> None:
    page.get_by_label("Sorted by").click()
    page.get_by_role("option", name=metric).click()
    page.wait_for_timeout(50)  # until the browser has sent it
    _idle(page)


def _filtered(page: Page, words: str) -> None:
    page.get_by_label("Search", exact=True).fill(words)
    page.get_by_label("Search", exact=True).press("Enter")
    page.wait_for_timeout(50)
    _idle(page)


def _compared(page: Page, address: str, ids: list[str]) -> None:
    page.goto(f"{address}/compare?lang=en&runs={','.join(ids)}")
    page.locator("[data-testid=stMain] canvas").first.wait_for(timeout=120_000)
    _idle(page)


def _idle(page: Page) -> None:
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=120_000)


def table(found: dict[int, Seconds]) -> str:
    counts = list(found)
    lines = [
        f"| | {' | '.join(f'{count:,} runs' for count in counts)} | slowest |",
        "|---|" + "---|" * (len(counts) + 1),
    ]
    for name in found[counts[-1]]:
        medians = [statistics.median(found[count][name]) for count in counts]
        slowest = max(found[counts[-1]][name])
        lines.append(f"| {name} | " + " | ".join(f"{value:.3f} s" for value in medians) + f" | {slowest:.3f} s |")
    return "\n".join(lines)


def of_pages(answers: list[Answer]) -> Seconds:
    found: Seconds = {}
    for answer in answers:
        found.setdefault(f"{answer.page}: first element", []).append(answer.first_seconds)
        found.setdefault(f"{answer.page}: whole script", []).append(answer.whole_seconds)
        found.setdefault(f"{answer.page}: errors drawn", []).append(float(answer.errors))
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--reference", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--without-browser", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cnnlab-", ignore_cleanup_errors=True) as folder:
        homes: dict[int, tuple[Home, list[str]]] = {}
        for count in (arguments.reference, arguments.runs):
            home = Home(Path(folder) / str(count))
            homes[count] = (home, made_store.home_of(home, count))
            made_store.mlflow_of(home, count)
        write("store", text(homes, arguments))


def text(homes: dict[int, tuple[Home, list[str]]], arguments: argparse.Namespace) -> str:
    load = os.getloadavg()[0]
    new = {count: timed(functools.partial(listing, home, limit=ALL)) for count, (home, _) in homes.items()}
    index._INDICES.clear()
    again = {count: beginning(home) for count, (home, _) in homes.items()}
    called = in_turns(homes, arguments.rounds)
    drawn: dict[int, Seconds] = {}
    seen: dict[int, Seconds] = {}
    for count, (home, ids) in homes.items():
        os.environ["CNNLAB_HOME"] = str(home.root)
        with serving(home.root) as address:
            drawn[count] = of_pages(asyncio.run(pages(address, ids, arguments.rounds)))
            if not arguments.without_browser:
                with browsing() as browser:
                    browsed(browser, address, ids, 1)  # what the server reads once
                    seen[count] = browsed(browser, address, ids, arguments.rounds)
    bars = "; ".join(f"{name} {bar:g} s" for name, bar in BARS.items())
    parts = [
        heading(
            f"A store of {arguments.runs:,} runs",
            f"python -m tests.benchmarks.store --runs {arguments.runs} --rounds {arguments.rounds}",
            ("streamlit", "mlflow"),
        ),
        f"{arguments.runs:,} ended runs in the home and as many in MLflow's database, beside {arguments.reference:,} "
        f"and as many. Medians of {arguments.rounds} rounds in turns; slowest: of the large store. "
        f"Load of the machine at the beginning: {load:.1f}. Bars: {bars}.\n\n",
        f"## Called by name\n\n{table(called)}\n\n",
        "All runs the first time of all, when every file is read: "
        + ", ".join(f"{seconds:.1f} s of {count:,}" for count, seconds in new.items())
        + "; a new process that finds the index: "
        + ", ".join(f"{seconds:.2f} s of {count:,}" for count, seconds in again.items())
        + ".\n\n",
        f"## Pages on a warm server, by Streamlit's protocol\n\n{table(drawn)}\n",
    ]
    if seen:
        title = "In a browser, from the address or the click to what was asked for, on a warm server"
        parts.append(f"\n## {title}\n\n{table(seen)}\n")
    return "".join(parts)


if __name__ == "__main__":
    main()
