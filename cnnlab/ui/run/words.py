"""What a run is doing, or how it ended, in words and as a share."""

from __future__ import annotations

import math
import time

from cnnlab import i18n
from cnnlab.i18n import formats
from cnnlab.jobs import overdue
from cnnlab.runs.journal import Journal, Progress
from cnnlab.runs.run import Run
from cnnlab.runs.states import RunState
from cnnlab.ui.language import language, t
from cnnlab.ui.text import capitalized, sentence

_AFTER_TRAINING_STEP = ("validating", "testing")
_NO_BATCHES = (*_AFTER_TRAINING_STEP, "saving", "explaining")


def share_done(progress: Progress | None) -> float | None:
    """How much of the planned epochs is done, in [0, 1]; of the data while they are prepared; ``None``: unknown."""
    if progress is None:
        return None
    within = progress.step / progress.steps if progress.steps else 0.0
    if not progress.epochs:
        return min(1.0, within) if progress.steps else None
    done = progress.epoch if progress.phase in _AFTER_TRAINING_STEP else progress.epoch - 1 + within
    return min(1.0, max(0.0, done / progress.epochs))


def progress_words(run: Run) -> str:
    """``Epoch 13 of 30 · batch 41 of 75 · 1 min 12 s left``"""
    progress = run.progress
    if progress is None:
        return t("run.starting")
    if not progress.epochs:
        return _preparing(progress)
    words = [t("run.progress.epoch", epoch=progress.epoch, epochs=progress.epochs)]
    if progress.phase in _NO_BATCHES:
        words.append(t(f"phase.{progress.phase}"))
    else:
        words.append(t("run.progress.batch", step=progress.step, steps=progress.steps))
    if progress.seconds_left is not None:
        # early stopping may end it sooner, never later
        key = "run.progress.left_at_most" if run.patience else "run.progress.left"
        words.append(t(key, duration=formats.duration(progress.seconds_left)))
    return " · ".join(words)


def waiting_words(run: Run) -> str:
    """``2 of 5 epochs without improvement · best so far: epoch 7``; empty before the first epoch."""
    if not run.epochs or run.best_epoch is None:
        return ""
    best = t("run.progress.best", best=run.best_epoch)
    if not run.patience:
        return capitalized(best)
    return f"{t('run.progress.waited', waited=run.waited_epochs, count=run.patience)} · {best}"


def _preparing(progress: Progress) -> str:
    keys = (progress.key, "phase.preparing")
    phase = capitalized(t(next(key for key in keys if i18n.has(key))))
    if not progress.steps:
        return phase
    whole = {"step": formats.whole(progress.step, language()), "steps": formats.whole(progress.steps, language())}
    return f"{phase} · {t('run.progress.done_of', **whole)}"


def is_stopping(run: Run) -> bool:
    return run.can_stop and run.folder is not None and Journal(run.folder).stop_requested()


def stopping_words(run: Run) -> str:
    """That it stops, and when it is made to, unless it is heard of before."""
    at = None if run.folder is None else overdue.forced_at(Journal(run.folder), Journal(run.folder).status())
    if at is None:
        return t("run.stopping")
    left = max(0, math.ceil(at - time.time()))
    return t("run.stopping_until", seconds=formats.whole(left, language())) if left else t("run.stopping_by_force")


def queue_words(run: Run, queued: list[Run]) -> str:
    """The place of ``run`` among those that wait."""
    before = sum(other.created < run.created for other in queued if other.run_id != run.run_id)
    return t("run.place", count=before) if before else t("run.place_next")


def ending_words(run: Run) -> str:
    """How a run ended and what to do next. A failed one says its reason and its cure."""
    if run.reason is not None:
        return sentence(run.reason)
    if not run.by_cnnlab:
        return t("run.others_ended", state=t(f"state.{run.state.value}"))
    if run.state is RunState.FAILED:
        return t("run.failed_unexplained")
    if run.state is RunState.LOST:
        return t("run.lost_unexplained")
    if run.state is RunState.STOPPED:
        if run.started is None:
            return t("run.ended_user_queued")
        return t("run.ended_user", epochs=run.done_epochs, planned=run.planned_epochs or formats.UNKNOWN)
    best = run.best_epoch or formats.UNKNOWN
    if run.stop_reason == "early_stopping":
        return t("run.ended_early", epochs=run.done_epochs, patience=run.patience, best=best)
    return t("run.ended_completed", best=best)
