"""The tags of a run in MLflow: how a run is told to other machines, and read from them."""

from __future__ import annotations

RUN_ID = "cnnlab.run_id"
HOME_ID = "cnnlab.home_id"
HOST = "cnnlab.host"
OWNER = "cnnlab.owner"
SCHEMA = "cnnlab.schema"
EXPERIMENT = "cnnlab.experiment"  # the description as JSON, where it is short enough for a tag
EXPERIMENT_SHA256 = "cnnlab.experiment_sha256"
DATASET = "cnnlab.dataset"
DATASET_FINGERPRINT = "cnnlab.dataset_fingerprint"
ARCHITECTURE = "cnnlab.architecture"
PARENT = "cnnlab.parent"
GROUP = "cnnlab.group"
RESUMED_FROM = "cnnlab.resumed_from"
ATTEMPT = "cnnlab.attempt"
STATE = "cnnlab.state"
REASON = "cnnlab.reason"  # a Problem as JSON
STOP_REASON = "cnnlab.stop_reason"
CREATED = "cnnlab.created"  # seconds since the epoch
STARTED = "cnnlab.started"
HEARTBEAT = "cnnlab.heartbeat"  # a counter: it moves while the worker lives, however long a step takes
HEARTBEAT_TIME = "cnnlab.heartbeat_time"  # when the worker's machine last counted, seconds since the epoch
PROGRESS = "cnnlab.progress"  # a Progress as JSON
READING = "cnnlab.reading"  # of a logged model and of its versions: what it carries of ``Reading``, "" for nothing
RESULT = "cnnlab.result"  # result.json, where it is short enough

LIMIT = 8000  # characters that MLflow keeps of a tag


def fits(text: str) -> bool:
    return len(text) <= LIMIT
