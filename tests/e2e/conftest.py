"""A fresh home with a server, and a browser; the supervisor that the app started is ended with them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from cnnlab.home import Home
from cnnlab.jobs import supervisor
from tests.e2e.browser import browsing, chromium, serving


@pytest.fixture
def address(home: Home) -> Iterator[str]:
    try:
        with serving(home.root) as url:
            yield url
    finally:
        supervisor.shutdown(home)


@pytest.fixture
def browser() -> Iterator[Browser]:
    if chromium() is None:
        pytest.skip("no chromium: install Debian's, or name one in CNNLAB_CHROMIUM")
    with browsing() as opened:
        yield opened
