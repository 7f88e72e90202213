"""Images that are there twice, side by side, and the test accuracy without those that were trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.ui import pictures
from cnnlab.ui.evaluate import computing
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.data.load import Dataset
    from cnnlab.evaluation.duplicates.find import Duplicates, Pair

_SHOWN = 8  # pairs a page
_WITHIN, _BETWEEN = "duplicates_within", "duplicates_between"


def draw(case: Case) -> None:
    from cnnlab.evaluation.duplicates.find import duplicates, kept_duplicates
    from cnnlab.evaluation.duplicates.without import without
    from cnnlab.evaluation.space import words

    st.caption(t("samples_page.about.duplicates"))
    within = st.toggle(
        t("samples_page.within"), key=_WITHIN, persist_state="session", help=t("samples_page.within_help")
    )
    home, journal, dataset = Home.current(), case.journal, case.dataset
    found = kept_duplicates(journal, dataset, home, within_training=within)
    if found is None:
        computing.draw(
            f"duplicates {case.stamp.rpartition('-')[0]} {within}",
            lambda progress: duplicates(journal, dataset, home, within_training=within, progress=progress),
            label=t("samples_page.find.duplicates"),
            key="duplicates",
            primary=True,
        )
        return
    if len(dataset.test):
        judged = case.judged if case.split == "test" else case.other("test").judged
        accuracy = without(judged, found.trained_on())
        for line in words.duplicate_words(found, accuracy, language()):
            st.markdown(line)
    pairs = _filtered(found)
    if not pairs:
        st.caption(t("samples_page.no_pairs"))
        return
    for pair in _page(pairs):
        _one(dataset, pair)


def _filtered(found: Duplicates) -> list[Pair]:
    counts: dict[str, int] = {}
    for pair in found.pairs:
        between = f"{pair.first[0]}-{pair.second[0]}"
        counts[between] = counts.get(between, 0) + 1
    if len(counts) < 2:
        return list(found.pairs)
    labels = {
        key: t(
            "samples_page.between",
            first=t(f"evaluate_page.split.{key.partition('-')[0]}"),
            second=t(f"evaluate_page.split.{key.partition('-')[2]}"),
            count=formats.whole(count, language()),
        )
        for key, count in counts.items()
    }
    chosen = st.pills(
        t("samples_page.betweens"),
        list(counts),
        format_func=labels.__getitem__,
        key=_BETWEEN,
        wrap=True,
        label_visibility="collapsed",
    )
    return found.only(chosen)


def _page(pairs: list[Pair]) -> list[Pair]:
    pages = -(-len(pairs) // _SHOWN)
    page = st.pagination(pages, key=f"duplicates_page_{len(pairs)}", persist_state="session") if pages > 1 else 1
    return pairs[(page - 1) * _SHOWN : page * _SHOWN]


def _one(dataset: Dataset, pair: Pair) -> None:
    from cnnlab.evaluation.evaluate import samples_of

    names = dataset.prepared.class_names
    with st.container(border=True, horizontal=True, vertical_alignment="top"):
        labels = []
        for split, place in (pair.first, pair.second):
            position = int(getattr(dataset.split, split)[place])
            file = dataset.files[position]
            pixels = samples_of(dataset, split).pick([place]).inputs[0].permute(1, 2, 0).numpy()
            where = t("samples_page.where", split=t(f"evaluate_page.split.{split}"), index=place)
            label = int(dataset.prepared.targets[position])
            labels.append(label)
            with st.container(width=165):
                pictures.draw(pixels, alt=f"{where}: {file}", width=pictures.SIDE)
                named = t("samples_page.class", name=plain(names[label])) if label >= 0 else t("space.unknown")
                st.markdown(f"{where}  \n{named}")
                st.caption(plain(file))
        with st.container(width="stretch"):
            st.markdown(f"**{t(f'samples.kind.{pair.kind}')}**, {t(f'samples.change.{pair.change}')}")
            figures = {"agreement": formats.number(pair.agreement, 3, language())}
            if pair.cosine == pair.cosine:  # not a number where features were not looked at
                figures["cosine"] = formats.number(pair.cosine, 3, language())
                st.caption(t("samples_page.figures", **figures))
            if labels[0] != labels[1]:
                st.markdown(f":material/warning: {t('samples_page.labels_differ')}")
