"""A run's split as it is looked at by groups: what its network said, and the whole dataset that groups count in."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from cnnlab.data.splits import SplitIndex
from cnnlab.data.store import Prepared
from cnnlab.data.types import Progress
from cnnlab.errors import LabError
from cnnlab.evaluation.groups import gaps as gap
from cnnlab.evaluation.groups.fairness import cramers_v, cross_table
from cnnlab.evaluation.groups.gaps import Codes, Gaps
from cnnlab.evaluation.groups.grouping import Grouping, Offered
from cnnlab.evaluation.groups.kept import KeptGaps, gaps_of, survey_of
from cnnlab.evaluation.judged import Judged
from cnnlab.evaluation.kept_results import KeptResult
from cnnlab.home import Home
from cnnlab.runs.journal import Journal


@dataclass(frozen=True)
class Look:
    """A split of a run with what its samples can be grouped by; made by ``look``."""

    judged: Judged
    prepared: Prepared
    split: SplitIndex
    positions: Codes  # [N] of the samples of ``judged``, in the whole dataset
    offered: Offered
    kept: KeptGaps

    def of_split(self, grouping: Grouping) -> Codes:
        """[N] the groups of the samples of ``judged``."""
        codes: Codes = grouping.codes[self.positions]
        return codes

    def gaps(self, grouping: Grouping, metric: str = "accuracy", *, positive: int = 0) -> Gaps:
        """Kept, else computed now and kept. Raises ``LabError`` ("unknown_group_metric")."""
        _known(metric)
        codes = self.of_split(grouping)
        result = self.kept.of_one(grouping, codes, metric, positive)
        found = result.read(gaps_of)
        if found is None:
            found = gap.gaps(self.judged, grouping, codes, metric, positive=positive)
            result.write(asdict(found))
        return found

    def kept_survey(self, metric: str = "accuracy", *, positive: int = 0) -> list[Gaps] | None:
        """What ``survey`` found before."""
        return self._survey(metric, positive).read(survey_of)

    def _survey(self, metric: str, positive: int) -> KeptResult:
        return self.kept.of_all(self.prepared.folder.name, self.positions, metric, positive)

    def survey(self, metric: str = "accuracy", *, positive: int = 0, progress: Progress | None = None) -> list[Gaps]:
        """All that the data offer, corrected together, the largest gap first; what has too many groups is left out.

        Kept, else computed now and kept. Raises ``LabError`` ("unknown_group_metric").
        """
        _known(metric)
        kept = self.kept_survey(metric, positive=positive)
        if kept is not None:
            return kept
        found, names = [], self.offered.columns
        for place, name in enumerate(names):
            if progress:
                progress("progress.groups", place, len(names))
            try:
                one = self.offered.by(name)
            except LabError:
                continue
            codes = self.of_split(one)
            found.append(gap.gaps(self.judged, one, codes, metric, positive=positive, within_classes=False))
        corrected = gap.corrected(found)
        self._survey(metric, positive).write([asdict(one) for one in corrected])
        return corrected

    def joined(self, grouping: Grouping) -> float | None:
        """Cramér's V of class and group among the training samples, as the dataset labels them."""
        return cramers_v(self.cross_table(grouping))

    def cross_table(self, grouping: Grouping) -> Codes:
        """[classes, groups] training samples."""
        train = self.split.train
        labels = np.asarray(self.prepared.targets)[train].astype(np.int64)
        return cross_table(labels, grouping.codes[train], len(self.judged.names), len(grouping.groups))

    def class_number(self, name: str | None) -> int:
        """Of a class by its name; the last of them where none is named. Raises ``LabError`` ("groups_no_class")."""
        names = self.judged.names
        if name is None:
            return len(names) - 1
        if name not in names:
            raise LabError("groups_no_class", field="--class", value=name[:80], known=", ".join(names[:20]))
        return names.index(name)


def look(journal: Journal, home: Home, split: str = "test") -> Look:
    """Raises what ``judged`` and ``dataset_of`` raise."""
    from cnnlab.evaluation.evaluate import dataset_of  # torch
    from cnnlab.evaluation.judged import judged

    said = judged(journal, home, split=split)
    dataset = dataset_of(journal, home)
    return of(said, dataset.prepared, dataset.split, split, home)


def of(said: Judged, prepared: Prepared, index: SplitIndex, split: str, home: Home) -> Look:
    positions = np.asarray(getattr(index, split), dtype=np.int64)
    return Look(said, prepared, index, positions, Offered(prepared), KeptGaps(home, said))


def _known(metric: str) -> None:
    if metric not in gap.METRICS:
        raise LabError("unknown_group_metric", field="--metric", value=metric[:80], known=", ".join(gap.METRICS))
