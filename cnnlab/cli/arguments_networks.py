"""The arguments of the commands about networks: designs, inspection, one batch tried, what is inside."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # that module adds these commands to its own
    from cnnlab.cli.arguments import _Adder


def design_commands(add: _Adder) -> None:
    actions = add.group("design")
    actions.command("list", "design:listing")
    for name in ("show", "check", "code"):
        parser = actions.command(name, f"design:{name}")
        parser.add_argument("design", metavar="FILE|NAME", help=add.help("design_source"))
        _input_arguments(parser, add)
        if name == "show":
            parser.add_argument("--yaml", action="store_true", help=add.help("design_yaml"))
        if name == "code":
            parser.add_argument("--out", metavar="FILE.py", help=add.help("design_out"))
    parser = actions.command("save", "design:save")
    parser.add_argument("design", metavar="FILE|NAME", help=add.help("design_source"))
    parser.add_argument("--name", metavar="NAME", help=add.help("design_name"))
    parser.add_argument("--replace", action="store_true", help=add.help("design_replace"))
    _input_arguments(parser, add)
    parser = actions.command("from", "design:from_network")
    parser.add_argument("network", metavar="NETWORK", help=add.help("design_network"))
    parser.add_argument("--out", metavar="FILE.yaml", help=add.help("design_out"))
    _input_arguments(parser, add)
    parser = actions.command("rename", "design:rename")
    parser.add_argument("design", metavar="NAME", help=add.help("design_saved"))
    parser.add_argument("new", metavar="NEW", help=add.help("design_name"))
    parser = actions.command("delete", "design:delete")
    parser.add_argument("design", metavar="NAME", help=add.help("design_saved"))
    parser = actions.command("restore", "design:restore")
    parser.add_argument("token", nargs="?", metavar="TOKEN", help=add.help("design_token"))


def inspection_commands(add: _Adder) -> None:
    """``try``, whose arguments are those of training, is beside ``train``."""
    parser = add.command("inspect", "inspect:inspect")
    parser.add_argument("network", metavar="NETWORK|DESIGN|FILE.yaml", help=add.help("inspect_network"))
    parser.add_argument("--parts", action="store_true", help=add.help("inspect_parts"))
    _image_arguments(parser, add)
    actions = add.group("inside")
    for name in ("filters", "maps", "field"):
        parser = actions.command(name, f"inside:{name}")
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--run", metavar="RUN", help=add.help("run"))
        source.add_argument("--architecture", metavar="NETWORK", help=add.help("inside_architecture"))
        source.add_argument("--design", metavar="DESIGN|FILE.yaml", help=add.help("inside_design"))
        parser.add_argument("--layer", metavar="LAYER", help=add.help(f"inside_{name}_layer"))
        _image_arguments(parser, add)
        parser.add_argument("--seed", type=int, metavar="N", help=add.help("inside_seed"))
        _looking_arguments(name, parser, add)
        parser.add_argument("--out", required=True, metavar="PNG", help=add.help("explain_out"))
        parser.add_argument("--array", metavar="NPY", help=add.help("inside_array"))


def _looking_arguments(name: str, parser: argparse.ArgumentParser, add: _Adder) -> None:
    if name == "filters":
        parser.add_argument("--channel", type=int, metavar="C", help=add.help("inside_channel"))
        return
    image = parser.add_mutually_exclusive_group()
    image.add_argument("--image", metavar="FILE", help=add.help("inside_image"))
    image.add_argument("--index", type=int, metavar="I", help=add.help("inside_index"))
    if name == "maps":
        parser.add_argument("--order", choices=("strength", "index"), default="strength", help=add.help("inside_order"))
        parser.add_argument("--most", type=int, default=64, metavar="N", help=add.help("inside_most"))
    else:
        parser.add_argument("--unit", metavar="ROW,COLUMN", help=add.help("inside_unit"))
        parser.add_argument("--images", type=int, default=16, metavar="N", help=add.help("inside_images"))


def _image_arguments(parser: argparse.ArgumentParser, add: _Adder) -> None:
    """What images a network is looked at for, and its options."""
    parser.add_argument("--dataset", metavar="DATASET", help=add.help("inspect_dataset"))
    for name in ("size", "channels", "outputs"):
        parser.add_argument(f"--{name}", type=int, metavar="N", help=add.help(f"inspect_{name}"))
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=add.help("inspect_set"))


def _input_arguments(parser: argparse.ArgumentParser, add: _Adder) -> None:
    """What a design is worked out for, where it shall be something else than the design itself says."""
    for name in ("size", "channels", "outputs"):
        parser.add_argument(f"--{name}", type=int, metavar="N", help=add.help(f"design_{name}"))
