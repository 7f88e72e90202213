"""The arguments of the commands that say how good a network is, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # that module adds these commands to its own
    from cnnlab.cli.arguments import _Adder


def evaluation_commands(add: _Adder) -> None:
    _evaluate(add)


def _evaluate(add: _Adder) -> None:
    parser = add.command("evaluate", "use:evaluate")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--split", default="test", metavar="SPLIT", help=add.help("evaluate_split"))
