"""The command line: the same functions as the pages.

Logs go to stderr; ``--json`` prints one JSON object as the last line of stdout, of what was wrong too. Exit status:
0 for a run that FINISHED or STOPPED, 1 for FAILED or LOST and for what nobody foresaw, 2 for a bad argument, an
unknown name or a missing file, each said in one line with the field, the value and the cure. Nothing here imports
torch before a command needs it.
"""

from __future__ import annotations

import importlib
import sys
import time
import traceback
from collections.abc import Sequence

from cnnlab.cli.arguments import build_parser
from cnnlab.cli.output import Output
from cnnlab.errors import LabError, Problem
from cnnlab.failures import UNEXPECTED, explain_failure
from cnnlab.home import Home
from cnnlab.i18n import environment_language

FAILED, BAD_INPUT = 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    language = environment_language()
    parser = build_parser(language)
    arguments = parser.parse_args(_without_alias(sys.argv[1:] if argv is None else argv))
    output = Output(language, as_json=getattr(arguments, "json", False))
    home = Home.current()
    try:
        module, function = arguments.handler.split(":")
        command = getattr(importlib.import_module(f"cnnlab.cli.{module}"), function)
        status: int = command(arguments, home, output)
        return status
    except LabError as error:
        output.refused(error.problems)
        return BAD_INPUT
    except BrokenPipeError:  # `cnnlab runs | head` closes the pipe: that is its reader's right
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        output.say("cli.interrupted")
        return 130
    except Exception as error:
        return _failed(error, home, output)


def _failed(error: Exception, home: Home, output: Output) -> int:
    """A full disk, a folder that may not be written, too little memory; else the sentence for what nobody foresaw."""
    problem = explain_failure(error)
    if problem.code != UNEXPECTED:
        output.refused((problem,))
        return BAD_INPUT
    told = _kept(error, home)
    output.refused((Problem("command_unexpected", "", {**problem.params, "file": told or "–"}),))
    if told is None:  # the only place left for what we need to mend it
        traceback.print_exception(error)
    return FAILED


def _kept(error: Exception, home: Home) -> str | None:
    """The file that has the details; ``None`` where there is no place for one."""
    path = home.jobs / "commands.log"
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(time.strftime("%Y-%m-%d %H:%M:%S ") + "".join(traceback.format_exception(error)) + "\n")
    except OSError:
        return None
    return str(path)


def _without_alias(argv: Sequence[str]) -> list[str]:
    """``explain score RUN …`` is ``score RUN …``: no run is called "score"."""
    return list(argv[1:]) if list(argv[:2]) == ["explain", "score"] else list(argv)
