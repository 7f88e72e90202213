"""The arguments of the commands for notes, tags and MLflow's model registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # that module adds these commands to its own
    from cnnlab.cli.arguments import _Adder


def label_commands(add: _Adder) -> None:
    parser = add.command("note", "labels:note")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    said = parser.add_mutually_exclusive_group()
    said.add_argument("text", nargs="?", metavar="TEXT", help=add.help("note_text"))
    said.add_argument("--undo", action="store_true", help=add.help("note_undo"))
    for name in ("tag", "untag"):
        parser = add.command(name, f"labels:{name}")
        parser.add_argument("run", metavar="RUN", help=add.help("run"))
        metavar = "NAME[=VALUE]" if name == "tag" else "NAME"
        parser.add_argument("tag", metavar=metavar, help=add.help(f"{name}_name"))


def registry_commands(add: _Adder) -> None:
    parser = add.command("register", "registry:register")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--name", required=True, metavar="NAME", help=add.help("register_name"))
    parser = add.command("promote", "registry:promote")
    parser.add_argument("name", metavar="NAME", help=add.help("promote_name"))
    parser.add_argument("version", nargs="?", type=int, metavar="VERSION", help=add.help("promote_version"))
    parser.add_argument("--alias", default="champion", metavar="ALIAS", help=add.help("promote_alias"))
    add.command("models", "registry:models")
