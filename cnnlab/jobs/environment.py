"""What a worker is told about its surroundings: recorded when a run is queued, given when it starts.

Workers are forked from a server that was started by somebody else, maybe hours ago, so nothing that matters may
come from that server's environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from cnnlab.home import Home
from cnnlab.runs.journal import Journal

# machines that are lent by a scheduler say with these which cards a process may use
_NAMES = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
_PREFIXES = ("CNNLAB_", "MLFLOW_")
_SECRETS = ("TOKEN", "PASSWORD", "SECRET", "KEY")


def recorded(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The part of an environment that decides what a run does and where it reports; secrets are never written down."""
    found = os.environ if environment is None else environment
    kept = {
        name: value
        for name, value in sorted(found.items())
        if (name in _NAMES or name.startswith(_PREFIXES)) and not any(word in name for word in _SECRETS)
    }
    return {"CNNLAB_HOME": str(Home.current().root), **kept}  # never empty: "nothing was set" is also recorded


def for_worker(journal: Journal, home: Home) -> dict[str, str | None]:
    """What to set, and with ``None`` to unset, in the process that trains ``journal``."""
    stored = journal.environment()
    inherited = recorded()
    settings: dict[str, str | None] = {name: None for name in inherited if name not in stored}
    settings.update(stored)
    settings["CNNLAB_HOME"] = str(home.root)
    # two busy threads that spin starve each other; libgomp reads this only when it is loaded
    settings["OMP_WAIT_POLICY"] = "PASSIVE"
    settings["MLFLOW_DISABLE_TELEMETRY"] = "true"
    return settings
