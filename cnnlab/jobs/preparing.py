"""Downloading and preparing a dataset in a process of its own.

What reads public data sets imports torch: in the app that would cost seconds of every reader and most of a gigabyte
until it is closed. And a process can be ended in the middle of a phase that reports nothing.
"""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO, Any

from cnnlab.data import catalogue
from cnnlab.data.types import Progress
from cnnlab.errors import LabError, Problem
from cnnlab.experiment import DataSpec
from cnnlab.failures import explain_failure
from cnnlab.home import Home
from cnnlab.jobs.supervisor import process_environment

LOOK_SECONDS = 0.3  # how often ``progress`` is asked whether to go on, while the process says nothing
END_SECONDS = 10.0  # to tidy up, before it is killed


def prepare_dataset(name: str, home: Home, *, progress: Progress | None = None) -> None:
    """As an experiment with default settings needs it. Ends the process when ``progress`` raises.

    Raises ``LabError`` as ``data.prepare.prepare`` does, and "preparing_ended" when the process died.
    """
    catalogue.find(name, home)  # an unknown name needs no process
    report = progress or (lambda *_: None)
    command = [sys.executable, "-P", "-m", "cnnlab.jobs.preparing", name, str(home.root)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=process_environment(home),
        cwd=home.ensure().root,
    )
    problems: list[Problem] = []
    try:
        for said in _heard(process):
            if "problems" in said:
                problems = [Problem.from_dict(each) for each in said["problems"]]
            else:
                report(said["phase"], said["done"], said["total"])
    except BaseException:
        _end(process)
        raise
    process.wait()
    if problems:
        raise LabError.from_problems(tuple(problems))
    if process.returncode != 0:
        raise LabError("preparing_ended", value=name, status=process.returncode)


def _heard(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """What the process says; its last report again and again while it says nothing."""
    lines: queue.Queue[str | None] = queue.Queue()
    assert process.stdout is not None  # noqa: S101  # it was asked for
    threading.Thread(target=_listen, args=(process.stdout, lines), daemon=True).start()
    last: dict[str, Any] = {"phase": "", "done": 0, "total": 0}
    while True:
        try:
            line = lines.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            yield last
            continue
        if line is None:
            return
        said = json.loads(line)
        if "phase" in said:
            last = said
        yield said


def _listen(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    with stream:
        for line in stream:
            lines.put(line)
    lines.put(None)


def _end(process: subprocess.Popen[str]) -> None:
    """It has a moment to remove what is unfinished."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(name: str, root: str) -> int:
    """In the process: says on stdout how far it is, and what went wrong."""
    signal.signal(signal.SIGTERM, _leave)
    spoken, sys.stdout = sys.stdout, sys.stderr  # libraries print; this pipe is for us

    def say(**values: Any) -> None:
        print(json.dumps(values), file=spoken, flush=True)

    def report(phase: str, done: int, total: int) -> None:
        say(phase=phase, done=done, total=total)

    try:
        from cnnlab.data.prepare import prepare

        home = Home(Path(root))
        info = catalogue.find(name, home)
        prepare(DataSpec(dataset=info.name), info, home, report)
    except LabError as error:
        say(problems=[problem.as_dict() for problem in error.problems])
        return 2
    except Exception as error:
        say(problems=[explain_failure(error).as_dict()])
        raise  # the traceback belongs in the log of whoever started us
    return 0


def _leave(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the signal module's signature
    sys.exit(128 + signum)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
