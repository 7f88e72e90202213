"""How commands are told what images are grouped by: ``--by``, ``--pattern``, ``--csv``, one of them at most."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.errors import LabError

if TYPE_CHECKING:
    from cnnlab.cli.arguments import _Adder
    from cnnlab.data.store import Prepared
    from cnnlab.evaluation.groups.grouping import Grouping


def add_grouping(parser: argparse.ArgumentParser, add: _Adder) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--by", metavar="COLUMN", help=add.help("groups_by"))
    source.add_argument("--pattern", metavar="REGEX", help=add.help("groups_pattern"))
    source.add_argument("--csv", metavar="FILE", help=add.help("groups_csv"))


def is_chosen(arguments: argparse.Namespace) -> bool:
    return bool(arguments.by or arguments.pattern or arguments.csv)


def chosen(arguments: argparse.Namespace, prepared: Prepared) -> Grouping:
    """Raises ``LabError``: "groups_table_missing", and what the maker of the grouping raises."""
    from cnnlab.evaluation.groups import grouping

    if arguments.by:
        return grouping.of_column(prepared, arguments.by)
    files = prepared.manifest()["file"]
    if arguments.pattern:
        return grouping.of_pattern(files, arguments.pattern)
    path = Path(arguments.csv)
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null byte
        raise LabError("groups_table_missing", field="--csv", value=str(path)[:120]) from error
    return grouping.of_table(files, content, "--csv")
