"""One page of HTML about explanations that needs nothing else to be read: pictures inside it, no script, no font.

Whatever people typed, names of classes, files and runs, is escaped.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from cnnlab.errors import LabError
from cnnlab.evaluation.reading.words import sentences
from cnnlab.explain import words
from cnnlab.explain.display import Display, Scale
from cnnlab.explain.render import Picture, png, scale_bar
from cnnlab.explain.several import Asked, Row
from cnnlab.i18n import formats, translate
from cnnlab.registry import registry

if TYPE_CHECKING:
    from cnnlab.explain.sheet import Panel, Strip

_TOP = 5
_SIDE = 224
_STYLE = """
:root { color-scheme: light dark; --line: #dee1ea; --soft: #5c6478; --good: #177a4a; }
@media (prefers-color-scheme: dark) { :root { --line: #2a3140; --soft: #a3acbf; --good: #66cf9a; } }
body { font: 15px/1.5 "IBM Plex Sans", system-ui, sans-serif; margin: 2rem auto; max-width: 1200px; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 0; }
p.soft, figcaption, caption { color: var(--soft); font-size: 0.9rem; }
.strip { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); }
figure { border: 1px solid var(--line); border-radius: 8px; margin: 0; padding: 0.75rem; }
figure img { image-rendering: pixelated; width: 100%; }
.bar { height: 8px; margin-top: 0.25rem; width: 100%; } .ends { display: flex; justify-content: space-between; }
table { border-collapse: collapse; margin: 1rem 0; } caption { text-align: left; }
th, td { border: 1px solid var(--line); padding: 0.25rem 0.6rem; text-align: left; vertical-align: top; }
td.number { font-variant-numeric: tabular-nums; text-align: right; }
pre { border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; padding: 0.75rem; white-space: pre-wrap; }
.wide { overflow-x: auto; }
"""


@dataclass(frozen=True)
class Table:
    """Numbers that belong to the maps, such as their scores: cells are written already."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


def html_report(
    made: Sequence[Strip],
    asked: Asked,
    display: Display,
    language: str,
    *,
    command: str = "",
    tables: Sequence[Table] = (),
) -> str:
    """The whole document. ``command``: what makes the same again; "" where no command can (an upload)."""

    def t(key: str, **params: str) -> str:
        return escape(translate(f"explanation.report.{key}", language, **params))

    drawn = words.display_words(display, language, difference=asked.difference)
    body = [
        f"<h1>{t('title')}</h1>",
        f"<p class='soft'>{t('about')} {escape(drawn)}</p>",
        *(_strip(strip, asked, language) for strip in made),
        *(_table(table) for table in tables),
        _methods(asked, language),
    ]
    if command:
        body.append(f"<h2>{t('again')}</h2><pre>{escape(command)}</pre>")
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>{t('title')}</title>"
    start = f"<!doctype html><html lang='{language}'><head>{head}<style>{_STYLE}</style></head>"
    return f"{start}<body>{''.join(body)}</body></html>\n"


def _strip(strip: Strip, asked: Asked, language: str) -> str:
    """One image by one network: what the network says, and its maps beside it."""
    names = strip.source.class_names
    subject = strip.row.subject
    heading = list(dict.fromkeys((words.image_title(subject, language), subject.name, strip.source.name)))
    figures = [
        f"<figure><h3>{escape(translate('explanation.report.image', language))}</h3>"
        f"{_image(strip.picture, subject.name)}"
        f"<figcaption>{escape(words.verdict(strip.row, names, language))}</figcaption>"
        f"{_probabilities(strip.row, names, language)}</figure>"
    ]
    titles = words.column_titles(asked, names, language) if len(strip.panels) > 1 else [""]
    figures += [
        _panel(panel, title or words.method_title(panel.cell.method, language), names, language)
        for panel, title in zip(strip.panels, titles, strict=True)
    ]
    title = " · ".join(escape(part) for part in heading if part)
    kept = escape(" ".join(sentences(strip.source.reading, names, language)))
    said = f"<p class='soft'>{kept}</p>" if kept else ""
    return f"<h2>{title}</h2>{said}<div class='strip'>{''.join(figures)}</div>"


def _probabilities(row: Row, names: Sequence[str], language: str) -> str:
    lines = [
        f"<tr><td>{escape(names[place])}</td><td class='number'>"
        f"{escape(formats.percent(row.probabilities[place], language))}</td></tr>"
        for place in row.ranked[:_TOP]
    ]
    return f"<table>{''.join(lines)}</table>"


def _panel(panel: Panel, title: str, names: Sequence[str], language: str) -> str:
    if panel.picture is None or panel.scale is None:
        said = " ".join(problem.sentence(language) for problem in panel.cell.problems)
        empty = said or translate("explanation.report.not_computed", language)
        return f"<figure><h3>{escape(title)}</h3><p class='soft'>{escape(empty)}</p></figure>"
    line = words.cell_line(panel.cell, names, language)
    return (
        f"<figure><h3>{escape(title)}</h3>{_image(panel.picture, f'{title}: {line}')}"
        f"{_bar(panel.scale, language)}<figcaption>{escape(line)}</figcaption></figure>"
    )


def _bar(scale: Scale, language: str) -> str:
    bar = base64.b64encode(png(scale_bar(signed=scale.diverging, colours=scale.colours))).decode()
    low, high = words.scale_ends(scale, language)
    ends = f"<div class='ends'><small>{low}</small><small>{high}</small></div>"
    return f"<img class='bar' alt='{low} … {high}' src='data:image/png;base64,{bar}'>{ends}"


def _image(picture: Picture, alt: str) -> str:
    """Enlarged by a whole factor: not every reader knows how to keep pixels square."""
    factor = max(1, -(-_SIDE // min(picture.shape[:2])))
    content = base64.b64encode(png(picture.repeat(factor, axis=0).repeat(factor, axis=1))).decode()
    return f"<img alt='{escape(alt, quote=True)}' src='data:image/png;base64,{content}'>"


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.header)
    rows = "".join(
        f"<tr><th>{escape(row[0])}</th>{''.join(f'<td class=number>{escape(cell)}</td>' for cell in row[1:])}</tr>"
        for row in table.rows
    )
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    return f"<h2>{escape(table.title)}</h2><div class='wide'><table>{caption}<tr>{head}</tr>{rows}</table></div>"


def _methods(asked: Asked, language: str) -> str:
    """Each method with its paper, its options as they were set, and what it does not show."""
    headers = [translate(f"explanation.report.{name}", language) for name in ("method", "options", "limits", "paper")]
    rows = []
    for method in asked.methods:
        entry = registry("explainer")[method]
        given = asked.options.get(method, {})
        options = "; ".join(
            f"{option.label[language]}: {given.get(name, option.default)}" for name, option in entry.options.items()
        )
        cells = [
            entry.text("title", language),
            options or "–",
            entry.text("limits", language),
            str(entry.facts["paper"]),
        ]
        rows.append(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>")
    head = "".join(f"<th>{escape(cell)}</th>" for cell in headers)
    title = escape(translate("explanation.report.methods", language))
    return f"<h2>{title}</h2><div class='wide'><table><tr>{head}</tr>{''.join(rows)}</table></div>"


def only_with_maps(made: Sequence[Strip]) -> None:
    """Raises ``LabError`` ("nothing_explained") where no cell has a map; its problems, where all failed."""
    if any(panel.cell.explanation for strip in made for panel in strip.panels):
        return
    problems = [problem for strip in made for panel in strip.panels for problem in panel.cell.problems]
    if problems:
        raise LabError.from_problems(tuple(problems[:1]))
    raise LabError("nothing_explained", field="--method")
