"""Starting each worker as a fresh interpreter: slower to the first step (it imports everything), works everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import psutil

from cnnlab.home import Home
from cnnlab.jobs.calls import Call, enter
from cnnlab.jobs.supervisor import process_environment
from cnnlab.runs.process import ProcessIdentity


class Spawned:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.identity = identity_of(process.pid)

    def wait(self) -> int | None:
        return self._process.wait()


class Spawner:
    """A ``Launcher`` for Windows and macOS, and for a Linux machine on which the fork server can't be used."""

    warm = False  # there is nothing that could be warm

    def __init__(self, home: Home) -> None:
        self._home = home

    def start(self, call: Call) -> Spawned:
        detached: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            detached = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
        command = [sys.executable, "-P", "-m", "cnnlab.jobs.spawning", call.to_json()]
        # the settings are there before the interpreter is: libraries read some of them when they are loaded
        changed = {**process_environment(self._home), **call.settings}
        given = {name: value for name, value in changed.items() if value is not None}
        return Spawned(subprocess.Popen(command, stdin=subprocess.DEVNULL, env=given, cwd=self._home.root, **detached))

    def close(self) -> None:
        """Nothing to free."""


def identity_of(pid: int) -> ProcessIdentity | None:
    try:
        return ProcessIdentity.of(pid)
    except psutil.NoSuchProcess:
        return None


if __name__ == "__main__":
    os._exit(enter(Call.from_json(sys.argv[1])))
