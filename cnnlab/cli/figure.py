"""``figure``: a figure of the pages as SVG or PNG, without a browser."""

from __future__ import annotations

import argparse
from pathlib import Path

from cnnlab.cli import files
from cnnlab.cli.output import Output
from cnnlab.home import Home
from cnnlab.runs.view import view


def figure(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """Writes one file; its title says what it is and of which runs."""
    from cnnlab.plots import named
    from cnnlab.plots.export import file

    files.check_ending(arguments.out or ".", file.ENDINGS)
    asked = named.Asked(
        home,
        arguments.runs,
        output.language,
        split=arguments.split,
        metric=arguments.metric,
        class_name=arguments.class_name,
        by=arguments.by,
        colour=arguments.colour or "true",
        rates=arguments.rates,
        images=arguments.images or None,
    )
    chart = named.chart(arguments.figure, asked)
    names = [view(home, run_id).name for run_id in dict.fromkeys(arguments.runs)]
    parts = [output.t(f"figure.{arguments.figure}"), ", ".join(names)[:100]]
    if arguments.split != "test" and arguments.figure not in named.OF_SEVERAL:
        parts.append(output.t(f"evaluate_page.split.{arguments.split}"))
    ending = Path(arguments.out).suffix[1:].lower()
    files.write(arguments.out, file.drawn(chart, ending, output.language, title=" · ".join(parts)))
    values = {"figure": arguments.figure, "runs": list(arguments.runs), "out": arguments.out}
    output.result(values, output.t("cli.written", out=arguments.out))
    return 0
