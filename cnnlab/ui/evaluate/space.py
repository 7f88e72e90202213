"""The split in the network's feature space: choices, the chart, what it means, the images that are chosen in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.ui import address, figures, groupings, linked
from cnnlab.ui.evaluate import computing, gallery
from cnnlab.ui.evaluate.case import Case
from cnnlab.ui.language import language, t
from cnnlab.ui.text import plain

if TYPE_CHECKING:
    from cnnlab.evaluation.groups.grouping import Grouping
    from cnnlab.evaluation.space.space import Asked, Space
    from cnnlab.plots.palette import Palette

_METHOD, _SOLID, _COLOUR = "space_method", "space_solid", "space_colouring"
_SAMPLES, _SEED = "space_samples", "space_seed"
_GROUP = "group"
_CLASSES_SAID = 8


def draw(case: Case) -> None:
    from cnnlab.evaluation.space import words
    from cnnlab.evaluation.space.space import kept_space, space

    st.caption(t("space_page.caption"))
    asked = _choose(case)
    home, journal, dataset = Home.current(), case.journal, case.dataset
    found = kept_space(journal, dataset, home, asked)
    if found is None:
        computing.draw(
            f"space {case.stamp} {asked}",
            lambda progress: space(journal, dataset, home, asked, progress=progress),
            label=t("space_page.draw"),
            key="space",
            primary=True,
        )
        return
    st.markdown(words.separation_words(found.separation, language()))
    chosen = _chart(case, asked, found)
    for line in words.space_words(found, asked, language())[:2]:
        st.caption(line)
    _selected(case, asked, chosen)
    _classes(case, found)


def _choose(case: Case) -> Asked:
    from cnnlab.evaluation.space.projection import offered
    from cnnlab.evaluation.space.space import MOST_SAMPLES, SAMPLES, Asked

    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = _method(offered())
        samples = st.number_input(
            t("space_page.samples"),
            5,
            MOST_SAMPLES,
            SAMPLES,
            step=500,
            key=_SAMPLES,
            persist_state="session",
            help=t("space_page.samples_help"),
            width=150,
        )
        seed = st.number_input(
            t("space_page.seed"),
            0,
            2**31 - 1,
            0,
            key=_SEED,
            persist_state="session",
            help=t("space_page.seed_help"),
            width=130,
        )
        solid = method == "pca" and st.toggle(
            t("space_page.solid"), key=_SOLID, persist_state="session", help=t("space_page.solid_help")
        )
    return Asked(case.split, method, 3 if solid else 2, int(samples), int(seed))


def _method(methods: Sequence[str]) -> str:
    from cnnlab.evaluation.space.projection import METHODS

    address.rename("method", "projection", methods.__contains__)
    return linked.one_of(
        "projection",
        methods,
        t("space_page.method"),
        lambda name: t(f"space.method.{name}"),
        key=_METHOD,
        help=t("space_page.umap_help") if len(methods) < len(METHODS) else None,
    )


def _chart(case: Case, asked: Asked, found: Space) -> list[int]:
    """The places in the split that are chosen in the chart."""
    from cnnlab.plots import space as plots

    spoken, colouring = language(), _colouring((*plots.COLOURINGS, _GROUP))
    grouping, codes = _grouped(case) if colouring == _GROUP else (None, None)
    titles, hover = plots.axes(found.explained, asked.dimensions, spoken), _hover(case, found.places)

    def made(colours: Palette) -> Any:
        if grouping is not None and codes is not None:
            series = plots.by_group(codes, grouping.groups, found.places, colours, spoken)
        else:
            by = colouring if colouring in plots.COLOURINGS else plots.COLOURINGS[0]
            series = plots.coloured(case.judged, found.places, by, colours, spoken)
        return plots.figure(found.points, found.places, series, colours, spoken, titles=titles, hover=hover)

    method = t(f"space.method.{asked.method}")
    shown: dict[str, Any] = {
        "of": f"{case.title} · {method}",
        "config": {"displaylogo": False, "modeBarButtonsToRemove": ["toImage", "autoScale2d"]},
        "alt": t("space_page.alt", count=len(found.places), method=method),
    }
    if asked.dimensions == 3:
        figures.plotly(made, "space", **shown, key="space_chart_solid")
        return []
    event: Any = figures.plotly(
        made,
        "space",
        **shown,
        key=f"space_chart_{asked.split}_{asked.method}_{asked.samples}_{asked.seed}",
        on_select="rerun",
        selection_mode=("points", "box", "lasso"),
    )
    points = event["selection"]["points"] if event else []
    return sorted({int(np.ravel(point["customdata"])[0]) for point in points if "customdata" in point})


def _colouring(offered: Sequence[str]) -> str:
    return linked.one_of(
        "colours",
        offered,
        t("space_page.colours"),
        lambda name: t(f"space.colouring.{name}"),
        key=_COLOUR,
        label_visibility="collapsed",
    )


def _grouped(case: Case) -> tuple[Grouping | None, NDArray[np.int64] | None]:
    """The chosen grouping and the groups of the split's samples; ``None`` while none can be used."""
    dataset = case.dataset
    grouping = groupings.choose(groupings.offered_by(dataset.prepared), "space", parameter="colour_group")
    if grouping is None:
        return None, None
    return grouping, grouping.codes[np.asarray(getattr(dataset.split, case.split), dtype=np.int64)]


def _hover(case: Case, places: NDArray[np.int64]) -> list[str]:
    judged = case.judged
    said = []
    for place in places.tolist():
        label, share = int(judged.labels[place]), formats.percent(float(judged.confidence[place]), language())
        words = {"index": place, "said": judged.names[int(judged.predictions[place])], "share": share}
        if label < 0:
            said.append(t("space_page.point_unknown", **words))
        else:
            said.append(t("space_page.point", **words, true=judged.names[label]))
    return said


def _selected(case: Case, asked: Asked, chosen: list[int]) -> None:
    """The images of the chosen points, and their classes."""
    if asked.dimensions == 3:
        st.caption(t("space_page.turn"))
        return
    if not chosen:
        st.caption(t("space_page.select"))
        return
    st.subheader(t("space_page.chosen", count=formats.Counted(len(chosen), language())), anchor=False)
    labels = case.judged.labels[chosen]
    numbers, counts = np.unique(labels[labels >= 0], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    parts = [
        f"{case.name(int(numbers[k]))}: {formats.whole(int(counts[k]), language())}" for k in order[:_CLASSES_SAID]
    ]
    if len(order) > _CLASSES_SAID:
        parts.append("…")
    wrong = formats.Counted(int(case.judged.wrong[chosen].sum()), language())
    st.markdown(" · ".join([*parts, t("space_page.wrong", count=wrong)]))
    gallery.draw(case, chosen, key="space")


def _classes(case: Case, found: Space) -> None:
    """Which classes lie least apart."""
    worst = sorted(found.separation.by_class.items(), key=lambda item: item[1])[:_CLASSES_SAID]
    if not worst:
        return
    with st.expander(t("space_page.classes")):
        st.caption(t("space_page.silhouette_help"))
        st.table(
            {
                t("space_page.class"): [plain(case.judged.names[number]) for number, _ in worst],
                t("space_page.silhouette"): [formats.number(one, 2, language()) for _, one in worst],
            },
            border="horizontal",
            hide_index=True,
        )
