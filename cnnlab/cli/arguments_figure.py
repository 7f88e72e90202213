"""The arguments of ``figure``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.plots.named import FIGURES

if TYPE_CHECKING:  # that module adds these commands to its own
    from cnnlab.cli.arguments import _Adder


def figure_command(add: _Adder) -> None:
    parser = add.command("figure", "figure:figure")
    about = add.help("figure_name").format(known=", ".join(FIGURES))
    parser.add_argument("figure", choices=FIGURES, metavar="FIGURE", help=about)
    parser.add_argument("runs", nargs="+", metavar="RUN", help=add.help("figure_runs"))
    parser.add_argument("--out", required=True, metavar="FILE", help=add.help("figure_out"))
    parser.add_argument("--split", default="test", metavar="SPLIT", help=add.help("evaluate_split"))
    for name in ("metric", "class", "by", "colour"):
        stored = "class_name" if name == "class" else name
        parser.add_argument(f"--{name}", dest=stored, metavar=name.upper(), help=add.help(f"figure_{name}"))
    parser.add_argument("--images", type=int, default=500, metavar="N", help=add.help("robustness_images"))
    parser.add_argument("--rates", action="store_true", help=add.help("figure_rates"))
