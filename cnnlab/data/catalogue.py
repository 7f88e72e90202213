"""Which datasets there are: those of the registry and those that were imported. Reads data files only, no arrays."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnlab.data.downloads import all_local
from cnnlab.errors import DataError
from cnnlab.experiment import DataSpec, Split
from cnnlab.home import Home
from cnnlab.i18n import LANGUAGES, translate
from cnnlab.registry import Entry, registry, unknown_name

DATASET_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
UNSPLIT = "unsplit"  # samples that the source puts in no split


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a dataset without reading it.

    ``counts`` has "train", "validation", "test" as the source splits, and "unsplit"; a count that is not there is 0,
    none at all means not known.
    """

    name: str
    texts: Mapping[str, Mapping[str, str]]  # language -> title, summary
    classes: tuple[str, ...]
    counts: Mapping[str, int]
    native_size: int | None  # pixels a side; None: the images differ
    default_size: int  # what they are prepared at unless the experiment says otherwise
    channels: int
    source: str
    licence: str
    stored: bool  # nothing has to be downloaded
    imported: bool
    counts_vary: bool = False  # with the options
    group_by: str | None = None  # the column whose groups stay together unless the experiment names another
    fingerprint: str | None = None  # known before reading for imported datasets only
    facts: Mapping[str, Any] = field(default_factory=dict)

    def title(self, language: str) -> str:
        return self.texts[language]["title"]

    def summary(self, language: str) -> str:
        return self.texts[language]["summary"]

    @property
    def download_bytes(self) -> int | None:
        """What has to be downloaded, about; ``None`` where nothing has, or where that is not known."""
        megabytes = self.facts.get("download_mb")
        return None if self.stored or megabytes is None else int(megabytes) * 1_000_000

    def source_text(self, language: str) -> str:
        """Where it comes from. Names of people and places are the same in every language."""
        return str(self.facts.get(f"source_{language}", self.source))

    def licence_text(self, language: str) -> str:
        return str(self.facts.get(f"licence_{language}", self.licence))

    @property
    def samples(self) -> int | None:
        return sum(self.counts.values()) if self.counts else None


def find(name: str, home: Home) -> DatasetInfo:
    """Raises ``LabError`` ("unknown_dataset"), or ``DataError`` ("dataset_broken") when its description is damaged."""
    if name in registry("dataset"):
        return _registered(registry("dataset")[name], home)
    if DATASET_NAME.fullmatch(name) and imported_folder(name, home).is_dir():
        return _imported(name, home)
    known = [*registry("dataset"), *imported_names(home)]
    raise unknown_name("dataset", name, known, field="data.dataset")


def listing(home: Home) -> list[DatasetInfo]:
    """All of them: the registry's first, then the imported ones by name. A damaged one is left out."""
    found = [_registered(entry, home) for entry in registry("dataset").values()]
    for name in imported_names(home):
        try:
            found.append(_imported(name, home))
        except DataError:
            continue  # ``find`` says what is wrong with it; one bad folder must not hide the others
    return found


def imported_names(home: Home) -> list[str]:
    if not home.datasets.is_dir():
        return []
    return sorted(p.name for p in home.datasets.iterdir() if DATASET_NAME.fullmatch(p.name) and p.is_dir())


def imported_folder(name: str, home: Home) -> Path:
    """Where an imported dataset is. Raises ``DataError`` ("dataset_name") for what can't be a name."""
    if not DATASET_NAME.fullmatch(name):
        raise DataError("dataset_name", field="name", value=name[:80])
    return home.datasets / name


def prepared_size(info: DatasetInfo, spec: DataSpec) -> int:
    """The side in pixels at which ``spec`` has its images prepared.

    A source that draws its images has an option for their size: they are not resized unless that is asked for.
    """
    stated = spec.options.get(info.facts.get("size_option", ""))
    return spec.image_size or (stated if isinstance(stated, int) else info.default_size)


def counts(info: DatasetInfo, spec: DataSpec) -> Mapping[str, int]:
    """The counts of ``info`` as ``spec`` has the dataset made; empty where they are not known beforehand."""
    if not info.counts_vary:
        return info.counts
    option = info.facts.get("count_option", "")
    stated = spec.options.get(option, _default_of(info.name, option))
    return {UNSPLIT: stated} if isinstance(stated, int) else {}


def _default_of(name: str, option: str) -> Any:
    options = registry("dataset")[name].options if name in registry("dataset") else {}
    return options[option].default if option in options else None


def training_size(info: DatasetInfo, split: Split) -> int | None:
    """How many samples will train, near enough to check a batch size; None where that is not known beforehand."""
    if not info.counts or info.counts_vary:
        return None
    pool = info.counts.get("train", 0) + info.counts.get(UNSPLIT, 0)
    shares = {name: getattr(split, name) for name in ("validation", "test") if not info.counts.get(name)}
    return pool - sum(round(share * pool) for share in shares.values())


def trained_size(info: DatasetInfo, data: DataSpec) -> int | None:
    """``training_size`` less what ``data.train_share`` leaves out."""
    size = training_size(info, data.split)
    return None if size is None else max(1, round(size * data.train_share))


def _registered(entry: Entry, home: Home) -> DatasetInfo:
    facts = entry.facts
    downloads = facts.get("downloads", ())
    noted = known_fingerprint_path(entry.name, home).exists()
    return DatasetInfo(
        name=entry.name,
        texts=entry.texts,
        classes=tuple(str(name) for name in facts["classes"]),
        counts=facts["counts"],
        native_size=facts["native_size"],
        default_size=facts["default_size"],
        channels=facts["channels"],
        source=facts["source"],
        licence=facts["licence"],
        stored=noted or all_local(downloads, entry.name),
        imported=False,
        counts_vary=bool(facts.get("counts_vary")),
        group_by=facts.get("group_by"),
        facts=facts,
    )


def known_fingerprint_path(key: str, home: Home) -> Path:
    """Where the fingerprint of a source is noted once it has been read."""
    return home.cache / "sources" / f"{key}.json"


def _imported(name: str, home: Home) -> DatasetInfo:
    path = imported_folder(name, home) / "dataset.json"
    try:
        stored = json.loads(path.read_text("utf-8"))
        counts, classes = dict(stored["counts"]), tuple(stored["classes"])
        numbers = {"count": sum(counts.values()), "classes": len(classes), "source": stored["source"]}
        summaries = {language: translate("data.imported_summary", language, **numbers) for language in LANGUAGES}
        texts = {language: {"title": name, "summary": summary} for language, summary in summaries.items()}
        return DatasetInfo(
            name=name,
            texts=texts,
            classes=classes,
            counts=counts,
            native_size=stored["native_size"],
            default_size=int(stored["default_size"]),
            channels=int(stored["channels"]),
            source=stored["source"],
            licence="",
            stored=True,
            imported=True,
            fingerprint=str(stored["fingerprint"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError("dataset_broken", field="data.dataset", value=name) from error
