"""Asking MLflow, and one sentence for whatever keeps it from answering: where the fault lies, and what to do about it.

Importing this imports no MLflow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cnnlab.errors import RunError
from cnnlab.home import Home
from cnnlab.runs import mlflow_store

if TYPE_CHECKING:
    from mlflow import MlflowClient

FIELD = "MLFLOW_TRACKING_URI"
_DENIED = ("UNAUTHENTICATED", "PERMISSION_DENIED", "CUSTOMER_UNAUTHORIZED")
_BUSY = ("TEMPORARILY_UNAVAILABLE", "REQUEST_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED")
_BUSY_STATUS = ("429", "503")
_LONGEST = 300  # characters of MLflow's own words


@contextmanager
def asking(home: Home, *, create: bool = False) -> Iterator[MlflowClient]:
    """A client of the store; with ``create`` the store is made first, where it is the home's own.

    Raises ``RunError``: "mlflow_unreachable", "mlflow_too_slow", "mlflow_busy", "mlflow_denied", "mlflow_broken",
    "mlflow_is_another", "mlflow_bad_address", and "mlflow_refused" with MLflow's own reason for all else.
    """
    import sqlalchemy
    from mlflow.exceptions import MlflowException

    try:
        client = _opened(home, create=create)
        yield client
    except (MlflowException, sqlalchemy.exc.SQLAlchemyError, OSError) as error:
        raise _explained(error, home) from error


def _opened(home: Home, *, create: bool) -> MlflowClient:
    try:
        if create:
            mlflow_store.ensure_store(home)
        return mlflow_store.connect(home)
    except (ImportError, ValueError) as error:  # a kind of store whose driver is missing; not an address at all
        raise _problem("mlflow_bad_address", home, detail=_words(error, home)) from error


def _explained(error: Exception, home: Home) -> RunError:
    said = str(error)
    code = str(getattr(error, "error_code", ""))
    status = re.search(r"too many (\d{3}) error responses|failed with error code (\d{3})", said)
    number = next(filter(None, status.groups()), "") if status else ""
    if code in _BUSY or number in _BUSY_STATUS or "database is locked" in said:
        return _problem("mlflow_busy", home)
    if code in _DENIED:
        return _problem("mlflow_denied", home)
    if "unsupported URI" in said:
        return _problem("mlflow_bad_address", home, detail=_words(error, home))
    if code == "ENDPOINT_NOT_FOUND" or number.startswith("3") or "not in a valid JSON format" in said:
        return _problem("mlflow_is_another", home)
    if number.startswith("5") or "not a database" in said or "malformed" in said:
        return _problem("mlflow_broken", home, detail=number or _words(error, home))
    if "timed out" in said:
        return _problem("mlflow_too_slow", home)
    if isinstance(error, OSError) or "failed with exception" in said or type(error).__name__ == "OperationalError":
        return _problem("mlflow_unreachable", home)
    return _problem("mlflow_refused", home, detail=_words(error, home))


def _problem(code: str, home: Home, **params: Any) -> RunError:
    return RunError(code, field=FIELD, value=mlflow_store.display_uri(mlflow_store.tracking_uri(home)), **params)


def _words(error: Exception, home: Home) -> str:
    """MLflow's own, without the password that an address may have in it."""
    uri = mlflow_store.tracking_uri(home)
    lines = str(error).replace(uri.rstrip("/"), mlflow_store.display_uri(uri).rstrip("/")).splitlines()
    return (lines[0].strip() if lines else type(error).__name__)[:_LONGEST]
