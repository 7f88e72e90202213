"""What the experiment will cost. It needs torch, so it is worked out beside the page, which never waits for it."""

from __future__ import annotations

import streamlit as st

from cnnlab import estimates
from cnnlab.estimates import Estimate
from cnnlab.experiment import Experiment
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.ui import background
from cnnlab.ui.language import language, t
from cnnlab.ui.polling import while_there
from cnnlab.ui.text import plain
from cnnlab.ui.train.form import Form

_POLL_SECONDS = 0.7
_BEGUN = "train_estimate"  # in the session: the work that it began last
_MOST_KEPT = 100
_LONGEST_NAME = 40


def draw(form: Form) -> None:
    """Numbers at once where they are known, else dashes until they are."""
    experiment = form.review.experiment
    if experiment is None or not form.review.ready:
        _table(None, experiment)
        st.caption(t("train.estimate.not_yet"))
        return
    known = _known(experiment)
    if known is not None:
        _table(known, experiment)
        st.caption(_basis(known))
        return
    name = _begun(experiment)
    while_there(lambda: background.going(name), lambda _: _waiting(), seconds=_POLL_SECONDS)


def _waiting() -> None:
    _table(None, None)
    st.caption(f":material/hourglass_top: {t('train.estimate.working')}")


def _begun(experiment: Experiment) -> str:
    """The name of the work to wait for: this estimate, or this session's last one while that still goes on.

    An experiment is estimated once, whoever asks: a classroom that opens the same form tries its steps once. And a
    session has one estimate at a time, however fast its settings change.
    """
    before = st.session_state.get(_BEGUN, "")
    if background.going(before):
        return str(before)
    home, name = Home.current(), _name(experiment)
    background.begin(name, lambda progress: estimates.estimate(experiment, home, progress=progress))
    st.session_state[_BEGUN] = name
    return name


def _known(experiment: Experiment) -> Estimate | None:
    """The estimate for what the form holds, if anybody has had it worked out."""
    kept, wanted = _kept(), estimates.key(experiment)
    work = background.find(_name(experiment))
    if work is not None and work.ended:
        background.forget(_name(experiment))
        kept[wanted] = work.result if work.result is not None else Estimate(0, 0, None, "none")
        while len(kept) > _MOST_KEPT:
            kept.pop(next(iter(kept)), None)
    return kept.get(wanted)


@st.cache_resource(show_spinner=False)
def _kept() -> dict[str, Estimate]:
    return {}


def _name(experiment: Experiment) -> str:
    return f"train estimate {estimates.key(experiment)}"


def _table(estimate: Estimate | None, experiment: Experiment | None) -> None:
    waiting = formats.UNKNOWN
    parameters = memory = epoch = whole = waiting
    if estimate is not None and estimate.parameters:
        parameters = formats.whole(estimate.parameters, language())
        memory = t("train.estimate.about", value=formats.size(estimate.memory_bytes, language()))
    if estimate is not None and experiment is not None and estimate.seconds_per_epoch is not None:
        epoch = t("train.estimate.about", value=_seconds(estimate.seconds_per_epoch))
        seconds = estimate.seconds_per_epoch * experiment.training.epochs
        key = "train.estimate.at_most" if experiment.training.early_stopping.patience else "train.estimate.about"
        whole = t(key, value=formats.duration(seconds))
    rows = {"parameters": parameters, "memory": memory, "epoch": epoch, "all": whole}
    columns = {"what": [t(f"train.estimate.{name}") for name in rows], "value": list(rows.values())}
    st.table(columns, border="horizontal", hide_header=True, hide_index=True)


def _seconds(seconds: float) -> str:
    """Tenths tell short epochs apart."""
    if seconds < 9.95:
        return f"{formats.number(max(seconds, 0.1), 1, language())}{formats.NBSP}s"
    return formats.duration(seconds)


def _basis(estimate: Estimate) -> str:
    if estimate.basis == "run":
        return t("train.estimate.basis_run", name=plain(_short(estimate.run_name or "")))
    return t(f"train.estimate.basis_{estimate.basis}")


def _short(name: str) -> str:
    """A name may have 255 characters, and the column is narrow."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
