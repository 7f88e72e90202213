"""MLflow's model registry: networks of runs under a name, in versions, of which an alias such as "champion" is one.

``mlflow.pyfunc.load_model("models:/NAME@champion")`` then loads that version anywhere the store can be reached.
An alias remembers where it pointed before (a tag of the registered model), so it can be moved back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnlab.errors import LabError, RunError
from cnnlab.evaluation.reading.reading import Reading
from cnnlab.home import Home
from cnnlab.runs import mlflow_store, tags
from cnnlab.runs.asking import asking
from cnnlab.runs.journal import Journal
from cnnlab.runs.position import read_position
from cnnlab.runs.states import RunState

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel

CHAMPION = "champion"
MOST = 1000  # versions that are listed
_NAME = re.compile(r"\w[\w.\- ]{0,79}")
_ALIAS = re.compile(r"[A-Za-z][\w\-]{0,39}")
_BEFORE = "cnnlab.before."  # and the alias: the version that it pointed to before, "" for none


@dataclass(frozen=True)
class Version:
    """One version of a registered model. ``run_id`` is ours, empty for what others registered."""

    name: str
    version: int
    run_id: str
    aliases: tuple[str, ...]
    created: float  # seconds since the epoch
    reading: str = ""  # the temperature and the threshold that it carries, as ``Reading.stamp`` names them

    @property
    def address(self) -> str:
        """What ``mlflow.pyfunc.load_model`` and ``mlflow models serve`` take: by its alias where it has one."""
        if not self.aliases:
            return f"models:/{self.name}/{self.version}"
        alias = CHAMPION if CHAMPION in self.aliases else self.aliases[0]
        return f"models:/{self.name}@{alias}"


def register(journal: Journal, home: Home, name: str) -> Version:
    """The run's network as the next version of ``name``, with the temperature and the threshold that are kept of it.

    Where it was registered so before, the version that it has; after another is kept, that is a version of its own.
    Raises ``LabError``: "bad_model_name", "not_registrable"; ``RunError``: "model_not_logged" and as ``asking``.
    """
    checked_name(name)
    state = journal.status().state
    if state is not RunState.FINISHED:
        raise LabError("not_registrable", field="RUN", state=state.value)
    with asking(home, create=True) as client:
        _publish(journal, home)
        position = read_position(journal.folder)
        mlflow_run = str(position.get("mlflow_run_id") or "")
        reading = Reading.of(journal.folder).stamp
        for version in _versions(client, f"name = '{name}'"):
            if (version.run_id, version.reading) == (journal.run_id, reading):
                return version
        model = _logged(client, mlflow_run, str(position.get("mlflow_experiment_id") or ""), journal)
        if model is None:
            raise RunError("model_not_logged", field="RUN", value=journal.run_id)
        _ensure_name(client, name)
        # by its place: MLflow would look "models:/ID" up in the store of the environment, which need not be ours
        said = {tags.RUN_ID: journal.run_id} | ({tags.READING: reading} if reading else {})
        made = client.create_model_version(
            name, model.artifact_location, mlflow_run, tags=said, model_id=model.model_id
        )
        return _version(client, made)


def promote(home: Home, name: str, version: int, alias: str = CHAMPION) -> int | None:
    """Points ``alias`` to ``version``; the version that it pointed to before.

    Raises ``LabError``: "bad_model_name", "bad_alias", "no_such_version"; ``RunError`` as ``asking``.
    """
    checked_name(name)
    _checked_alias(alias)
    with asking(home, create=True) as client:
        found = _versions(client, f"name = '{name}'")
        if version not in {one.version for one in found}:
            known = ", ".join(str(one.version) for one in found) or "–"
            raise LabError("no_such_version", field="VERSION", value=version, name=name, known=known)
        before = _pointed(found, alias)
        if before == version:
            return before
        client.set_registered_model_tag(name, _BEFORE + alias, "" if before is None else str(before))
        client.set_registered_model_alias(name, alias, str(version))
        return before


def move_back(home: Home, name: str, alias: str = CHAMPION) -> int | None:
    """Undoes the last ``promote``: the version that ``alias`` points to now, ``None`` where it is gone.

    Raises ``LabError``: "bad_model_name", "bad_alias", "nothing_to_move_back"; ``RunError`` as ``asking``.
    """
    checked_name(name)
    _checked_alias(alias)
    with asking(home, create=True) as client:
        found = _versions(client, f"name = '{name}'")
        said = _before(client, name, alias) if found else None
        if said is None or (said and int(said) not in {one.version for one in found}):
            raise LabError("nothing_to_move_back", field="--alias", value=alias, name=name)
        client.delete_registered_model_tag(name, _BEFORE + alias)
        if not said:
            client.delete_registered_model_alias(name, alias)
            return None
        client.set_registered_model_alias(name, alias, said)
        return int(said)


def models(home: Home) -> list[Version]:
    """Every version of every registered model, by name, newest first. Raises as ``asking``."""
    if not mlflow_store.has_store(home):
        return []
    with asking(home, create=True) as client:
        return _versions(client, None)


def can_move_back(home: Home, name: str, alias: str = CHAMPION) -> bool:
    """Whether the alias of that model was ever moved and not moved back. Raises as ``asking``."""
    with asking(home, create=True) as client:
        return _before(client, name, alias) is not None


def checked_name(name: str) -> str:
    """Raises ``LabError`` ("bad_model_name"): MLflow takes no slash and no colon."""
    if not _NAME.fullmatch(name):
        raise LabError("bad_model_name", field="--name", value=name[:80])
    return name


def _checked_alias(alias: str) -> None:
    # MLflow keeps "latest" and "v1" for itself
    if not _ALIAS.fullmatch(alias) or alias.casefold() == "latest" or re.fullmatch(r"[vV]\d+", alias):
        raise LabError("bad_alias", field="--alias", value=alias[:80])


def _publish(journal: Journal, home: Home) -> None:
    """Brings MLflow what it lacks of a run that has just ended."""
    from cnnlab.runs.position import is_complete
    from cnnlab.runs.publisher import repair

    if not is_complete(journal):
        repair(home, journal.run_id)


def _logged(client: MlflowClient, mlflow_run: str, experiment: str, journal: Journal) -> LoggedModel | None:
    from cnnlab.runs.logged_model import log_as_read, ready_models

    if not mlflow_run or not experiment or not ready_models(client, mlflow_run, experiment):
        return None
    return log_as_read(client, mlflow_run, experiment, journal)


def _ensure_name(client: MlflowClient, name: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _versions(client: MlflowClient, wanted: str | None) -> list[Version]:
    found = client.search_model_versions(wanted, max_results=MOST)
    aliases: dict[str, dict[str, str]] = {}
    for one in found:
        if one.name not in aliases:
            aliases[one.name] = dict(client.get_registered_model(one.name).aliases)
    versions = [_version(client, one, aliases[one.name]) for one in found]
    return sorted(versions, key=lambda one: (one.name, -one.version))


def _version(client: MlflowClient, said: Any, aliases: dict[str, str] | None = None) -> Version:
    if aliases is None:
        aliases = dict(client.get_registered_model(said.name).aliases)
    number = int(said.version)
    pointing = tuple(sorted(alias for alias, target in aliases.items() if int(target) == number))
    known = said.tags or {}
    run_id, reading = (str(known.get(tag, "")) for tag in (tags.RUN_ID, tags.READING))
    return Version(said.name, number, run_id, pointing, (said.creation_timestamp or 0) / 1000, reading)


def _pointed(found: list[Version], alias: str) -> int | None:
    return next((one.version for one in found if alias in one.aliases), None)


def _before(client: MlflowClient, name: str, alias: str) -> str | None:
    said = client.get_registered_model(name).tags.get(_BEFORE + alias)
    return None if said is None else str(said)
