"""A real server on a free loopback port and a real browser in front of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The browser to drive: ``CNNLAB_CHROMIUM``, else Debian's."""
    return os.environ.get("CNNLAB_CHROMIUM") or shutil.which("chromium")


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """`streamlit run app.py` with its own home; gives the address. Ends the server, not the supervisor."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless=true"]
    environment = {**os.environ, "CNNLAB_HOME": str(home)}
    with (home / "app.log").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_until_healthy(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(server)


def _end(server: subprocess.Popen[bytes]) -> None:
    """It finishes the page that it is drawing, which may be importing torch.

    About once in a hundred times, on a busy machine, Streamlit does not end at all. That is told and not held against
    the test, whose pages have been drawn by then.
    """
    server.terminate()
    try:
        server.wait(timeout=60)
    except subprocess.TimeoutExpired:
        warnings.warn("the server did not end when it was asked to, and was killed", stacklevel=1)
        server.kill()
        server.wait(timeout=30)


def _wait_until_healthy(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the app did not start: see app.log in its home")


@contextmanager
def browsing() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def picture(page: Page, path: Path) -> None:
    """The whole page: Streamlit scrolls inside, so the window grows to what there is to see."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2500)  # charts and their code arrive after the page
    size = page.viewport_size or {"width": 1440, "height": 900}
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(height, 4000))})
    page.wait_for_timeout(1200)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(path))
    page.set_viewport_size(size)
