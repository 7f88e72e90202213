"""How far work in the background is, in words."""

from __future__ import annotations

from cnnlab.i18n import formats
from cnnlab.ui.background import Work
from cnnlab.ui.language import language, t


def words(work: Work) -> str:
    """``Importing the images · 120 of 2 000 · 9 s left``"""
    if not work.phase:
        return t("data_page.beginning")
    parts = [t(work.phase)]
    if work.total > 1:
        write = formats.size if work.phase == "progress.downloading" else formats.whole
        shown = {"step": write(work.done, language()), "steps": write(work.total, language())}
        parts.append(t("run.progress.done_of", **shown))
    if (left := work.seconds_left) is not None:
        parts.append(t("run.progress.left", duration=formats.duration(left)))
    return " · ".join(parts)
