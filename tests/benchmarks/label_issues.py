"""How many wrong labels of a test split confident learning finds, and how many of its suspicions are right.

The labels of a trained network's test split are changed at random, some shares of them and several draws each, and
suspected again from the same predictions. Writes docs/benchmarks/label_issues.md.

python tests/benchmarks/label_issues.py [--seeds 20]
"""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from cnnlab import worker  # noqa: E402
from cnnlab.evaluation.judged import Judged, judged  # noqa: E402
from cnnlab.evaluation.label_issues import label_issues  # noqa: E402
from cnnlab.experiment import Experiment  # noqa: E402
from cnnlab.home import Home  # noqa: E402
from cnnlab.runs.journal import Journal  # noqa: E402
from cnnlab.runs.process import ProcessIdentity  # noqa: E402
from cnnlab.runs.states import RunState  # noqa: E402

SHARES = (0.02, 0.05, 0.1)
RESULT = ROOT / "docs" / "benchmarks" / "label_issues.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=20)
    seeds = parser.parse_args().seeds
    networks: dict[str, dict[str, object]] = {
        "digits, 3 epochs": {"training.epochs": 3},
        "digits, the defaults": {},
    }
    rows = [row for name, changes in networks.items() for row in rows_of(name, trained(changes), seeds)]
    RESULT.write_text(text_of(rows, seeds), "utf-8")
    print(RESULT.read_text("utf-8"))


def trained(changes: dict[str, object]) -> Judged:
    """LeNet-5 on the digits, in a home of its own."""
    folder = Path(tempfile.mkdtemp(prefix="cnnlab-"))
    try:
        home = Home(folder).ensure()
        experiment = Experiment().changed({"training.threads": 1, "training.device": "cpu", **changes})
        journal = Journal.create(home, experiment, worker=ProcessIdentity.own())
        if worker.run(journal, 1, home) is not RunState.FINISHED:
            raise RuntimeError(journal.log_text())
        return judged(journal, home)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def rows_of(name: str, found: Judged, seeds: int) -> list[list[str]]:
    """One for each share of planted errors; the first has none."""
    accuracy = float(found.right.mean())
    none = label_issues(found.labels, found.probabilities)
    rows = [[name, f"{accuracy:.3f}", "0", "–", "–", f"{int(none.suspected.sum())}", f"{none.share:.3f}"]]
    for share in SHARES:
        drawn = np.array([measured(found, share, seed) for seed in range(seeds)])
        recall, precision, suspected, estimated = drawn.mean(0)
        row = [name, f"{accuracy:.3f}", f"{share:.2f}", f"{recall:.2f}", f"{precision:.2f}", f"{suspected:.1f}"]
        rows.append([*row, f"{estimated:.3f}"])
    return rows


def measured(found: Judged, share: float, seed: int) -> tuple[float, float, float, float]:
    """Recall, precision, number of suspected labels, estimated share of wrong ones."""
    labels, planted = planted_errors(found, share, seed)
    issues = label_issues(labels, found.probabilities)
    hits = int(np.isin(planted, np.flatnonzero(issues.suspected)).sum())
    count = int(issues.suspected.sum())
    return hits / len(planted), hits / max(count, 1), count, issues.share


def planted_errors(found: Judged, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Labels of which ``share`` are another class, any with the same chance; and which these are."""
    generator = np.random.default_rng(seed)
    classes = len(found.names)
    planted = generator.choice(len(found), max(1, round(share * len(found))), replace=False)
    labels = found.labels.copy()
    labels[planted] = (labels[planted] + generator.integers(1, classes, len(planted))) % classes
    return labels, planted


def text_of(rows: list[list[str]], seeds: int) -> str:
    header = ["network", "test accuracy", "planted", "found", "of the suspected, planted", "suspected", "estimated"]
    lines = ["| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), *rows)]
    table = "\n".join(lines)
    return f"""# Wrong labels that are found

`python tests/benchmarks/label_issues.py`: LeNet-5 on the digits (270 test images); a share of the test labels is
changed to another class at random, {seeds} draws each, and confident learning suspects labels from the unchanged
predictions. "planted" is that share, "found" how many of the changed labels are suspected, "estimated" the share of
wrong labels that the calibrated confident joint states. Means over the draws. Without planted errors every suspicion
is the network's own mistake, or a label that was wrong all along. {platform.machine()},
Python {platform.python_version()}.

{table}

Errors at random are the easy case: labels that people get wrong are mostly of classes that look alike.
"""


if __name__ == "__main__":
    main()
