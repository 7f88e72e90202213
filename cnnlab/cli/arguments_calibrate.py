"""The arguments of ``calibrate`` and ``threshold``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # that module adds these commands to its own
    from cnnlab.cli.arguments import _Adder


def calibration_commands(add: _Adder) -> None:
    parser = add.command("calibrate", "calibrate:calibrate")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--bins", type=int, default=15, metavar="N", help=add.help("calibrate_bins"))
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--keep", action="store_true", help=add.help("calibrate_keep"))
    what.add_argument("--forget", action="store_true", help=add.help("calibrate_forget"))
    parser = add.command("threshold", "calibrate:threshold")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--class", dest="class_name", metavar="CLASS", help=add.help("threshold_class"))
    parser.add_argument(
        "--false-alarm", type=float, default=1.0, metavar="COST", help=add.help("threshold_false_alarm")
    )
    parser.add_argument("--miss", type=float, default=1.0, metavar="COST", help=add.help("threshold_miss"))
    parser.add_argument("--threshold", type=float, metavar="P", help=add.help("threshold_at"))
    parser.add_argument("--curves", action="store_true", help=add.help("threshold_curves"))
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--keep", action="store_true", help=add.help("threshold_keep"))
    what.add_argument("--forget", action="store_true", help=add.help("threshold_forget"))
