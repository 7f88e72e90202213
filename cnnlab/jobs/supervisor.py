"""The supervisor as its clients see it: one process a home that starts, watches and adopts workers.

It is started on demand, apart from whoever started it, and ends by itself ten minutes after the last run and the
last sign of an app. What it does is in ``supervising``.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from cnnlab.errors import LabError
from cnnlab.home import Home, write_atomically
from cnnlab.jobs import wire
from cnnlab.runs.process import ProcessIdentity

PACKAGE = Path(__file__).resolve().parents[1]
LOG_LIMIT_BYTES = 1_000_000
_ANSWER_SECONDS = 1.0
_STARTING_SECONDS = 30.0


def ensure(home: Home) -> None:
    """Wakes the supervisor, or starts one and returns without waiting for it.

    One that runs an older copy of ``cnnlab/`` is asked to hand over: its workers go on under the new one.
    Raises ``LabError`` ("supervisor_not_started") when no process could be started.
    """
    answer = wire.ask(home, {"command": "wake", "digest": digest()}, seconds=_ANSWER_SECONDS)
    if answer is not None and not answer.get("handing_over"):
        return
    if answer is None and _is_being_started(home):
        return
    _start(home)


def wake(home: Home) -> None:
    """Tells a supervisor, if one runs, to look at the runs again."""
    wire.tell(home, {"command": "wake"}, seconds=_ANSWER_SECONDS)


def heartbeat(home: Home) -> None:
    """The app is open: the supervisor stays warm. Touches a file, so it costs nothing to call often."""
    home.ensure()
    (home.jobs / "app_alive").touch()


def status(home: Home) -> dict[str, Any]:
    """``running``, ``pid``, ``digest``, ``warm``, ``workers`` [{run_id, pid, attempt}], ``queue`` [run_id].

    ``warm`` says whether the next run starts at once.
    """
    answer = wire.ask(home, {"command": "status"}, seconds=_ANSWER_SECONDS)
    if answer is not None:
        return {"running": True, **answer}
    from cnnlab.jobs import waiting  # reads experiments, which the start of a supervisor need not wait for

    queue = [journal.run_id for journal in waiting.queued(home)]
    asleep = {"pid": None, "digest": None, "warm": False, "workers": [], "queue": queue}
    return {"running": is_running(home), **asleep}


def shutdown(home: Home, *, seconds: float = 10.0) -> bool:
    """Ends the supervisor, not its workers. Returns whether none runs any more after at most ``seconds``."""
    end = time.monotonic() + seconds
    wire.ask(home, {"command": "shutdown"}, seconds=_ANSWER_SECONDS)
    while is_running(home) or _is_being_started(home):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
        wire.ask(home, {"command": "shutdown"}, seconds=_ANSWER_SECONDS)  # it was perhaps only just starting
    return True


def is_running(home: Home) -> bool:
    """Whether a supervisor holds this home, be it only just starting or about to end."""
    lock = supervisor_lock(home)
    if not Path(lock.lock_file).exists():
        return False
    try:
        with lock.acquire(blocking=False):
            return False
    except Timeout:
        return True


def supervisor_lock(home: Home) -> FileLock:
    return FileLock(home.jobs / "supervisor.lock")


def digest() -> str:
    """Names the sources of ``cnnlab/`` as they are on the disk now (64 hex digits)."""
    files = sorted(path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".yaml"))
    stamps = tuple((str(path), stat.st_mtime_ns, stat.st_size) for path in files for stat in [path.stat()])
    return _digest(stamps)


@functools.lru_cache(maxsize=2)
def _digest(stamps: tuple[tuple[str, int, int], ...]) -> str:
    content = hashlib.sha256()
    for name, _, _ in stamps:
        path = Path(name)
        content.update(str(path.relative_to(PACKAGE)).encode() + b"\0")
        content.update(path.read_bytes() + b"\0")
    return content.hexdigest()


def starting_card(home: Home) -> Path:
    """Exists while a supervisor is being started. Whoever sees it may rely on a look at the queue after now."""
    return home.jobs / "supervisor.starting"


def _is_being_started(home: Home) -> bool:
    path = starting_card(home)
    try:
        if time.time() - path.stat().st_mtime > _STARTING_SECONDS:
            return False
        return ProcessIdentity.from_dict(json.loads(path.read_text("utf-8"))).is_alive()
    except (FileNotFoundError, ValueError):
        return False


def _start(home: Home) -> None:
    home.ensure()
    log = home.jobs / "supervisor.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
    command = [sys.executable, "-P", "-m", "cnnlab.jobs.supervisor_process", str(home.root)]
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        detached = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    try:
        with log.open("ab") as file:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                cwd=home.jobs,
                env=process_environment(home),
                **detached,
            )
    except OSError as error:
        raise LabError("supervisor_not_started", detail=error.strerror or str(error)) from error
    with contextlib.suppress(psutil.NoSuchProcess):  # it has ended already: its log says why
        write_atomically(starting_card(home), json.dumps(ProcessIdentity.of(process.pid).as_dict()))
    # somebody has to collect the process when it ends; the app may live for days
    threading.Thread(target=process.wait, name="supervisor-reaper", daemon=True).start()


def process_environment(home: Home) -> dict[str, str]:
    """The environment of a process of ours: this one's, with the home and the place of our sources made explicit."""
    paths = [str(PACKAGE.parent), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {
        **os.environ,
        **_bytecode(home),
        "CNNLAB_HOME": str(home.root),
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "OMP_WAIT_POLICY": "PASSIVE",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        # a check for graphics cards that does not open a CUDA context, which no forked child could use
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
    }


def _bytecode(home: Home) -> dict[str, str]:
    """Where torch was installed without bytecode and none may be written beside it, the cache keeps some for us.

    Compiling its sources at each start makes importing it more than twice as slow; installers that do not compile,
    in containers that set ``PYTHONDONTWRITEBYTECODE``, leave it so.
    """
    torch = importlib.util.find_spec("torch")
    if not sys.dont_write_bytecode or torch is None or torch.cached is None or Path(torch.cached).exists():
        return {}
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(home.cache / "bytecode")}
