"""The fork server: a process that has imported everything once, from which a worker is forked in milliseconds.

Linux only. The server imports first what every first step needs, then serves, and warms up with the rest between two
requests: whoever comes early is forked with what is there by then, so that no run waits for modules it does not need.

Trap: one parallel operation in the server (a forward pass, a backward pass, a step on a large tensor) starts threads
that no child inherits, and every child hangs in its first. So warming imports by name, sets one thread first, and
takes one optimizer step on one element.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from typing import Any

from cnnlab.home import Home
from cnnlab.jobs.calls import Call, enter
from cnnlab.jobs.spawning import identity_of
from cnnlab.jobs.supervisor import process_environment
from cnnlab.runs.process import ProcessIdentity

OPTIMIZER = "(optimizer)"  # not a module: the first optimizer object, which imports 900 more
# what every first step needs: a child would take as long to import it
ESSENTIAL = ("torch", "cnnlab.worker", OPTIMIZER)
# mlflow is the publisher's, which is in no hurry
PRELOAD = (
    *ESSENTIAL,
    "cnnlab.tasks.classification",
    "cnnlab.models.blocks",
    "cnnlab.augment",
    "torch.utils.serialization",
    "torchmetrics.classification",
    "cnnlab.data.sources.digits",
    "mlflow",
    "mlflow.pyfunc",
    "cnnlab.runs.publication",
)
START_SECONDS = 180.0  # the essential imports on a busy machine, from sources without bytecode
REPORT_SECONDS = 10.0  # the server may be in the middle of an import when a child ends
PAUSE_SECONDS = 15.0  # for so long warming leaves the processor to a worker that came early


class ForkError(OSError):
    """The fork server is gone or does not answer."""


class Forked:
    """A child of the fork server, watched from the supervisor."""

    def __init__(self, server: ForkServer, pid: int) -> None:
        self._server = server
        self._pid = pid
        self.identity: ProcessIdentity | None = identity_of(pid)

    def wait(self) -> int | None:
        if self.identity is not None:
            self.identity.wait()
        return self._server.exit_code(self._pid, seconds=REPORT_SECONDS)


class ForkServer:
    """A ``Launcher``. Its process is started at once and warms up by itself; a dead one is replaced when needed."""

    def __init__(self, home: Home, preload: tuple[str, ...] = PRELOAD) -> None:
        self._home = home
        self._preload = preload
        self._changed = threading.Condition()
        self._born: int | None = None  # the answer to the request under way; -1: it could not fork
        self._lock = threading.Lock()  # one request at a time
        self._launch()

    @property
    def warm(self) -> bool:
        return self._warm and not self._dead

    def start(self, call: Call) -> Forked:
        """Raises ``ForkError`` when the server can't fork; the next call finds a new server."""
        with self._lock:
            if self._dead:
                self._launch()
            self._born = None
            try:
                self._socket.sendall((call.to_json() + "\n").encode())
            except OSError as error:
                raise ForkError("the fork server is gone") from error
            with self._changed:
                answered = self._changed.wait_for(lambda: self._born is not None or self._dead, START_SECONDS)
                pid = self._born
            if not answered:
                self._process.kill()
            if pid is None or pid < 0:
                raise ForkError("the fork server could not fork")
            return Forked(self, pid)

    def exit_code(self, pid: int, *, seconds: float) -> int | None:
        """What the server says of a child that has ended; ``None`` when it is gone itself."""
        with self._changed:
            self._changed.wait_for(lambda: pid in self._ended or self._dead, seconds)
            return self._ended.pop(pid, None)

    def close(self) -> None:
        self._socket.close()
        self._process.terminate()

    def _launch(self) -> None:
        self._warm = False
        self._dead = False
        self._ended: dict[int, int] = {}
        self._socket, theirs = socket.socketpair()
        command = [sys.executable, "-P", "-m", "cnnlab.jobs.forkserver", str(theirs.fileno()), *self._preload]
        with theirs:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], env=process_environment(self._home)
            )
        reader = threading.Thread(target=self._read, args=(self._socket,), name="forkserver-reader", daemon=True)
        reader.start()

    def _read(self, connection: socket.socket) -> None:
        try:
            with connection.makefile("rb") as lines:
                for line in lines:
                    self._take(json.loads(line))
        except OSError:  # closed by us
            pass
        with self._changed:
            self._dead = True
            self._changed.notify_all()
        self._process.wait()

    def _take(self, message: dict[str, Any]) -> None:
        with self._changed:
            self._warm = self._warm or "warm" in message
            self._born = message.get("born", self._born)
            if "ended" in message:
                self._ended[message["ended"]] = message["code"]
            self._changed.notify_all()


class _Server:
    """What runs in the server's process: one thread, one socket to the supervisor."""

    def __init__(self, connection: socket.socket, preload: list[str]) -> None:
        self._connection = connection
        self._to_warm = deque(preload)
        self._paused_until = 0.0
        self._received = b""
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        os.set_blocking(self._wake_read, False)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler has to exist for the pipe to be written
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Until the supervisor hangs up."""
        gc.disable()  # collections while thousands of modules come in find nothing and cost a sixth of the time
        while self._to_warm and self._to_warm[0] in ESSENTIAL:
            warm_up(self._to_warm.popleft())
        while True:
            ready, _, _ = select.select([self._connection.fileno(), self._wake_read], [], [], self._patience())
            if self._wake_read in ready:
                os.read(self._wake_read, 4096)
                self._bury()
            if self._connection.fileno() in ready and not self._receive():
                return
            if not ready and self._to_warm and time.monotonic() >= self._paused_until:
                warm_up(self._to_warm.popleft())
                if not self._to_warm:
                    gc.collect()
                    self._say(warm=True)

    def _patience(self) -> float | None:
        return max(0.0, self._paused_until - time.monotonic()) if self._to_warm else None

    def _receive(self) -> bool:
        part = self._connection.recv(65_536)
        self._received += part
        *lines, self._received = self._received.split(b"\n")
        for line in lines:
            self._fork(Call.from_json(line))
        return bool(part)

    def _fork(self, call: Call) -> None:
        if self._to_warm:
            self._paused_until = time.monotonic() + PAUSE_SECONDS
        try:
            pid = os.fork()
        except OSError:  # no memory or too many processes
            self._say(born=-1)
            return
        if pid == 0:
            os._exit(self._become(call))
        self._say(born=pid)

    def _become(self, call: Call) -> int:
        """In the child: cuts every tie with the server, then makes the call."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.close(self._wake_read)
        os.close(self._wake_write)
        self._connection.close()
        os.setsid()
        gc.freeze()  # a collection would copy every page that is shared with the server
        gc.enable()
        return enter(call)

    def _bury(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._paused_until = 0.0
            self._say(ended=pid, code=os.waitstatus_to_exitcode(status))

    def _say(self, **message: Any) -> None:
        self._connection.sendall((json.dumps(message) + "\n").encode())


def warm_up(name: str) -> None:
    """Imports one of the modules to have ready. One that can't be imported is left for the worker to say so."""
    if name == OPTIMIZER:
        _first_optimizer_step()
        return
    try:
        importlib.import_module(name)
    except Exception as error:  # the worker meets it again, where it becomes the run's reason
        sys.stderr.write(f"fork server: {name} is not preloaded: {error!r}\n")
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


def _first_optimizer_step() -> None:
    import torch

    for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop):
        parameter = torch.nn.Parameter(torch.zeros(1))
        parameter.grad = torch.zeros(1)  # a backward pass would start autograd's threads
        optimizer = kind([parameter], lr=0.1)
        optimizer.step()
        optimizer.zero_grad()


if __name__ == "__main__":
    _Server(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:]).serve()
    os._exit(0)
