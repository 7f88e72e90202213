"""The images that ``explain`` explains, as each of its networks gets them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.errors import LabError
from cnnlab.evaluation.class_names import class_named
from cnnlab.home import Home
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from cnnlab.evaluation.trained import TrainedModel
    from cnnlab.explain.subjects import Subject


def chosen(arguments: argparse.Namespace, journal: Journal, home: Home, model: TrainedModel) -> list[Subject]:
    """Of a split of the run, or of files. Raises ``LabError`` with the argument that can't be used."""
    from cnnlab.evaluation.evaluate import dataset_of, samples_of
    from cnnlab.evaluation.held_out import image_at
    from cnnlab.explain.subjects import Subject

    names = model.card.outputs.class_names
    for field in ("true_class", "predicted_class"):
        if arguments.pick is None and getattr(arguments, field) is not None:
            option = f"--{field.replace('_', '-')}"
            raise LabError("only_with_pick", field=option, value=getattr(arguments, field)[:80])
    if arguments.image and arguments.split is not None:
        raise LabError("split_of_files", field="--split", value=arguments.split[:80])
    if arguments.image:
        return _of_files(arguments.image, model)
    split = arguments.split or "test"
    indices = arguments.index or _picked(arguments, journal, home, names, split)
    dataset = dataset_of(journal, home)
    images = [image_at(dataset, index, split) for index in indices]
    manifest, numbers = samples_of(dataset, split).manifest, {name: number for number, name in enumerate(names)}
    return [
        Subject(image, str(manifest["file"][index]), numbers.get(manifest["label"][index]), index, split)
        for image, index in zip(images, indices, strict=True)
    ]


def seen_by(
    subjects: Sequence[Subject],
    arguments: argparse.Namespace,
    first: tuple[Journal, TrainedModel],
    other: tuple[Journal, TrainedModel],
    home: Home,
) -> list[Subject]:
    """``subjects``, which ``first`` gets, as ``other`` gets them: in another size or with other channels, too."""
    from cnnlab.evaluation.evaluate import dataset_of
    from cnnlab.explain.comparing import as_prepared

    if first[1].card.kind == other[1].card.kind:
        return list(subjects)
    if arguments.image:
        return _of_files(arguments.image, other[1])
    return as_prepared(subjects, dataset_of(first[0], home), dataset_of(other[0], home))


def _of_files(names: Sequence[str], model: TrainedModel) -> list[Subject]:
    from cnnlab.evaluation.trained import read_image
    from cnnlab.explain.subjects import Subject

    paths = [Path(name) for name in names]
    return [Subject(model.input_of(read_image(path)), path.name) for path in paths]


def _picked(
    arguments: argparse.Namespace, journal: Journal, home: Home, names: tuple[str, ...], split: str
) -> list[int]:
    from cnnlab.evaluation.held_out import picked_indices

    kinds = {
        field: class_named(text, names, f"--{field.replace('_', '-')}")
        for field in ("true_class", "predicted_class")
        if (text := getattr(arguments, field)) is not None
    }
    return picked_indices(journal, home, arguments.pick, arguments.place, arguments.count, split=split, **kinds)
