"""Step 1: which images, how they are prepared, split and varied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnlab.data import catalogue
from cnnlab.data.catalogue import DatasetInfo
from cnnlab.errors import LabError
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.models.shapes import Shape
from cnnlab.registry import registry
from cnnlab.ui import settings
from cnnlab.ui.language import language, t
from cnnlab.ui.navigation import DATA_PAGE
from cnnlab.ui.text import capitalized, plain, setting_name
from cnnlab.ui.train import fields, options
from cnnlab.ui.train.form import Form
from cnnlab.ui.train.problems import within

_AUGMENTATION = "data.augmentation"
_COMMON = "data.common_augmentation"
_SPLIT = "data.split"
_SHARE = "data.train_share"
_PREPARATION = (
    "data.resize",
    "data.normalization",
    "data.balance",
    "data.balance_by",
    "data.shuffle_labels",
    "data.fingerprint",
)
_KNOWN_SPLITS = {"validation": "validation", "test": "test"}


def draw(form: Form) -> None:
    datasets = {info.name: info for info in catalogue.listing(Home.current())}
    info = datasets.get(form["data.dataset"])
    fields.choice(form, "data.dataset", list(datasets), words=lambda name: _title(name, datasets), then=_other_dataset)
    if info is not None:
        _about(info)
    with st.grid(2, min_column_width=190) as grid:
        with grid.cell():
            default = t("train.automatic", value=_default_size(form, info))
            fields.whole(form, "data.image_size", step=4, automatic=default)
        with grid.cell():
            fields.pills(form, "data.channels", [None, 1, 3], words=_channels)
    if form["data.dataset"] in registry("dataset"):
        options.draw(form, "data", registry("dataset")[form["data.dataset"]])
    _split(form, info)
    _augmentation(form)
    _preparation(form)


def _about(info: DatasetInfo) -> None:
    with st.container(horizontal=True, vertical_alignment="top"):
        words = info.summary(language())
        if not info.stored:
            words += f" {t('train.data.download')}"
        st.caption(plain(words))
        st.page_link(
            DATA_PAGE,
            label=t("train.data.look"),
            icon=":material/arrow_forward:",
            icon_position="right",
            query_params={"dataset": info.name},
        )


def _split(form: Form, info: DatasetInfo | None) -> None:
    with st.expander(
        t("train.data.split", shares=_shares(form)),
        icon=":material/vertical_split:",
        expanded=within(form, [_SPLIT, _SHARE]),
        key=f"split_{form.revision}",
        type="compact",
    ):
        own = [name for name in _KNOWN_SPLITS if info is not None and info.counts.get(name)]
        if own:
            st.caption(t("train.data.own_split", splits=", ".join(t(f"train.data.of_{name}") for name in own)))
        with st.grid(2, min_column_width=190) as grid:
            with grid.cell():
                fields.share(form, "data.split.validation")
            with grid.cell():
                fields.share(form, "data.split.test")
            with grid.cell():
                fields.whole(form, "data.split.seed")
            with grid.cell():
                column = info.group_by if info is not None else None
                fields.text(form, "data.split.group_by", placeholder=column or "", optional=True, limit=80)
            with grid.cell():
                fields.share(form, _SHARE)
        fields.wrong(form, _SPLIT)


def _augmentation(form: Form) -> None:
    rows = [(name, _transform_words(form, name)) for name in _transforms() if form[name]]
    common = form[_COMMON]
    if rows and isinstance(common, int | float) and common != 1.0:
        rows.append((_COMMON, formats.percent(common, language(), 0)))
    words = ", ".join(f"{setting_name(name).lower()} {value}" for name, value in rows)
    with st.expander(
        t("train.data.augmentation", what=words or t("train.none")),
        icon=":material/auto_fix_high:",
        expanded=within(form, [_AUGMENTATION, _COMMON]),
        key=f"augmentation_{form.revision}",
        type="compact",
    ):
        st.caption(t("train.data.augmentation_note"))
        with st.grid(3, min_column_width=170) as grid:
            for name, (step, per_cent) in _transforms().items():
                with grid.cell():
                    if name.endswith("crop"):
                        fields.whole(form, name, label=fields.with_unit(name, "pixels"))
                    elif per_cent:
                        fields.share(form, name, step=step)
                    else:
                        fields.number(form, name, step=step, label=fields.with_unit(name, "degrees"))
            with grid.cell():
                fields.share(form, _COMMON, step=10.0)


def _transform_words(form: Form, name: str) -> str:
    """As its field has it: a share in per cent."""
    value = form[name]
    if _transforms()[name][1] and isinstance(value, int | float):
        return formats.percent(value, language(), 0)
    return settings.shown(name, value)


def _transforms() -> Mapping[str, tuple[float, bool]]:
    """Setting -> the step of its field, and whether it is a share that is shown in per cent."""
    shares = ("scaling", "translation", "horizontal_flip", "vertical_flip", "brightness", "contrast")
    steps = {
        "rotation": (5.0, False),
        **dict.fromkeys(shares, (5.0, True)),
        "crop": (1.0, False),
        "erasing": (5.0, True),
    }
    return {f"{_AUGMENTATION}.{name}": step for name, step in steps.items()}


def _preparation(form: Form) -> None:
    words = ", ".join(settings.shown(name, form[name]) for name in _PREPARATION[:2])
    with (
        st.expander(
            t("train.data.preparation", what=words),
            icon=":material/photo_size_select_large:",
            expanded=within(form, _PREPARATION),
            key=f"preparation_{form.revision}",
            type="compact",
        ),
        st.grid(2, min_column_width=190) as grid,
    ):
        with grid.cell():
            fields.choice(form, "data.resize", ["squeeze", "crop", "pad"])
        with grid.cell():
            fields.choice(form, "data.normalization", ["standardize", "unit"])
        with grid.cell():
            fields.choice(form, "data.balance", ["none", "class_weights", "sampler", "group_sampler"])
        with grid.cell():
            fields.text(form, "data.balance_by", optional=True, limit=80)
        with grid.cell():
            fields.toggle(form, "data.shuffle_labels")
        with grid.cell():
            fields.text(form, "data.fingerprint", placeholder=t("train.data.any_content"), optional=True, limit=64)


def _other_dataset(form: Form, before: Any, now: Any) -> Mapping[str, Any]:
    """What belongs to one dataset alone does not go along to the next."""
    form.kept[f"data {before}"] = dict(form["data.options"])
    return {
        "data.options": form.kept.get(f"data {now}", {}),
        "data.fingerprint": None,
        "data.split.group_by": None,
        "data.balance_by": None,
    }


def _title(name: str, datasets: Mapping[str, DatasetInfo]) -> str:
    if name not in datasets:
        return str(name)
    info = datasets[name]
    words = [info.title(language()), t("train.data.classes", count=len(info.classes))]
    if info.samples is not None and not info.counts_vary:
        words.append(t("train.data.images", shown=formats.whole(info.samples, language())))
    return " · ".join(words)


def _default_size(form: Form, info: DatasetInfo | None) -> str:
    if info is None:
        return formats.UNKNOWN
    stated = form["data.options"].get(info.facts.get("size_option", ""))
    return t("value.pixels", value=stated if isinstance(stated, int) else info.default_size)


def _channels(code: int | None) -> str:
    return capitalized(t(f"train.data.channels_{code}") if code else t("value.automatic"))


def _shares(form: Form) -> str:
    """``70 / 15 / 15 %``; as it stands while it can't be used."""
    try:
        validation, test = float(form["data.split.validation"]), float(form["data.split.test"])
    except (TypeError, ValueError):
        return formats.UNKNOWN
    shares = (1 - validation - test, validation, test)
    return " / ".join(formats.number(100 * share, 0, language()) for share in shares)


def find(form: Form) -> DatasetInfo | None:
    """The chosen dataset, ``None`` for one that is not there or is damaged."""
    try:
        return catalogue.find(str(form["data.dataset"]), Home.current())
    except LabError:
        return None


def shape(form: Form) -> Shape:
    """Of the images as they are prepared; a number that is not known, or can't be used, is 0."""
    info, size, channels = find(form), form["data.image_size"], form["data.channels"]
    if info is not None:
        stated = form["data.options"].get(info.facts.get("size_option", ""))
        size = size or (stated if isinstance(stated, int) else info.default_size)
        channels = channels or info.channels
    side = size if isinstance(size, int) else 0
    return Shape(channels if isinstance(channels, int) else 0, side, side)
