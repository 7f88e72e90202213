"""The other half of the check: the same network on shuffled labels, trained on request."""

from __future__ import annotations

import streamlit as st

from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.jobs.submit import submit
from cnnlab.runs.journal import Journal
from cnnlab.runs.run import Run
from cnnlab.ui import background, trained
from cnnlab.ui.data import progress
from cnnlab.ui.edge import safely
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import RUN_PAGE
from cnnlab.ui.polling import while_there
from cnnlab.ui.sanity import check, results
from cnnlab.ui.sanity.check import Asked
from cnnlab.ui.text import plain, sentence

_POLL_SECONDS = 2.0


def draw(asked: Asked) -> None:
    from cnnlab.explain.sanity import labels as sanity_labels

    st.subheader(t("sanity_page.labels.title"), anchor=False)
    st.caption(t("sanity_page.labels.caption"))
    other = sanity_labels.shuffled_run(asked.run.run_id, Home.current())
    if other is None:
        _offer(asked)
    elif not other.state.is_final:
        _training(other)
    elif other.best_record is None:
        st.markdown(t("sanity_page.labels.came_to_nothing", name=plain(other.name)))
        _link(other)
        _offer(asked)
    else:
        _compared(asked, other)


def _offer(asked: Asked) -> None:
    # a callback: a click counts also where the next one comes before the page has been drawn
    st.button(
        t("sanity_page.labels.train"),
        icon=":material/shuffle:",
        key="sanity_train_labels",
        on_click=safely(_submit),
        args=(asked.run.run_id,),
    )


def _submit(run_id: str) -> None:
    from cnnlab.explain.sanity.labels import shuffled_experiment

    home = Home.current()
    submit(shuffled_experiment(Journal.open(home, run_id).experiment()), home, parent=run_id)


def _training(other: Run) -> None:
    def unchanged() -> Run | None:
        from cnnlab.runs.view import view

        now = view(Home.current(), other.run_id)
        return None if now.state.is_final else now

    while_there(unchanged, _epoch, seconds=_POLL_SECONDS)
    _link(other)


def _epoch(run: Run) -> None:
    words = {"name": plain(run.name), "epoch": run.done_epochs, "epochs": run.planned_epochs or 0}
    st.markdown(t("sanity_page.labels.training", **words))


def _compared(asked: Asked, other: Run) -> None:
    from cnnlab.explain.sanity.labels import MEMORISED, partner

    accuracy = (other.best_record or {}).get("train_accuracy")
    share = {"accuracy": formats.percent(accuracy, language()), "least": formats.percent(MEMORISED, language(), 0)}
    learned = accuracy is not None and accuracy >= MEMORISED
    st.markdown(t(f"sanity_page.labels.{'learned' if learned else 'not_learned'}", **share))
    _link(other)
    found = {each.method: each for each in asked.known_labels(other)}
    name = f"labels {asked.work_name} {other.run_id}"
    if len(found) < len(asked.methods):
        model, home = trained.model_of(other), Home.current()
        partner(asked.run.run_id, other.run_id, home)  # says what does not fit before anything is computed
        checked, methods = asked.checked, asked.methods
        st.button(
            t("sanity_page.labels.compare"),
            icon=":material/compare:",
            key="sanity_compare_labels",
            on_click=safely(check.begin),
            args=(name, lambda tell: checked.compare_labels(methods, model, accuracy, tell)),
        )
    if background.going(name):
        while_there(lambda: background.going(name), _working, seconds=0.7)
    work = background.find(name)
    for problem in work.problems if work is not None and work.ended else ():
        st.error(sentence(problem), icon=":material/error:")
    if not found:
        return
    with st.grid(min(4, len(found)), min_column_width=200, border=True) as grid:
        for each in found.values():
            with grid.cell():
                st.markdown(f"**{results.title(each.method)}**")
                results.badge(each.verdict)
                st.caption(t("sanity_page.labels.similarity", interval=results.interval(each.verdict)))


def _working(work: background.Work) -> None:
    st.markdown(f":material/hourglass_top: {progress.words(work)}")


def _link(run: Run) -> None:
    st.page_link(
        RUN_PAGE,
        label=t("sanity_page.labels.open", name=plain(run.name)),
        icon=":material/arrow_forward:",
        query_params={"run": run.run_id},
    )
