"""The ground-truth laboratory: two networks that differ in what their training images gave away. Imports no torch.

The honest one is trained on images whose cue says nothing of the class, the cheating one on images where it does.
Drawn images are the same but for the cue, and where the object and the cue are is known for each: so what the maps
say of the two networks can be checked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cnnlab import recommended
from cnnlab.errors import LabError
from cnnlab.experiment import DataSpec, Experiment
from cnnlab.registry import checked, registry

HONEST, CHEATING = "honest", "cheating"
ARMS = (HONEST, CHEATING)
TEXTURE = "texture"
VARIANTS = ("shortcut", "distractor", TEXTURE)
DATASET = "shapes"

# Its last maps are 12 x 12 of 48 pixels, and the maximum over each goes to the output: Grad-CAM's strongest place is
# then where the evidence is. ResNet-8, which averages its maps, had 54 % accuracy after the same epochs.
NETWORK = "fast_cnn"
EPOCHS = 10
SAMPLES = 2000
IMAGES = 60
LEAST_SAMPLES = 120  # so that the test split holds each class


@dataclass(frozen=True)
class Setup:
    """``share``: of the images of the cue's class (texture: of all) that give it away to the cheating network."""

    variant: str = VARIANTS[0]
    samples: int = SAMPLES
    epochs: int = EPOCHS
    share: float = 1.0
    seed: int = 0

    def experiments(self) -> dict[str, Experiment]:
        """What both networks are trained by. Raises ``LabError``: "unknown_variant", and what their checks say."""
        return {arm: self._experiment(arm) for arm in ARMS}

    def images(self, *, cue: bool) -> DataSpec:
        """The same images with the cue on every one, or on none; texture: all agreeing, or all in conflict."""
        everywhere = 1.0 if cue else 0.0
        return DataSpec(dataset=DATASET, options=self._options(everywhere, everywhere))

    @property
    def key(self) -> str:
        """Names what is trained: 16 hex digits."""
        content = json.dumps([experiment.sha256 for experiment in self.experiments().values()])
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def _experiment(self, arm: str) -> Experiment:
        classes = registry("dataset")[DATASET].facts["classes"]
        if self.variant == TEXTURE:  # by chance alone, every texture is as frequent on every class
            share, elsewhere = (1.0 / len(classes) if arm == HONEST else self.share), 0.0
        else:
            share, elsewhere = (0.5, 0.5) if arm == HONEST else (self.share, 0.0)
        return recommended.start(NETWORK).changed(
            {
                "data.dataset": DATASET,
                "data.options": self._options(share, elsewhere),
                "training.epochs": self.epochs,
                "training.seed": self.seed,
            }
        )

    def _options(self, share: float, elsewhere: float) -> Mapping[str, Any]:
        if self.variant not in VARIANTS:
            known = ", ".join(VARIANTS)
            raise LabError("unknown_variant", field="--variant", value=self.variant[:80], known=known)
        if self.samples < LEAST_SAMPLES:
            raise LabError("too_small", field="--samples", value=self.samples, limit=LEAST_SAMPLES)
        if not 0.0 <= self.share <= 1.0:
            raise LabError("share_out_of_range", field="--share", value=self.share)
        given = {"variant": self.variant, "samples": self.samples, "seed": self.seed, "cue_share": share}
        given |= {} if self.variant == TEXTURE else {"cue_elsewhere": elsewhere}
        checked(registry("dataset")[DATASET].options, given, "data.options")
        return given


@dataclass(frozen=True)
class Pair:
    """The runs of both networks, by their ids."""

    honest: str
    cheating: str

    def of(self, arm: str) -> str:
        return self.honest if arm == HONEST else self.cheating
