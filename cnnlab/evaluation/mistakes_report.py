"""Cards as one page of HTML that needs nothing else to be read: pictures inside it, no script, no font.

Whatever people typed, names of classes, files and runs and notes, is escaped and kept in its own direction.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from cnnlab.evaluation import mistake_words as words
from cnnlab.evaluation.advice import Advice
from cnnlab.evaluation.close_up import CloseUp, Neighbour
from cnnlab.explain.render import Picture, png
from cnnlab.i18n import formats, translate
from cnnlab.registry import registry
from cnnlab.runs.reviews import Review

_SIDE = 160
_STYLE = """
:root { color-scheme: light dark; --line: #dee1ea; --soft: #5c6478; --bad: #c0312b; --good: #177a4a; }
@media (prefers-color-scheme: dark) {
  :root { --line: #2a3140; --soft: #a3acbf; --bad: #ff8a80; --good: #66cf9a; }
}
body { font: 15px/1.5 "IBM Plex Sans", system-ui, sans-serif; margin: 2rem auto; max-width: 1200px; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.05rem; margin: 0 0 0.5rem; }
h3 { font-size: 0.9rem; margin: 0.75rem 0 0.25rem; }
p { margin: 0.25rem 0; } p.soft, figcaption { color: var(--soft); font-size: 0.85rem; }
section { border: 1px solid var(--line); border-radius: 8px; margin: 1rem 0; overflow-wrap: anywhere; padding: 1rem; }
.strip { display: flex; flex-wrap: wrap; gap: 0.75rem; }
figure { margin: 0; width: 160px; } figure img { image-rendering: pixelated; width: 100%; }
.near figure { width: 96px; } .wrong { color: var(--bad); } .right { color: var(--good); }
blockquote { border-left: 3px solid var(--line); margin: 0.5rem 0; padding-left: 0.75rem; white-space: pre-wrap; }
pre { border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; padding: 0.75rem; white-space: pre-wrap; }
"""


@dataclass(frozen=True)
class Head:
    """What stands above the cards. ``found``: how many there are, of which ``shown`` follow."""

    run: str
    kind: str
    found: int
    shown: int
    advice: Sequence[Advice] = ()
    command: str = ""  # what makes the same page again


def html_report(
    head: Head, looked: Sequence[CloseUp], names: Sequence[str], reviews: Mapping[int, Review], language: str
) -> str:
    """The whole document, in ``language``."""
    title = f"{_t('mistakes.report.title', language)} · {_said(head.run)}"
    body = [f"<h1>{title}</h1>", f"<p>{_t(f'mistakes.about.{head.kind}', language)}</p>"]
    shown = {"shown": formats.whole(head.shown, language), "found": formats.whole(head.found, language)}
    body.append(f"<p class='soft'>{_t('mistakes.report.shown', language, **shown)}</p>")
    body += [f"<p>{words.advice_words(advice, names, language, _said)}</p>" for advice in head.advice]
    if looked:
        method = registry("explainer")[looked[0].method]
        named = {"method": escape(method.text("title", language)), "limits": escape(method.text("limits", language))}
        reads = "signed" if any(one.scale is not None and one.scale.diverging for one in looked) else "unsigned"
        read = _t(f"mistakes.read.{reads}", language)
        body.append(f"<p class='soft'>{translate('mistakes.report.maps', language, **named)} {read}</p>")
    body += [_card(one, names, reviews.get(one.card.index, Review()), language) for one in looked]
    if head.command:
        body.append(f"<h2>{_t('mistakes.report.again', language)}</h2><pre>{escape(head.command)}</pre>")
    meta = "<meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    start = f"<!doctype html><html lang='{language}'><head>{meta}<title>{_t('mistakes.report.title', language)}</title>"
    return f"{start}<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"


def _card(looked: CloseUp, names: Sequence[str], review: Review, language: str) -> str:
    card = looked.card
    index = formats.whole(card.index, language)
    mark = "right" if card.right else "wrong"
    said = [f"{escape(role)}: {name} {escape(share)}" for role, name, share in words.rows(card, names, language, _said)]
    parts = [
        f"<h2>{_t('mistakes.image', language, index=index)} · {_said(card.file)} · "
        f"<span class='{mark}'>{_t(f'mistakes.{mark}', language)}</span></h2>",
        f"<p>{'; '.join(said)}</p>",
    ]
    if card.control_of is not None:
        of = formats.whole(card.control_of, language)
        parts.append(f"<p class='soft'>{_t('mistakes.control_of', language, index=of)}</p>")
    if why := words.suspicion(card, names, language, _said):
        parts.append(f"<p>{why}</p>")
    parts.append(_strip(looked, names, language))
    parts += [f"<p class='soft'>{escape(problem.sentence(language))}</p>" for problem in looked.problems]
    near = [_near(number, found, names, language) for number, found in looked.neighbours.items()]
    parts.append(f"<div class='strip'>{''.join(near)}</div>")
    if not review.is_empty:
        parts.append(f"<h3>{_t('mistakes.review', language)}: {escape(words.state(review.state, language))}</h3>")
        parts.append(f"<blockquote>{_said(review.note)}</blockquote>" if review.note else "")
    return f"<section>{''.join(parts)}</section>"


def _strip(looked: CloseUp, names: Sequence[str], language: str) -> str:
    """The image, and its maps on one scale beside it."""
    figures = [_figure(looked.picture, looked.card.file, _t("mistakes.input", language))]
    for one in looked.maps:
        name, role = names[one.target], words.role_of(looked.card, one.target, language)
        said = f"{_t('mistakes.map_for', language)} {_said(name)} ({escape(role)})"
        figures.append(_figure(one.picture, f"{looked.method} {name}", said))
    return f"<div class='strip'>{''.join(figures)}</div>"


def _near(number: int, near: Sequence[Neighbour], names: Sequence[str], language: str) -> str:
    figures = [
        _figure(one.picture, one.file, f"{_said(one.file)}, {formats.number(one.cosine, 2, language)}") for one in near
    ]
    title = translate("mistakes.nearest", language, label=_said(names[number]))
    return f"<div><h3>{title}</h3><div class='strip near'>{''.join(figures)}</div></div>"


def _figure(picture: Picture, alt: str, caption: str) -> str:
    """Enlarged by a whole factor: not every reader knows how to keep pixels square. ``caption`` is escaped already."""
    factor = max(1, -(-_SIDE // min(picture.shape[:2])))
    content = base64.b64encode(png(picture.repeat(factor, axis=0).repeat(factor, axis=1))).decode()
    image = f"<img alt='{escape(alt, quote=True)}' src='data:image/png;base64,{content}'>"
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


def _said(text: str) -> str:
    """What people typed: escaped, and of its own direction, so that it turns nothing around it."""
    return f"<bdi>{escape(text)}</bdi>"


def _t(key: str, language: str, **params: str) -> str:
    return escape(translate(key, language, **params))
