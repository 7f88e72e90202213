"""Methods graded over a batch of test images: one image proves little. For the page Explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnlab.data.types import Progress
from cnnlab.evaluation.selection import PICKS
from cnnlab.registry import registry
from cnnlab.runs.run import Run
from cnnlab.ui import background, going, trained
from cnnlab.ui.explain import batch_table, methods
from cnnlab.ui.language import t
from cnnlab.ui.text import sentence

if TYPE_CHECKING:
    from cnnlab.explain.grading.scoring import Plan, Scored

IMAGES, MOST_IMAGES = 32, 200
_KEPT = "explain_batch_kept"  # in the session: by the name of the work, its last result; kept while a new one is made

Options = Mapping[str, Mapping[str, Any]]


def draw(run: Run, layer: str | None = None, options: Options | None = None) -> None:
    """What is graded, a button, how far it is, and the last table. ``layer``, ``options``: as they are set above."""
    st.markdown(t("explain_batch.about"))
    if not run.state.is_final:
        st.caption(t("explain_batch.still_training"))
        return
    name = background.own(f"score {run.run_id} {trained.stamp(run)}")
    plan = _choose(run, layer, options or {})
    work = background.find(name)
    if work is not None and work.ended and work.result is not None:
        st.session_state.setdefault(_KEPT, {})[name] = work.result
    if background.going(name):
        going.draw(name, t("explain_page.cancel"), key="explain_batch_end")
    else:
        _offer(name, run, plan, work)
    scored: Scored | None = st.session_state.get(_KEPT, {}).get(name)
    if scored is not None:
        batch_table.draw(scored, run.run_id, trained.model_of(run).card.outputs.class_names)


def _choose(run: Run, layer: str | None, options: Options) -> Plan | None:
    """What is to be graded; ``None`` while no method is chosen."""
    from cnnlab.explain.base import methods_for
    from cnnlab.explain.grading.scoring import Plan

    entries = registry("explainer")
    offered = methods_for(trained.model_of(run).network)
    instant = [name for name in offered if entries[name].facts["cost"] == "instant"]
    labels = {name: methods.label(name) for name in offered}
    chosen = st.pills(
        t("explain_batch.methods"),
        offered,
        selection_mode="multi",
        default=instant,
        format_func=labels.__getitem__,
        key=f"explain_batch_methods_{run.run_id}",
        help=t("explain_batch.methods_help"),
        wrap=True,
    )
    images, pick, seed = _which()
    if not chosen:
        return None
    looks = any(entries[name].facts["layers"] for name in chosen)
    return Plan(
        methods=tuple(name for name in offered if name in chosen),
        images=images,
        pick=pick,
        layer=layer if looks else None,
        options=_changed(chosen, options),
        seed=seed,
    )


def _which() -> tuple[int, str, int]:
    """How many images, of which kind, and the seed of what is drawn."""
    number = st.number_input
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words, key, note = t("explain_batch.images"), "explain_batch_images", t("explain_batch.images_help")
        images = number(words, 1, MOST_IMAGES, IMAGES, key=key, help=note, width=180)
        picks = {name: t(f"explain_page.picks.{name}") for name in PICKS}
        pick = st.selectbox(
            t("explain_batch.pick"), PICKS, format_func=picks.__getitem__, key="explain_batch_pick", width=240
        )
        words, key, note = t("explain_batch.seed"), "explain_batch_seed", t("explain_batch.seed_help")
        seed = number(words, 0, 2**31 - 1, 0, key=key, help=note, width=140)
    return int(images), pick or "any", int(seed)


def _changed(methods: list[str], options: Options) -> dict[str, dict[str, Any]]:
    """Of each method what is set to something else than its default."""
    changed = {}
    for name in methods:
        defaults = registry("explainer")[name].defaults()
        values = {key: value for key, value in options.get(name, {}).items() if value != defaults.get(key)}
        if values:
            changed[name] = values
    return changed


def _offer(name: str, run: Run, plan: Plan | None, work: background.Work | None) -> None:
    if work is not None and work.problems:
        st.error(" ".join(sentence(problem) for problem in work.problems), icon=":material/error:")
    elif work is not None and work.cancelled:
        st.caption(t("explain_batch.cancelled"))
    if st.button(t("explain_batch.start"), icon=":material/grading:", key="explain_batch", disabled=plan is None):
        assert plan is not None  # noqa: S101  # the button is off without one
        background.begin(name, _work(run, plan))
        st.rerun()
    if plan is None:
        st.caption(t("explain_batch.no_method"))


def _work(run: Run, plan: Plan) -> Any:
    """What a thread does: everything of the page is read before it begins."""
    model, dataset, columns = trained.model_of(run), trained.dataset_of(run), trained.predictions_of(run)

    def work(progress: Progress) -> Scored:
        from cnnlab.explain.grading.scoring import score_run

        return score_run(model, dataset, columns, plan, progress=progress)

    return work
