"""Classification: one class for each input, learned with cross-entropy.

With two classes the network may give a single logit instead of two (option ``output``: sigmoid), for the second class
and against the first. It stands for the pair (0, logit): softmax and cross-entropy of that pair are the sigmoid and
the binary cross-entropy, class weights included (their ratio is what is called ``pos_weight``), so all else is shared.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnlab.data.types import Batch, OutputSpec
from cnnlab.errors import ExperimentError
from cnnlab.experiment import Experiment
from cnnlab.tasks.base import Metrics, Predictions
from cnnlab.tasks.outputs import network_outputs

if TYPE_CHECKING:
    from torchmetrics import MetricCollection

UNKNOWN_LABEL = -1


def create(
    experiment: Experiment,
    outputs: OutputSpec,
    training_counts: tuple[int, ...],
) -> Classification:
    """The task as ``experiment`` sets it. ``training_counts``: samples a class in the training split.

    Raises ``ExperimentError`` ("sigmoid_needs_two_classes").
    """
    weights = class_weights(training_counts) if experiment.data.balance == "class_weights" else None
    single = network_outputs(experiment.task, outputs.count) < outputs.count
    if single and outputs.count != 2:
        raise ExperimentError("sigmoid_needs_two_classes", field="task.options.output", value=outputs.count)
    return Classification(weights, experiment.training.label_smoothing, single=single)


def class_weights(counts: tuple[int, ...]) -> Tensor:
    """[classes] inverse frequency, with mean 1 over the samples (scikit-learn's "balanced"); absent classes get 0."""
    count = torch.tensor(counts, dtype=torch.float32)
    present = int((count > 0).sum())
    return torch.where(count > 0, count.sum() / (present * count.clamp(min=1)), torch.zeros_like(count))


class Classification:
    """One class of several for each sample, by cross entropy."""

    monitor = "val_loss"
    mode: Literal["min", "max"] = "min"

    def __init__(self, weights: Tensor | None = None, label_smoothing: float = 0.0, *, single: bool = False) -> None:
        """``single``: the network gives one logit, for the second of two classes."""
        self._weights = weights
        self._single = single
        self._label_smoothing = label_smoothing

    def direction(self, metric: str) -> Literal["min", "max"]:
        return "min" if metric == "loss" else "max"

    def starting_loss(self, outputs: int) -> float:
        """Of a network that knows nothing and says every class with the same probability."""
        return math.log(outputs)

    def forward(self, network: nn.Module, batch: Batch) -> Tensor:
        """[N, classes] logits; [N, 1] of a single one."""
        return network(batch.inputs)

    def losses(self, raw: Tensor, batch: Batch) -> dict[str, Tensor]:
        targets = _labels(batch)
        if self._weights is not None and self._weights.device != raw.device:
            self._weights = self._weights.to(raw.device)
        logits = self._logits(raw)
        loss = F.cross_entropy(logits, targets, self._weights, label_smoothing=self._label_smoothing)
        accuracy = (logits.detach().argmax(1) == targets).float().mean()
        return {"loss": loss, "accuracy": accuracy}

    def decode(self, raw: Tensor, batch: Batch) -> Predictions:
        """Columns: "label" (-1 where unknown), "prediction", "probability" of it, "probabilities" of all classes."""
        probabilities = self._logits(raw).softmax(1)
        probability, prediction = probabilities.max(1)
        labels = batch.targets if isinstance(batch.targets, Tensor) else torch.full_like(prediction, UNKNOWN_LABEL)
        columns = {
            "label": labels,
            "prediction": prediction,
            "probability": probability,
            "probabilities": probabilities,
        }
        return Predictions(batch.index, columns)

    def _logits(self, raw: Tensor) -> Tensor:
        """[N, classes] float32: softmax in bfloat16 loses small probabilities."""
        logits = raw.float()
        return torch.cat([torch.zeros_like(logits), logits], 1) if self._single else logits

    def metrics(self, outputs: OutputSpec) -> Metrics:
        return ClassificationMetrics(outputs.count)

    def score(self, raw: Tensor, target: int | Tensor) -> Tensor:
        """[N] the logit of ``target``, one class for all or one for each input.

        A single logit speaks for the second class; for the first it is taken with the other sign.
        """
        if self._single:
            signs = 2 * torch.as_tensor(target, device=raw.device) - 1
            return raw[:, 0] * signs
        if isinstance(target, int):
            return raw[:, target]
        return raw.gather(1, target.view(-1, 1)).squeeze(1)


class ClassificationMetrics:
    """Accuracy and macro F1, by torchmetrics."""

    def __init__(self, classes: int) -> None:
        self._classes = classes
        self._collection: MetricCollection | None = None

    def update(self, predictions: Predictions, batch: Batch) -> None:  # noqa: ARG002  # the contract's signature
        columns = predictions.columns
        if self._collection is None:
            self._collection = self._build(columns["prediction"].device)
        self._collection.update(columns["prediction"], columns["label"])

    def compute(self) -> dict[str, float]:
        if self._collection is None:
            return {}
        return {name: float(value) for name, value in self._collection.compute().items()}

    def _build(self, device: torch.device) -> MetricCollection:
        # torchmetrics takes seconds to import: the first training step should not wait for it
        from torchmetrics import MetricCollection
        from torchmetrics.classification import MulticlassAccuracy, MulticlassF1Score

        accuracy = MulticlassAccuracy(self._classes, average="micro", validate_args=False)
        f1_macro = MulticlassF1Score(self._classes, average="macro", validate_args=False)
        return MetricCollection({"accuracy": accuracy, "f1_macro": f1_macro}).to(device)


def _labels(batch: Batch) -> Tensor:
    assert isinstance(batch.targets, Tensor), "classification has one label a sample"  # noqa: S101
    return batch.targets
