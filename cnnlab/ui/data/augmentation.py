"""What augmentation does to one sample: the very transforms that training draws, drawn several times."""

from __future__ import annotations

import streamlit as st

from cnnlab import draft_files, drafts
from cnnlab.data.preview import Preview, augmented
from cnnlab.experiment import Augmentation
from cnnlab.home import Home
from cnnlab.ui import pictures
from cnnlab.ui.language import t
from cnnlab.ui.navigation import TRAIN_PAGE
from cnnlab.ui.text import setting_name

_DRAWS = 8
# field -> (largest, step, start, format): mild enough to leave most images recognisable; shares are in per cent
_SLIDERS: dict[str, tuple[int, int, int, str]] = {
    "rotation": (180, 5, 15, "±%d°"),
    "scaling": (90, 5, 10, "±%d %%"),
    "translation": (90, 5, 10, "±%d %%"),
    "horizontal_flip": (100, 10, 0, "%d %%"),
    "vertical_flip": (100, 10, 0, "%d %%"),
    "brightness": (100, 5, 20, "±%d %%"),
    "contrast": (100, 5, 20, "±%d %%"),
    "crop": (16, 1, 0, "%d px"),
    "erasing": (100, 10, 0, "%d %%"),
}


def draw(found: Preview) -> None:
    st.markdown(t("data_page.augmentation_words"))
    left, right = st.columns([1, 2], gap="medium")
    with left:
        spec = _spec()
    with right:
        _draws(found, spec)


def _spec() -> Augmentation:
    values: dict[str, float | int] = {}
    for name, (largest, step, start, form) in _SLIDERS.items():
        label, key = setting_name(f"data.augmentation.{name}"), f"augment_{name}"
        chosen = st.slider(label, 0, largest, start, step, format=form, key=key, persist_state="session")
        values[name] = chosen / 100 if "%%" in form else chosen
    return Augmentation(**values)


def _train(found: Preview, spec: Augmentation) -> None:
    """Opens Train with this dataset varied like that."""
    values = {f"data.augmentation.{name}": value for name, value in spec.model_dump().items()}
    draft = drafts.Draft().changed({"data.dataset": found.info.name, **values})
    draft_id = draft_files.new_id()
    drafts.write(draft, draft_id, Home.current())
    st.switch_page(TRAIN_PAGE, query_params={"draft": draft_id})


def _draws(found: Preview, spec: Augmentation) -> None:
    key = f"augment_sample_{found.info.name}"
    place = st.session_state.setdefault(key, 0) % max(1, len(found.split.train))
    with st.container(horizontal=True):
        if st.button(t("data_page.other_sample"), icon=":material/casino:", key="augment_other"):
            st.session_state[key] = place + 1
            st.rerun()
        if st.button(t("data_import.train_augmented"), icon=":material/model_training:", key="augment_train"):
            _train(found, spec)
    index = int(found.split.train[place])
    (before,) = found.pixels([index])
    with st.spinner(t("data_page.drawing")):
        drawn = augmented(found, index, spec, draws=_DRAWS)
    with st.grid(3, min_column_width=96) as grid:
        with grid.cell():
            pictures.draw(before, alt=t("data_page.original"), caption=t("data_page.original"))
        for number, picture in enumerate(drawn, start=1):
            words = t("data_page.draw", number=number)
            with grid.cell():
                pictures.draw(picture, alt=words, caption=words)
