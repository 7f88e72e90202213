"""The arguments of the commands that say how good a network is, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.cli.arguments_calibrate import calibration_commands
from cnnlab.cli.arguments_figure import figure_command
from cnnlab.cli.arguments_robustness import robustness_commands
from cnnlab.cli.grouping import add_grouping

if TYPE_CHECKING:  # that module adds these commands to its own
    from cnnlab.cli.arguments import _Adder


def evaluation_commands(add: _Adder) -> None:
    _evaluate(add)
    calibration_commands(add)
    robustness_commands(add)
    _groups(add)
    _disagree(add)
    _latency(add)
    _space(add)
    _samples(add)
    figure_command(add)


def _evaluate(add: _Adder) -> None:
    parser = add.command("evaluate", "use:evaluate")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--split", default="test", metavar="SPLIT", help=add.help("evaluate_split"))
    parser.add_argument("--images", metavar="WORD", help=add.help("evaluate_images"))
    parser.add_argument("--limit", type=int, default=20, metavar="N", help=add.help("evaluate_limit"))


def _space(add: _Adder) -> None:
    parser = add.command("space", "space:space")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--split", default="test", metavar="SPLIT", help=add.help("evaluate_split"))
    parser.add_argument("--method", default="pca", metavar="NAME", help=add.help("space_method"))
    parser.add_argument("--dimensions", type=int, default=2, metavar="N", help=add.help("space_dimensions"))
    parser.add_argument("--samples", type=int, default=2000, metavar="N", help=add.help("space_samples"))
    parser.add_argument("--seed", type=int, default=0, metavar="S", help=add.help("space_seed"))
    parser.add_argument("--colour", default="true", metavar="BY", help=add.help("space_colour"))
    add_grouping(parser, add)
    parser.add_argument("--out", metavar="FILE", help=add.help("space_out"))


def _samples(add: _Adder) -> None:
    """Samples that stand out: ``outliers``, ``duplicates``, ``suspects``."""
    for name in ("outliers", "duplicates", "suspects"):
        parser = add.command(name, f"samples:{name}")
        parser.add_argument("run", metavar="RUN", help=add.help("run"))
        if name != "duplicates":
            parser.add_argument("--split", default="test", metavar="SPLIT", help=add.help("evaluate_split"))
        if name == "outliers":
            parser.add_argument("--k", type=int, default=10, metavar="K", help=add.help("outliers_k"))
        if name == "duplicates":
            parser.add_argument("--within-training", action="store_true", help=add.help("duplicates_within"))
        parser.add_argument("--limit", type=int, default=20, metavar="N", help=add.help("samples_limit"))
        parser.add_argument("--out", metavar="FILE", help=add.help("samples_out"))


def _disagree(add: _Adder) -> None:
    parser = add.command("disagree", "disagree:disagree")
    parser.add_argument("runs", nargs="+", metavar="RUN", help=add.help("run"))
    parser.add_argument("--order", default="divided", metavar="ORDER", help=add.help("disagree_order"))
    parser.add_argument("--class", dest="class_name", metavar="CLASS", help=add.help("disagree_class"))
    parser.add_argument("--right", action="append", default=[], metavar="RUN", help=add.help("disagree_right"))
    parser.add_argument("--wrong", action="append", default=[], metavar="RUN", help=add.help("disagree_wrong"))
    parser.add_argument("--limit", type=int, default=20, metavar="N", help=add.help("disagree_limit"))
    parser.add_argument("--out", metavar="FILE.csv", help=add.help("disagree_out"))


def _latency(add: _Adder) -> None:
    parser = add.command("latency", "latency:latency")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--device", metavar="DEVICE", help=add.help("latency_device"))
    parser.add_argument("--threads", type=int, metavar="N", help=add.help("latency_threads"))


def _groups(add: _Adder) -> None:
    parser = add.command("groups", "groups:groups")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--split", default="test", metavar="SPLIT", help=add.help("evaluate_split"))
    add_grouping(parser, add)
    parser.add_argument("--metric", default="accuracy", metavar="METRIC", help=add.help("groups_metric"))
    parser.add_argument("--class", dest="class_name", metavar="CLASS", help=add.help("groups_class"))
    parser.add_argument("--remedy", metavar="NAME", help=add.help("groups_remedy"))
    parser.add_argument("--out", metavar="FILE.csv", help=add.help("groups_out"))
