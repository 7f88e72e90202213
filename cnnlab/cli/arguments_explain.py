"""The arguments of ``explain``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnlab.cli.arguments import _Adder


def explain_command(add: _Adder) -> None:
    parser = add.command("explain", "explain:explain")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument(
        "--with", dest="others", action="append", default=[], metavar="RUN", help=add.help("explain_with")
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--image", action="append", metavar="FILE", help=add.help("explain_image"))
    source.add_argument("--index", type=int, action="append", metavar="I", help=add.help("explain_index"))
    source.add_argument("--pick", metavar="PICK", help=add.help("explain_pick"))
    parser.add_argument("--split", metavar="SPLIT", help=add.help("explain_split"))
    parser.add_argument("--place", type=int, default=0, metavar="N", help=add.help("explain_place"))
    parser.add_argument("--count", type=int, default=1, metavar="N", help=add.help("explain_count"))
    parser.add_argument("--true-class", metavar="CLASS", help=add.help("explain_true_class"))
    parser.add_argument("--predicted-class", metavar="CLASS", help=add.help("explain_predicted_class"))
    parser.add_argument("--method", default="grad_cam", metavar="A,B", help=add.help("explain_method"))
    parser.add_argument("--target", metavar="CLASS", help=add.help("explain_target"))
    parser.add_argument("--targets", metavar="A,B", help=add.help("explain_targets"))
    parser.add_argument("--difference", action="store_true", help=add.help("explain_difference"))
    parser.add_argument("--layer", metavar="LAYER", help=add.help("explain_layer"))
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=add.help("explain_set"))
    parser.add_argument("--opacity", type=float, default=0.75, metavar="SHARE", help=add.help("explain_opacity"))
    parser.add_argument("--smoothing", type=float, default=0.0, metavar="PIXELS", help=add.help("explain_smoothing"))
    defaults = {"colours": "viridis", "signs": "signed", "scale": "method", "picture": "overlay"}
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", default=value, metavar="NAME", help=add.help(f"explain_{name}"))
    parser.add_argument("--out", metavar="PNG", help=add.help("explain_out"))
    parser.add_argument("--array", metavar="FILE", help=add.help("explain_array"))
    parser.add_argument("--report", metavar="HTML", help=add.help("explain_report"))
    parser.add_argument("--scorecard", action=argparse.BooleanOptionalAction, help=add.help("explain_scorecard"))
