"""How a client reaches the supervisor: one line of JSON there, one line back, over a socket of this machine.

A Unix socket in the home where the system has them and the path is short enough, else one in a private temporary
folder; on Windows the loopback address. Whoever can read ``supervisor.json`` (the owner) knows the token.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnnlab.home import Home, write_atomically

UNIX_PATH_LIMIT = 100  # bytes; the kernel's is 108 on Linux and 104 on macOS
LINE_LIMIT = 1 << 20
_SERVING_SECONDS = 2.0

Message = dict[str, Any]


class Listener:
    """Answers messages in a thread of its own with ``answer`` until it is closed."""

    def __init__(self, home: Home, answer: Callable[[Message], Message], *, unix: bool = hasattr(socket, "AF_UNIX")):
        self._home = home
        self._answer = answer
        self._token = secrets.token_hex(16)
        self._path: Path | None = None
        self._private: Path | None = None
        self._closing = False
        self._socket, address = self._bind_unix() if unix else self._bind_loopback()
        self._socket.listen(16)
        write_atomically(_card(home), json.dumps({"address": address, "token": self._token, "pid": os.getpid()}))
        _card(home).chmod(0o600)
        self._thread = threading.Thread(target=self._serve, name="supervisor-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops answering. What was answered before has been seen by ``answer``."""
        self._closing = True
        with contextlib.suppress(OSError):  # not connected: which systems say so differs
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(_SERVING_SECONDS + 1)
        if _pid_on_card(self._home) == os.getpid():
            _card(self._home).unlink(missing_ok=True)
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        if self._private is not None:
            shutil.rmtree(self._private, ignore_errors=True)

    def _bind_unix(self) -> tuple[socket.socket, str]:
        path = self._home.jobs / "supervisor.sock"
        if len(os.fsencode(path)) > UNIX_PATH_LIMIT:
            self._private = Path(tempfile.mkdtemp(prefix="cnnlab-"))  # mode 0700
            path = self._private / "socket"
        path.unlink(missing_ok=True)  # left by a supervisor that was killed
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        bound.bind(str(path))
        path.chmod(0o600)
        self._path = path
        return bound, str(path)

    def _bind_loopback(self) -> tuple[socket.socket, int]:
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.bind(("127.0.0.1", 0))
        return bound, int(bound.getsockname()[1])

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                if self._closing:
                    return
                raise
            with connection, contextlib.suppress(OSError, ValueError):  # a client that went away or talks nonsense
                connection.settimeout(_SERVING_SECONDS)
                self._reply(connection)

    def _reply(self, connection: socket.socket) -> None:
        message = json.loads(_read_line(connection))
        if not isinstance(message, dict):
            raise ValueError("a message is an object")
        if not hmac.compare_digest(str(message.pop("token", "")), self._token):
            return
        connection.sendall((json.dumps(self._answer(message)) + "\n").encode())


def ask(home: Home, message: Message, *, seconds: float) -> Message | None:
    """The supervisor's answer; ``None`` where none listens or it does not answer within ``seconds``."""
    try:
        card = json.loads(_card(home).read_text("utf-8"))
        with _connect(card["address"], seconds) as connection:
            connection.sendall((json.dumps({**message, "token": card["token"]}) + "\n").encode())
            answer: Message = json.loads(_read_line(connection))
    except (OSError, ValueError):  # not there, not any more, or hung up in mid-answer
        return None
    return answer


def tell(home: Home, message: Message, *, seconds: float) -> None:
    """As ``ask``, without waiting for the answer."""
    with contextlib.suppress(OSError, ValueError):  # nobody there
        card = json.loads(_card(home).read_text("utf-8"))
        with _connect(card["address"], seconds) as connection:
            connection.sendall((json.dumps({**message, "token": card["token"]}) + "\n").encode())


def _connect(address: str | int, seconds: float) -> socket.socket:
    if isinstance(address, int):
        return socket.create_connection(("127.0.0.1", address), timeout=seconds)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _read_line(connection: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"\n"):
        part = connection.recv(65_536)
        if not part or len(received) > LINE_LIMIT:
            raise ValueError("the other side hung up in mid-line")
        received += part
    return received


def _card(home: Home) -> Path:
    return home.jobs / "supervisor.json"


def _pid_on_card(home: Home) -> int | None:
    try:
        return int(json.loads(_card(home).read_text("utf-8"))["pid"])
    except FileNotFoundError:
        return None
