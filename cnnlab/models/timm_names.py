"""Names of timm's networks (Wightman 2019, "PyTorch image models"): ``timm/resnet18`` is an architecture where timm
is installed.

What a name stands for is made from timm's own data when it is looked up; until then timm, which brings torch along,
is not imported. The network itself: ``cnnlab.models.timm_build``.
"""

from __future__ import annotations

import difflib
import functools
import importlib.util
from types import ModuleType, SimpleNamespace
from typing import Any

from cnnlab.errors import LabError
from cnnlab.i18n import LANGUAGES, translate
from cnnlab.registry import Entry

PREFIX = "timm/"
FIELD = "model.architecture"
MOST_FOUND = 60
MOST_NEAR = 5
LAST = 9000  # after every network of our own
PAPER = "Wightman: PyTorch image models. GitHub 2019"
LINK = "https://github.com/huggingface/pytorch-image-models"
_WHOLE_IMAGE = 8  # where timm states no smallest size: the build says what a network can't take
_PATCHES = "patch_embed"
# as the networks of torchvision of either kind have them
_TRAINING = {
    "training.optimizer": "adamw",
    "training.learning_rate": 0.001,
    "training.schedule.name": "one_cycle",
    "training.early_stopping.patience": 0,
    "training.epochs": 15,
}
_TRANSFORMER_TRAINING = {
    **_TRAINING,
    "training.learning_rate": 0.0003,
    "training.epochs": 20,
    "training.weight_decay": 0.05,
    "training.gradient_clip": 1.0,
}


def is_installed() -> bool:
    """Without importing it."""
    return importlib.util.find_spec("timm") is not None


def known(name: str) -> bool:
    """Whether ``name`` ("timm/…") can be built here."""
    return is_installed() and _settings(name.removeprefix(PREFIX)) is not None


@functools.lru_cache(maxsize=512)
def entry(name: str) -> Entry:
    """The registry entry of ``name`` ("timm/…").

    Raises ``LabError``: "timm_missing", "unknown_architecture" with near names.
    """
    settings = _settings(_without_prefix(name))
    if settings is None:
        raise LabError("unknown_architecture", field=FIELD, value=name[:80], known=", ".join(_near(name)))
    family = _family(name.removeprefix(PREFIX))
    channels, _, size = settings.input_size
    transformer = str(settings.first_conv or "").startswith(_PATCHES)
    smallest = settings.min_input_size[-1] if settings.min_input_size else _WHOLE_IMAGE
    facts: dict[str, Any] = {
        "order": LAST,
        "paper": PAPER,
        "link": LINK,
        "family": f"timm {family}",
        "group": "transformer" if transformer else "imagenet",
        "minimum_size": min(smallest, size),
        "default_size": size,
        "default_channels": channels,
        "pretrained": bool(settings.has_weights),
        "training": _TRANSFORMER_TRAINING if transformer else _TRAINING,
    }
    words = {"name": name.removeprefix(PREFIX), "family": family, "size": size}
    weights = "timm.weights" if settings.has_weights else "timm.no_weights"
    texts = {
        language: {
            "title": name,
            "summary": f"{translate('timm.summary', language, **words)} {translate(weights, language)}",
            "input": translate("timm.fixed_input" if settings.fixed_input_size else "timm.input", language, **words),
        }
        for language in LANGUAGES
    }
    return Entry(name=name, code="timm_build", texts=texts, facts=facts)


def module(name: str) -> SimpleNamespace:
    """What stands for the code file of ``name``: its ``build`` has the contract's signature."""
    from cnnlab.models import timm_build

    return SimpleNamespace(build=functools.partial(timm_build.build, _without_prefix(name)))


def search(words: str) -> list[Entry]:
    """Entries of the networks in whose names every one of ``words`` occurs, at most ``MOST_FOUND``; "timm/" itself
    is no word. Raises ``LabError`` ("timm_missing").
    """
    timm = _timm(words.strip())
    wanted = words.casefold().replace(PREFIX, " ").split()
    found = [name for name in timm.list_models() if all(word in name for word in wanted)]
    return [entry(PREFIX + name) for name in found[:MOST_FOUND]]


def _without_prefix(name: str) -> str:
    _timm(name)  # a name says nothing without timm
    return name.removeprefix(PREFIX)


def _timm(value: str) -> ModuleType:
    if not is_installed():
        raise LabError("timm_missing", field=FIELD, value=value[:80])
    import timm

    return timm


@functools.lru_cache(maxsize=512)
def _settings(name: str) -> Any:
    """timm's settings of a network and its weights; ``None`` for a name or a tag of weights that it has not."""
    from timm.models import get_pretrained_cfg, is_model

    bare, dot, _ = name.partition(".")
    if not bare or not is_model(bare) or (dot and name not in _tagged(bare)):
        return None
    return get_pretrained_cfg(name)


def _tagged(name: str) -> list[str]:
    from timm.models import list_pretrained

    return [found for found in list_pretrained(f"{name}.*") if found.partition(".")[0] == name]


def _family(name: str) -> str:
    from timm.models import model_entrypoint

    return str(model_entrypoint(name.partition(".")[0]).__module__).rpartition(".")[2]


def _near(name: str) -> list[str]:
    bare = name.removeprefix(PREFIX)
    stem = bare.partition(".")[0]
    names = [*_tagged(stem), *_timm(name).list_models()]
    found = difflib.get_close_matches(bare, names, n=MOST_NEAR) or difflib.get_close_matches(stem, names, n=MOST_NEAR)
    return [PREFIX + near for near in found or ["resnet18", "convnext_atto", "vit_tiny_patch16_224"]]
