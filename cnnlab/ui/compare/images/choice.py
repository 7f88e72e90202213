"""Which of the images are listed: an order, a class, and who has to be right or wrong on them."""

from __future__ import annotations

import streamlit as st

from cnnlab.ui import linked
from cnnlab.ui.compare.images.case import Case
from cnnlab.ui.language import t
from cnnlab.ui.text import distinct, plain

_ORDER = "compare_images_order"


def places(case: Case) -> list[int]:
    """Of the test split, in the chosen order."""
    from cnnlab.evaluation.disagreements.orders import Filter, found

    order = _order()
    classes = dict(enumerate(case.panel.names))
    labels = distinct({str(number): plain(name) for number, name in classes.items()})
    runs = distinct({str(place): plain(name) for place, name in enumerate(case.names)})
    with st.grid(3, min_column_width=190) as grid:
        with grid.cell():
            label = st.selectbox(
                t("compare_images.class"),
                list(labels),
                index=None,
                format_func=labels.__getitem__,
                placeholder=t("compare_images.all_classes"),
                key=_key(case, "class"),
            )
        picked = []
        for name in ("right", "wrong"):
            with grid.cell():
                picked.append(_who(case, name, runs))
    right, wrong = picked
    number = None if label is None else int(label)
    return found(case.panel, order, Filter(number, right, tuple(place for place in wrong if place not in right)))


def _order() -> str:
    from cnnlab.evaluation.disagreements.orders import ORDERS

    order = linked.one_of(
        "order",
        ORDERS,
        t("compare_images.order.label"),
        lambda name: t(f"compare_images.order.{name}"),
        key=_ORDER,
        wrap=True,
    )
    st.caption(t(f"compare_images.order_about.{order}"))
    return order


def _who(case: Case, name: str, runs: dict[str, str]) -> tuple[int, ...]:
    chosen = st.multiselect(
        t(f"compare_images.{name}"),
        list(runs),
        format_func=runs.__getitem__,
        placeholder=t("compare_images.anyone"),
        key=_key(case, name),
    )
    return tuple(int(place) for place in chosen)


def _key(case: Case, name: str) -> str:
    """Other runs are another choice."""
    return f"compare_images_{name}_{hash(tuple(run.run_id for run in case.runs))}"
