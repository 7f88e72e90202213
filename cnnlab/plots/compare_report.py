"""A comparison as one page of HTML that needs nothing else to be read: pictures drawn inside it, no script, no font.

Whatever people typed, such as names of runs, is escaped and kept in its own direction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from cnnlab.evaluation import baseline
from cnnlab.evaluation.compared import Compared, axes, front, headline
from cnnlab.evaluation.compared_words import GROUP_COLUMNS, delta_words, energy_basis, front_words, group_rows
from cnnlab.evaluation.paired_words import between
from cnnlab.evaluation.paired_words import sentence as tested_words
from cnnlab.i18n import formats, translate
from cnnlab.plots import columns, tradeoff
from cnnlab.plots.cues import sample
from cnnlab.plots.export.file import PAPER, embedded
from cnnlab.plots.named.several import by_epoch, parallel_of
from cnnlab.plots.palette import Cue, cue
from cnnlab.runs import seeds, table_words
from cnnlab.runs.comparison import MISSING
from cnnlab.runs.seeds_words import sentences
from cnnlab.runs.table import Column

_STYLE = """
:root { color-scheme: light; --line: #dee1ea; --soft: #5c6478; }
body { background: #fff; color: #1b2030; font: 15px/1.5 "IBM Plex Sans", system-ui, sans-serif; margin: 2rem auto;
  max-width: 1100px; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin: 1.75rem 0 0.5rem; }
p { margin: 0.35rem 0; } .soft { color: var(--soft); font-size: 0.85rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; }
th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 0.75rem 0.3rem 0; text-align: left;
  vertical-align: top; }
td { font-variant-numeric: tabular-nums; } svg { height: auto; max-width: 100%; }
pre { border: 1px solid var(--line); border-radius: 8px; padding: 0.75rem; white-space: pre-wrap; }
"""
_MOST_TRADES = 4


@dataclass(frozen=True)
class Asked:
    """What the reader chose; each may be missing. ``slots``: the cue of each run, by its place as on the page."""

    baseline: int | None = None
    by: Column | None = None
    against: Column | None = None
    slots: Sequence[int] = ()
    command: str = ""


def html_report(found: Compared, names: Sequence[str], asked: Asked, language: str) -> str:
    """The whole document, in ``language``. ``names``: of the runs, no two alike."""
    return _Report(found, names, asked, language).document()


class _Report:
    def __init__(self, found: Compared, names: Sequence[str], asked: Asked, language: str) -> None:
        self.found, self.asked, self.language = found, asked, language
        self.names = [_said(name) for name in names]
        self.typed = list(names)
        self.slots = list(asked.slots or range(len(names)))
        self.cues: list[Cue] = [cue(slot, PAPER) for slot in self.slots]
        self.metric = headline(found.columns)

    def document(self) -> str:
        title = self.t("compare.report.title")
        parts = [self._verdict(), self._results(), self._baseline(), self._settings(), self._groups()]
        parts += [self._curves(), self._trades(), self._parallel()]
        if self.asked.command:
            parts.append(f"<h2>{self.t('compare.report.again')}</h2><pre>{escape(self.asked.command)}</pre>")
        meta = "<meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        start = f"<!doctype html><html lang='{self.language}'><head>{meta}<title>{title}</title>"
        return f"{start}<style>{_STYLE}</style></head><body><h1>{title}</h1>{''.join(parts)}</body></html>\n"

    def t(self, key: str, **params: str) -> str:
        """Texts of the catalogue; ``params`` are escaped already."""
        return translate(key, self.language, **params)

    def title(self, name: str) -> str:
        return escape(table_words.title(name, self.language))

    def inline(self, name: str) -> str:
        return escape(table_words.inline(name, self.language))

    def _verdict(self) -> str:
        found = self.found.verdict
        if found.best is None or found.second is None:
            return _paragraph(self.t(f"compare.verdict.{found.kind}"))
        said = translate(
            f"compare.verdict.{found.kind}",
            self.language,
            best=self.names[found.best],
            second=self.names[found.second],
            metric=self.inline(found.metric),
            difference=table_words.difference(found.metric, found.difference, self.language).lstrip("+±"),
            images=translate("compare.images", self.language, count=found.images) if found.images else "",
        )
        pair = between(self.found.pairs, found.best, found.second)
        tested = [tested_words(pair, self.names, self.language)] if pair else []
        over_seeds = sentences(seeds.groups(self.found.runs), self.names, self.language)
        return "".join(_paragraph(one) for one in [said, *tested, *over_seeds, self.t("compare.chance")])

    def _results(self) -> str:
        shown = [column for column in self.found.columns if column.kind != "setting"]
        body = [
            [self.title(column.name), *(self._value(column.name, value) for value in column.values)] for column in shown
        ]
        ids = [self.t("compare.report.run"), *(f"<code>{escape(run.run_id)}</code>" for run in self.found.runs)]
        basis = escape(energy_basis(self.found.runs, self.language))
        note = f"<p class='soft'>{basis}</p>" if basis else ""
        return f"<h2>{self.t('compare.report.results')}</h2>{_table(['', *self._heads()], [*body, ids])}{note}"

    def _heads(self) -> list[str]:
        return [f"{sample(look)} {name}" for look, name in zip(self.cues, self.names, strict=True)]

    def _value(self, name: str, value: object) -> str:
        return escape(table_words.shown(name, value, self.language))

    def _baseline(self) -> str:
        if self.asked.baseline is None:
            return ""
        found = baseline.deltas(self.found.columns, self.asked.baseline, self.found.pairs)
        cells = {(one.column, one.place): escape(delta_words(one, self.language)) for one in found}
        others = [place for place in range(len(self.names)) if place != self.asked.baseline]
        heads = [head for place, head in enumerate(self._heads()) if place in others]
        rows = [
            [self.title(name), *(cells.get((name, place), formats.UNKNOWN) for place in others)]
            for name in dict.fromkeys(one.column for one in found)
        ]
        said = _paragraph(self.t("compare.delta.said", name=self.names[self.asked.baseline]))
        note = f"<p class='soft'>{self.t('compare.delta.note')}</p>"
        return f"<h2>{self.t('compare.report.baseline')}</h2>{said}{_table(['', *heads], rows)}{note}"

    def _settings(self) -> str:
        rows = [row for row in self.found.settings if row.differs]
        if not rows:
            return f"<h2>{self.t('compare.report.settings')}</h2><p>{self.t('compare.report.none')}</p>"
        body = [
            [
                self.title(row.field),
                *(formats.UNKNOWN if v is MISSING else self._value(row.field, v) for v in row.values),
            ]
            for row in rows
        ]
        return f"<h2>{self.t('compare.report.settings')}</h2>{_table(['', *self._heads()], body)}"

    def _groups(self) -> str:
        by, metric = self.asked.by, self.metric
        if by is None or metric is None:
            return ""
        rows = group_rows(by, metric, self.language)
        heads = [self.t(f"compare.group.{name}") for name in GROUP_COLUMNS]
        said = self.t("compare.group.said", setting=self.title(by.name), metric=self.inline(metric.name))
        body = [[escape(cell) for cell in row] for row in rows]
        note = f"<p class='soft'>{self.t('compare.group.note')}</p>"
        return f"<h2>{self.t('compare.report.groups')}</h2>{_paragraph(said)}{_table(heads, body)}{note}"

    def _curves(self) -> str:
        keys = dict.fromkeys(key for run in self.found.runs for key in run.last if key.startswith("val_"))
        pictures = [
            self._picture(by_epoch(self.found.runs, key, self.typed, self.slots, self.language), key) for key in keys
        ]
        return f"<h2>{self.t('compare.report.curves')}</h2>{''.join(pictures)}" if pictures else ""

    def _picture(self, chart: Any, *axes: str) -> str:
        label = " / ".join(table_words.axis(name, self.language) for name in axes)
        return embedded(chart, self.language, label=label)

    def _trades(self) -> str:
        if self.metric is None:
            return ""
        costs = [column for column in axes(self.found.columns) if column.kind == "cost"][:_MOST_TRADES]
        chosen = [self.asked.against] if self.asked.against is not None else costs
        return "".join(self._trade(column, self.metric) for column in chosen if column is not None)

    def _trade(self, against: Column, result: Column) -> str:
        dots = columns.dots(against, result, self.typed, self.slots)
        if not dots:
            return ""
        titles = table_words.axis(against.name, self.language), table_words.axis(result.name, self.language)
        said = front_words(against, result, self.names, front(against, result), self.language)
        line, name = columns.front_ends(against, result), translate("compare.more.front", self.language)
        drawn = self._picture(tradeoff.scatter(dots, line, titles, name, PAPER), against.name, result.name)
        head = self.t("compare.report.trade", result=self.title(result.name), cost=self.inline(against.name))
        return f"<h2>{head}</h2>{drawn}{_paragraph(said)}"

    def _parallel(self) -> str:
        """The settings that differ against the result, where a line may say more than the table."""
        chart = parallel_of(self.found.columns, self.metric, self.typed, self.language)
        if chart is None or not chart["series"][0]["data"]:
            return ""
        title = self.t("figure.parallel")
        return f"<h2>{title}</h2>{embedded(chart, self.language, label=title)}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Of cells that are escaped already."""
    head = "".join(f"<th>{cell}</th>" for cell in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _paragraph(said: str) -> str:
    """What catalogues write in bold is bold here too."""
    bold = re.sub(r"[*]{2}(.+?)[*]{2}", r"<b>\1</b>", said.replace("< ", "&lt; "))
    return f"<p>{bold}</p>"


def _said(text: str) -> str:
    """What people typed: escaped, and of its own direction; an asterisk makes nothing bold."""
    return f"<bdi>{escape(text).replace('*', '&#42;')}</bdi>"
