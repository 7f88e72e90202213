"""One image at each strength of a corruption, and what the network says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnlab.i18n import formats
from cnnlab.ui import pictures
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.evaluation.robustness.measured import Robustness
    from cnnlab.evaluation.robustness.subject import Subject

_SIDE = 112
_OFFERED = 24


def draw(case: Case, subject: Subject, found: Robustness) -> None:
    from cnnlab.evaluation.robustness.corrupt import corrupt
    from cnnlab.evaluation.robustness.table import LEVELS
    from cnnlab.evaluation.robustness.words import title

    st.markdown(f"**{t('robustness_page.examples')}**")
    labels = {name: title(name, language()) for name in found.means()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.pills(
            t("robustness_page.corruption"),
            list(labels),
            default=next(iter(labels)),
            required=True,
            format_func=labels.__getitem__,
            key="robustness_example_of",
            wrap=True,
        ) or next(iter(labels))
        row = found.corruptions.index(str(name))
        order = _telling(found, row)
        place = st.number_input(
            t("robustness_page.image"), 1, len(order), 1, help=t("robustness_page.image_help"), width=130
        )
    at = order[int(place) - 1]
    pixels = subject.pixels(at, at + 1)
    with st.grid(LEVELS + 1, min_column_width=130, key="robustness_examples") as grid:
        for level in range(LEVELS + 1):
            changed = corrupt(pixels, str(name), level, places=subject.positions[at : at + 1], seed=subject.seed)
            said = int(found.clean[at]) if level == 0 else int(found.predicted[row, level - 1, at])
            sure = float(found.clean_confidence[at] if level == 0 else found.confidence[row, level - 1, at])
            with grid.cell():
                caption = t("robustness_page.level", level=level) if level else t("robustness_page.clean")
                picture = changed[0].permute(1, 2, 0).contiguous().numpy()
                pictures.draw(picture, alt=f"{labels[str(name)]}: {caption}", side=_SIDE, width=_SIDE)
                icon = ":material/check_circle:" if said == int(found.labels[at]) else ":material/cancel:"
                st.markdown(f"{icon} {case.name(said)} · {formats.percent(sure, language(), 0)}")
                st.caption(caption)
    file = case.judged.files[int(found.places[at])]
    truth = case.name(int(found.labels[at]))
    st.caption(t("robustness_page.example_of", file=plain(file), name=truth))


def _telling(found: Robustness, row: int) -> list[int]:
    """Places among the images: those first that are right while clean and lost at some strength, the latest of all."""
    right = found.right[row]
    clean = found.clean == found.labels
    lost = np.where(right.all(0), 0, 5 - np.argmin(right, axis=0))  # 5: at the first strength already
    score = np.where(clean & (lost > 0), 10 - np.abs(lost - 3), 0)
    return [int(place) for place in np.argsort(-score, kind="stable")[:_OFFERED]]
