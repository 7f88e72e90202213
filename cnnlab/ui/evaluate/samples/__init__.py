"""Samples that stand out: duplicates, outliers, labels that may be wrong."""

from __future__ import annotations

from cnnlab.ui import linked
from cnnlab.ui.edge import edge
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.evaluate.samples import duplicates, outliers, suspects
from cnnlab.ui.language import t

_PARTS = {"duplicates": duplicates.draw, "outliers": outliers.draw, "suspects": suspects.draw}
_PART = "samples_part"


def draw(case: Case) -> None:
    part = linked.one_of(
        "part",
        list(_PARTS),
        t("samples_page.parts"),
        lambda name: t(f"samples_page.part.{name}"),
        key=_PART,
        label_visibility="collapsed",
    )
    with edge():
        _PARTS[part](case)
