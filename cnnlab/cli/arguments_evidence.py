"""The arguments of the commands that ask what explanations are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # that module adds these commands to its own
    from cnnlab.cli.arguments import _Adder


def evidence_commands(add: _Adder) -> None:
    _sanity(add)


def _sanity(add: _Adder) -> None:
    parser = add.command("sanity", "sanity:sanity")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--methods", metavar="A,B", help=add.help("sanity_methods"))
    parser.add_argument("--images", type=int, default=16, metavar="N", help=add.help("sanity_images"))
    parser.add_argument("--draws", type=int, default=5, metavar="N", help=add.help("sanity_draws"))
    parser.add_argument("--seed", type=int, default=0, metavar="N", help=add.help("sanity_seed"))
    labels = parser.add_mutually_exclusive_group()
    labels.add_argument("--labels", metavar="RUN", help=add.help("sanity_labels"))
    labels.add_argument("--train-labels", action="store_true", help=add.help("sanity_train_labels"))
    parser.add_argument("--out", metavar="PNG", help=add.help("sanity_out"))
