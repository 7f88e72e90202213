"""A run's note and tags in MLflow: told what is new here, never taken away what somebody wrote there.

Tags keep their names. The note stands in ``cnnlab.note`` and, above the description of the run, in MLflow's own
(``mlflow.note.content``). Where MLflow says what we never told it, somebody changed it there: it is left as it is,
its name is kept in ``Stored.apart``, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnnlab.home import Home
from cnnlab.runs import labels, mlflow_store
from cnnlab.runs.journal import Journal
from cnnlab.runs.labels import Labels, Stored
from cnnlab.runs.note import note as description
from cnnlab.runs.position import read_position

if TYPE_CHECKING:
    from mlflow import MlflowClient

NOTE = "cnnlab.note"
CONTENT = "mlflow.note.content"
_DESCRIBED = 7900  # characters of MLflow's description: a tag holds 8,000


def publish(journal: Journal, home: Home) -> bool:
    """Tells MLflow what it lacks; whether it now has the last word. Raises what MLflow raises.

    ``False`` for a run that is not in the store of this process (yet).
    """
    if not labels.waiting(journal):
        return True
    position = read_position(journal.folder)
    uri, run_id = str(position.get("mlflow_tracking_uri") or ""), position.get("mlflow_run_id")
    if run_id is None or uri != mlflow_store.display_uri(mlflow_store.tracking_uri(home)):
        return False
    stored = labels.read(journal.folder)
    told = stored.told if stored.uri == uri else Labels()
    client = mlflow_store.connect(home)
    said = dict(client.get_run(str(run_id)).data.tags)
    left = _tell_tags(client, str(run_id), said, told.tags, stored.now.tags)
    if stored.now.note != told.note and not _tell_note(client, str(run_id), said, journal, told.note, stored):
        left.append("note")
    with labels.changing(journal) as now:
        now.told, now.uri, now.apart = stored.now, uri, tuple(left)
        return now.now == stored.now


def _tell_tags(
    client: MlflowClient, run_id: str, said: Mapping[str, str], told: Mapping[str, str], now: Mapping[str, str]
) -> list[str]:
    """The names that were left alone, because MLflow says neither what we told it nor what we would."""
    left = []
    for name in sorted(set(told) | set(now)):
        there, wanted = said.get(name), now.get(name)
        if there == wanted:
            continue
        if there != told.get(name):
            left.append(name)
        elif wanted is None:
            client.delete_tag(run_id, name)
        else:
            client.set_tag(run_id, name, wanted)
    return left


def _tell_note(
    client: MlflowClient, run_id: str, said: Mapping[str, str], journal: Journal, told: str, stored: Stored
) -> bool:
    """Whether MLflow's own description is what we last put there, and was renewed."""
    client.set_tag(run_id, NOTE, stored.now.note)
    ours = {_content(journal, note, language) for note in (told, stored.now.note) for language in ("en", "es")}
    there = said.get(CONTENT, "")
    if there and there not in ours:
        return False
    client.set_tag(run_id, CONTENT, _content(journal, stored.now.note))
    return True


def _content(journal: Journal, note: str, language: str | None = None) -> str:
    below = description(journal.experiment(), journal.run_id, language)
    return f"{note}\n\n---\n\n{below}"[:_DESCRIBED] if note else below
