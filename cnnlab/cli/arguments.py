"""The commands and their arguments, with help in the reader's language."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from cnnlab import __version__
from cnnlab.cli.arguments_evaluate import evaluation_commands
from cnnlab.cli.arguments_evidence import evidence_commands
from cnnlab.cli.arguments_explain import explain_command
from cnnlab.cli.arguments_mlflow import label_commands, registry_commands
from cnnlab.cli.arguments_networks import design_commands, inspection_commands
from cnnlab.cli.grouping import add_grouping
from cnnlab.i18n import translate

# argparse's own sentences, which it looks up by their English text
_ARGPARSE = {
    "the following arguments are required: %s": "cli.argparse.required",
    "unrecognized arguments: %s": "cli.argparse.unrecognized",
    "expected one argument": "cli.argparse.expected_one",
    "expected at least one argument": "cli.argparse.expected_some",
    "invalid choice: %(value)r (choose from %(choices)s)": "cli.argparse.invalid_choice",
    "invalid %(type)s value: %(value)r": "cli.argparse.invalid_value",
    "argument %(argument_name)s: %(message)s": "cli.argparse.argument",
    "one of the arguments %s is required": "cli.argparse.one_required",
    "not allowed with argument %s": "cli.argparse.not_allowed",
    "usage: ": "cli.argparse.usage",
    "positional arguments": "cli.argparse.positional",
    "options": "cli.argparse.options",
    "show this help message and exit": "cli.argparse.help",
}


class _Parser(argparse.ArgumentParser):
    language = "en"

    def error(self, message: str) -> NoReturn:
        """One line with the cure, and status 2."""
        self.exit(2, translate("cli.bad_arguments", self.language, detail=message, command=self.prog) + "\n")


def build_parser(language: str) -> argparse.ArgumentParser:
    """The whole command line in one language."""
    _Parser.language = language
    words = {english: translate(key, language) for english, key in _ARGPARSE.items()}
    argparse._ = lambda text: words.get(text, text)  # type: ignore[attr-defined]  # its door for translations
    parser = _Parser(prog="python -m cnnlab", description=translate("cli.description", language))
    parser.add_argument("--version", action="version", version=__version__, help=_help(language, "version"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    adder = _Adder(commands, language)
    _catalogue_commands(adder)
    _dataset_commands(adder)
    _training_commands(adder)
    _bench_commands(adder)
    _queue_commands(adder)
    _use_commands(adder)
    design_commands(adder)
    inspection_commands(adder)
    evaluation_commands(adder)
    label_commands(adder)
    registry_commands(adder)
    evidence_commands(adder)
    return parser


class _Adder:
    """Adds commands whose help is ``cli.help.COMMAND``."""

    def __init__(self, commands: Any, language: str, prefix: str = "") -> None:
        self._commands = commands
        self._language = language
        self._prefix = prefix

    def help(self, key: str) -> str:
        return _help(self._language, key)

    def command(self, name: str, handler: str) -> argparse.ArgumentParser:
        text = self.help(f"{self._prefix}{name}")
        parser: argparse.ArgumentParser = self._commands.add_parser(name, help=text, description=text)
        parser.set_defaults(handler=handler)
        parser.add_argument("--json", action="store_true", help=self.help("json"))
        return parser

    def group(self, name: str) -> _Adder:
        """A command followed by an action; their help is ``cli.help.NAME_command`` and ``cli.help.NAME_ACTION``."""
        text = self.help(f"{name}_command")
        parser = self._commands.add_parser(name, help=text, description=text)
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        return _Adder(actions, self._language, f"{name}_")


def _help(language: str, key: str) -> str:
    return translate(f"cli.help.{key}", language).replace("%", "%%")  # argparse formats what it is given


def _catalogue_commands(add: _Adder) -> None:
    for name in ("datasets", "architectures", "explainers", "presets"):
        parser = add.command(name, f"catalogues:{name}")
        parser.add_argument("name", nargs="?", metavar="NAME", help=add.help("entry_name"))
        if name == "architectures":
            parser.add_argument("--group", metavar="GROUP", help=add.help("architectures_group"))
            parser.add_argument("--search", metavar="WORDS", help=add.help("architectures_search"))
    parser = add.command("import", "catalogues:import_dataset")
    parser.add_argument("path", metavar="PATH", help=add.help("import_path"))
    parser.add_argument("--name", required=True, metavar="NAME", help=add.help("import_name"))


def _dataset_commands(add: _Adder) -> None:
    actions = add.group("dataset")
    for name in ("statistics", "download", "rename", "delete"):
        parser = actions.command(name, f"datasets:{name}")
        parser.add_argument("name", metavar="NAME", help=add.help("dataset_name"))
        if name == "rename":
            parser.add_argument("new", metavar="NEW", help=add.help("import_name"))
    parser = actions.command("bias", "bias:bias")
    parser.add_argument("name", metavar="NAME", help=add.help("dataset_name"))
    add_grouping(parser, add)
    parser.add_argument("--out", metavar="FILE.csv", help=add.help("bias_out"))
    parser = actions.command("restore", "datasets:restore")
    parser.add_argument("token", nargs="?", metavar="TOKEN", help=add.help("dataset_token"))


def _training_commands(add: _Adder) -> None:
    handlers = {name: f"training:{name}" for name in ("train", "submit", "estimate")}
    for name, handler in {**handlers, "try": "inspect:try_batch"}.items():
        parser = add.command(name, handler)
        parser.add_argument("file", nargs="?", metavar="FILE.yaml", help=add.help("file"))
        parser.add_argument("--preset", metavar="PRESET", help=add.help("preset"))
        parser.add_argument("--like", metavar="RUN", help=add.help("like"))
        parser.add_argument("--from-weights", metavar="RUN", help=add.help("from_weights"))
        parser.add_argument("--dataset", metavar="DATASET", help=add.help("dataset"))
        network = parser.add_mutually_exclusive_group()
        network.add_argument("--architecture", metavar="NETWORK", help=add.help("architecture"))
        network.add_argument("--design", metavar="NAME", help=add.help("train_design"))
        parser.add_argument("--seed", type=int, metavar="N", help=add.help("seed"))
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=add.help("set"))
    parser = add.command("resume", "training:resume")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--detach", action="store_true", help=add.help("detach"))
    parser = add.command("repeat", "training:repeat")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("--seeds", type=int, default=4, metavar="N", help=add.help("repeat_seeds"))


def _bench_commands(add: _Adder) -> None:
    parser = add.group("bench").command("architectures", "bench:architectures")
    parser.add_argument("--networks", metavar="A,B", help=add.help("bench_networks"))
    parser.add_argument("--epochs", type=int, default=8, metavar="N", help=add.help("bench_epochs"))
    parser.add_argument("--samples", type=int, default=10_000, metavar="N", help=add.help("bench_samples"))
    parser.add_argument("--seed", type=int, default=0, metavar="N", help=add.help("seed"))
    parser.add_argument("--out", metavar="FILE", help=add.help("bench_out"))


def _queue_commands(add: _Adder) -> None:
    for name in ("stop", "show", "delete", "restore"):
        parser = add.command(name, f"queue:{name}")
        parser.add_argument("run", metavar="RUN", help=add.help("run"))
        if name == "show":
            parser.add_argument("--yaml", action="store_true", help=add.help("yaml"))
    parser = add.command("runs", "queue:runs")
    parser.add_argument("--limit", type=int, default=50, metavar="N", help=add.help("limit"))
    parser.add_argument("--state", action="append", default=[], metavar="STATE", help=add.help("runs_state"))
    for name in ("dataset", "architecture", "search"):
        parser.add_argument(f"--{name}", metavar=name.upper(), help=add.help(f"runs_{name}"))
    parser.add_argument("--sort", default="created", metavar="BY", help=add.help("runs_sort"))
    parser.add_argument("--ascending", action="store_true", help=add.help("runs_ascending"))
    parser.add_argument("--tag", action="append", default=[], metavar="NAME[=VALUE]", help=add.help("runs_tag"))
    parser.add_argument("--elsewhere", action="store_true", help=add.help("runs_elsewhere"))
    parser = add.command("supervisor", "queue:supervisor")
    parser.add_argument("action", choices=("status", "start", "stop"), help=add.help("supervisor_action"))
    parser = add.command("mlflow", "queue:mlflow")
    parser.add_argument("action", choices=("start", "status", "stop"), help=add.help("mlflow_action"))
    add.command("ui", "queue:ui")


def _use_commands(add: _Adder) -> None:
    parser = add.command("predict", "use:predict")
    parser.add_argument("run", metavar="RUN", help=add.help("run"))
    parser.add_argument("files", nargs="+", metavar="FILE", help=add.help("predict_files"))
    parser.add_argument("--out", metavar="CSV", help=add.help("predict_out"))
    parser = add.command("compare", "compare:compare")
    parser.add_argument("runs", nargs="+", metavar="RUN", help=add.help("compare_runs"))
    parser.add_argument("--baseline", metavar="RUN", help=add.help("compare_baseline"))
    parser.add_argument("--by", metavar="SETTING", help=add.help("compare_by"))
    parser.add_argument("--cost", metavar="NAME", help=add.help("compare_cost"))
    parser.add_argument("--out", metavar="FILE", help=add.help("compare_out"))
    explain_command(add)
