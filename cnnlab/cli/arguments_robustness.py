"""The arguments of the commands about corrupted images and about more data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # that module adds these commands to its own
    from cnnlab.cli.arguments import _Adder


def robustness_commands(add: _Adder) -> None:
    parser = add.command("robustness", "robustness:robustness")
    parser.add_argument("runs", nargs="+", metavar="RUN", help=add.help("run"))
    parser.add_argument("--images", type=int, default=500, metavar="N", help=add.help("robustness_images"))
    parser.add_argument("--corruptions", metavar="A,B", help=add.help("robustness_corruptions"))
    parser.add_argument("--seed", type=int, default=0, metavar="N", help=add.help("robustness_seed"))
    parser.add_argument("--shifts", action="store_true", help=add.help("robustness_shifts"))
    parser.add_argument("--out", metavar="CSV", help=add.help("robustness_out"))
    parser = add.command("more-data", "more_data:more_data")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--shares", metavar="A,B", help=add.help("more_data_shares"))
    parser.add_argument("--start", action="store_true", help=add.help("more_data_start"))
