"""What a dataset gives away before anything is trained on it: what stands out with its images, one grouping in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnlab.data.preview import Preview
from cnnlab.data.splits import PARTS
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.ui import groupings, pictures
from cnnlab.ui.evaluate import computing
from cnnlab.ui.language import language, t
from cnnlab.ui.text import distinct, plain

if TYPE_CHECKING:
    from cnnlab.evaluation.bias.dependence import Dependence
    from cnnlab.evaluation.bias.findings import Finding
    from cnnlab.evaluation.bias.report import Bias, Looked
    from cnnlab.evaluation.groups.grouping import Grouping

_IMAGES = 8  # behind a finding
_MOST_CELLS = 30  # rows or columns of a table of counts
_COLUMNS = ("source", "share", "interval", "chance", "p", "v")
_ICONS = ((0.5, ":material/error:"), (0.15, ":material/warning:"), (0.0, ":material/info:"))


def draw(found: Preview) -> None:
    from cnnlab.evaluation.bias.report import bias, kept_bias

    st.markdown(t("data_bias.words"))
    home = Home.current()
    seen = kept_bias(found.prepared, found.split, home)
    if seen is None:
        computing.draw(
            f"bias {found.prepared.folder.name} {found.split.fingerprint}",
            lambda progress: bias(found.prepared, found.split, home, progress=progress),
            label=t("data_bias.run"),
            key="bias",
        )
    else:
        _found(found, seen)
    _grouping(found, seen.findings if seen is not None else ())


def _found(found: Preview, seen: Bias) -> None:
    from cnnlab.evaluation.bias import words

    for number, one in enumerate(seen.findings):
        _finding(found, one, f"bias_{number}")
    for line in words.summary(seen, language()):
        st.caption(plain(line))
    with st.expander(t("data_bias.looked"), icon=":material/table_rows:", key="bias_looked"):
        _looked(seen.looked)


def _finding(found: Preview, one: Finding, key: str) -> None:
    """How bad, what, what to do, and its images."""
    from cnnlab.evaluation.bias import words

    icon = next(icon for least, icon in _ICONS if one.weight >= least)
    with st.container(border=True, key=key):
        st.markdown(f"{icon} {plain(words.sentence(one, language()))}")
        st.caption(plain(words.cure(one, language())))
        shown = list(one.places[:_IMAGES])
        if not shown:
            return
        with st.grid(_IMAGES, min_column_width=76) as grid:
            for place, picture in zip(shown, found.pixels(shown), strict=True):
                with grid.cell():
                    alt = t("data_page.sample", file=found.files[place], label=found.label(place))
                    pictures.draw(picture, alt=alt, caption=_short(found.label(place)))


def _short(name: str) -> str:
    return name if len(name) <= 14 else f"{name[:13]}…"


def _looked(rows: tuple[Looked, ...]) -> None:
    from cnnlab.evaluation.bias import words

    cells = [words.row(one, language()) for one in rows]
    columns = {t(f"bias.column.{name}"): [plain(row[k]) for row in cells] for k, name in enumerate(_COLUMNS)}
    st.table(columns, border="horizontal", hide_index=True)
    st.caption(t("bias.rule"))


def _grouping(found: Preview, told: tuple[Finding, ...]) -> None:
    """One grouping of the reader's choice: what it gives away, and its counts by class and by split.

    ``told``: what stands above already.
    """
    st.subheader(t("data_bias.one"), anchor=False)
    grouping = groupings.choose(groupings.offered_by(found.prepared), "bias", parameter="group")
    if grouping is None:
        return
    seen, by_class, by_split = _examined(
        found.split.fingerprint, grouping.name, grouping.codes.tobytes(), found, grouping
    )
    for one in seen.findings:
        if one not in told:
            _finding(found, one, f"bias_one_{one.kind}")
    if not seen.findings:
        st.markdown(t("data_bias.one_nothing"))
    _looked(seen.looked)
    st.markdown(f"**{t('data_bias.by_class')}**")
    _counts([plain(name) for name in found.class_names], [plain(name) for name in grouping.groups], by_class)
    st.markdown(f"**{t('data_bias.by_split')}**")
    _counts([plain(name) for name in grouping.groups], [t(f"data_page.part.{part}") for part in PARTS], by_split)


@st.cache_data(max_entries=20, show_spinner=False)
def _examined(
    split: str,  # noqa: ARG001  # with the next two: what the result depends on
    name: str,  # noqa: ARG001
    codes: bytes,  # noqa: ARG001
    _found: Preview,
    _grouping: Grouping,
) -> tuple[Bias, Dependence, Dependence]:
    from cnnlab.evaluation.bias import report

    with st.spinner(t("progress.bias")):
        alone = report.of_grouping_alone(_found.prepared, _found.split, _grouping)
        tables = report.by_class(_found.prepared, _found.split, _grouping), report.by_split(_found.split, _grouping)
        return alone, *tables


def _counts(rows: list[str], columns: list[str], found: Dependence) -> None:
    """Images, and in brackets how many there would be if the two had nothing to do with each other."""
    if max(len(rows), len(columns)) > _MOST_CELLS:
        st.caption(t("groups_page.joined_large", limit=_MOST_CELLS))
        return
    titles = distinct({"": t("data_bias.row"), **{str(place): name for place, name in enumerate(columns)}})
    shown: dict[str, list[str]] = {titles[""]: rows}
    for place in range(len(columns)):
        images, expected = found.table[:, place], np.rint(found.expected[:, place]).astype(int)
        cells = zip(images.tolist(), expected.tolist(), strict=True)
        shown[titles[str(place)]] = [
            f"{formats.whole(n, language())} ({formats.whole(e, language())})" for n, e in cells
        ]
    st.table(shown, border="horizontal", hide_index=True)
    st.caption(t("data_bias.counts"))
