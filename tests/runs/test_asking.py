"""Whatever keeps MLflow from answering is one sentence that says where the fault lies."""

from __future__ import annotations

import http.server
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from cnnlab.cli import main
from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.runs import mlflow_store, registered
from cnnlab.runs.asking import asking
from cnnlab.runs.view import foreign

TOO_LONG = '{"error_code": "INVALID_PARAMETER_VALUE", "message": "The name is too long.\\nSecond line"}'


@contextmanager
def answering(status: int, body: str = "no", *, after: float = 0.0) -> Iterator[str]:
    """The address of a server that answers everything alike."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(after)
            with suppress(ConnectionError):  # whoever asked may have left by then
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

        do_POST = do_GET  # noqa: N815  # the base class calls it so

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")


def problem(home: Home) -> tuple[str, str]:
    """Code and sentence, the same wherever MLflow is asked."""
    with pytest.raises(RunError) as caught:
        registered.models(home)
    with pytest.raises(RunError) as again:
        foreign(home)
    assert caught.value.problem.code == again.value.problem.code
    english = caught.value.message("en")
    assert english != caught.value.message("es")
    assert "\n" not in english
    return caught.value.problem.code, english


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (500, "no", "mlflow_broken"),
        (502, "no", "mlflow_broken"),
        (503, "no", "mlflow_busy"),
        (429, "no", "mlflow_busy"),
        (401, "no", "mlflow_denied"),
        (403, "no", "mlflow_denied"),
        (404, "no", "mlflow_is_another"),
        (302, "no", "mlflow_is_another"),
        (200, "<html>a router</html>", "mlflow_is_another"),
        (400, TOO_LONG, "mlflow_refused"),
    ],
)
def test_what_a_server_answers(home: Home, monkeypatch: pytest.MonkeyPatch, status: int, body: str, code: str) -> None:
    with answering(status, body) as address:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address.replace("//", "//ana:secret@"))
        found, sentence = problem(home)
    assert found == code
    assert address in sentence
    assert "secret" not in sentence
    if body == TOO_LONG:
        assert sentence.endswith("The name is too long.")
    if status >= 500 and status != 503:
        assert str(status) in sentence


def test_one_that_does_not_answer_in_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(200, "{}", after=3.0) as address:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        assert problem(home)[0] == "mlflow_too_slow"


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("http://127.0.0.1:9", "mlflow_unreachable"),
        ("http://nowhere.invalid", "mlflow_unreachable"),
        ("sqlite:////proc/nowhere/mlflow.db", "mlflow_unreachable"),
        ("telegram://somewhere", "mlflow_bad_address"),
        ("http://[::1", "mlflow_bad_address"),
    ],
)
def test_an_address_that_leads_nowhere(home: Home, monkeypatch: pytest.MonkeyPatch, uri: str, code: str) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert problem(home)[0] == code


def test_a_broken_database(home: Home) -> None:
    mlflow_store.database(home).write_text("no database, but text. " * 100)
    assert problem(home)[0] == "mlflow_broken"


def test_a_held_database(mlflow_home: Home) -> None:
    """As MLflow and SQLite say it, which takes them 20 seconds."""
    import sqlalchemy
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import TEMPORARILY_UNAVAILABLE

    for raised in (
        MlflowException("", TEMPORARILY_UNAVAILABLE),
        sqlalchemy.exc.OperationalError("SELECT 1", {}, sqlite3.OperationalError("database is locked")),
    ):
        with pytest.raises(RunError) as caught, asking(mlflow_home):
            raise raised
        assert caught.value.problem.code == "mlflow_busy"


def test_on_the_command_line_it_is_one_line_and_status_2(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(401) as address:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        assert main(["models"]) == 2
        assert main(["runs", "--elsewhere"]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 2
    assert all("refuses access" in line for line in said)
