"""The command line: the same functions as the pages.

Logs go to stderr; ``--json`` prints one JSON object as the last line of stdout. Exit status: 0 for a run that
FINISHED or STOPPED, 1 for FAILED or LOST, 2 for a bad argument, an unknown name or a missing file, each said in
one line with the field, the value and the cure. Nothing here imports torch before a command needs it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from cnnlab.cli.arguments import build_parser
from cnnlab.cli.output import Output
from cnnlab.errors import LabError
from cnnlab.failures import explain_failure, is_disk_full
from cnnlab.home import Home
from cnnlab.i18n import environment_language

BAD_INPUT = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    language = environment_language()
    parser = build_parser(language)
    arguments = parser.parse_args(_without_alias(sys.argv[1:] if argv is None else argv))
    output = Output(language, as_json=getattr(arguments, "json", False))
    try:
        module, function = arguments.handler.split(":")
        command = getattr(importlib.import_module(f"cnnlab.cli.{module}"), function)
        status: int = command(arguments, Home.current(), output)
        return status
    except LabError as error:
        output.problems(error.problems)
        return BAD_INPUT
    except BrokenPipeError:  # `cnnlab runs | head` closes the pipe: that is its reader's right
        sys.stderr.close()
        return 0
    except OSError as error:
        if not is_disk_full(error):
            raise
        output.problems((explain_failure(error),))
        return BAD_INPUT
    except KeyboardInterrupt:
        output.say("cli.interrupted")
        return 130


def _without_alias(argv: Sequence[str]) -> list[str]:
    """``explain score RUN …`` is ``score RUN …``: no run is called "score"."""
    return list(argv[1:]) if list(argv[:2]) == ["explain", "score"] else list(argv)
