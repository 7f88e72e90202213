"""``inside filters|maps|field``: what a network has learned to look for, makes of an image, and looks at."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnlab.cli import files
from cnnlab.cli.inspect import named_network
from cnnlab.cli.numbers import between
from cnnlab.cli.output import Output
from cnnlab.errors import LabError
from cnnlab.experiment import DataSpec
from cnnlab.home import Home
from cnnlab.i18n import formats
from cnnlab.runs.journal import Journal

if TYPE_CHECKING:
    from torch import Tensor

    from cnnlab.data.load import Dataset
    from cnnlab.inside.field import EffectiveField
    from cnnlab.inside.subject import Subject


def filters(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The filters of a layer on one sheet."""
    from cnnlab.inside.filters import filters as read
    from cnnlab.inside.filters import first_filters
    from cnnlab.plots import inside as draw

    subject = _subject(arguments, home)
    layer = arguments.layer or first_filters(subject.network, subject.kind)
    found = read(subject.network, subject.kind, layer, channel=arguments.channel)
    values = {
        "layer": found.layer,
        "filters": len(found.values),
        "size": list(found.values.shape[1:3]),
        "shown": found.how,
        "channels": found.channels,
        "channel": found.channel,
    }
    words = output.t(
        f"cli.inside.filters_{found.how}",
        count=formats.Counted(len(found.values), output.language),
        size=_size(found.values.shape[1:3]),
        layer=found.layer,
        channels=found.channels,
        channel=found.channel,
    )
    return _written(arguments, draw.filter_sheet(found), found.values, values, words, output)


def maps(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """The maps that a layer makes of one image, the strongest first."""
    from cnnlab.inside.maps import feature_maps
    from cnnlab.plots import inside as draw

    subject = _subject(arguments, home)
    image = _image(arguments, subject, home)
    layer = _layer(arguments, subject)
    (found,) = feature_maps(subject.network, image, [layer], order=arguments.order).values()
    count, rows, columns = found.values.shape
    shown = found.strongest(between("--most", arguments.most))
    values = {"layer": found.layer, "maps": count, "size": [rows, columns], "index": list(shown.index)}
    words = output.t(
        "cli.inside.maps",
        count=formats.Counted(count, output.language),
        size=_size((rows, columns)),
        layer=found.layer,
        shown=len(shown.index),
    )
    return _written(arguments, draw.map_sheet(shown), found.values, values, words, output)


def field(arguments: argparse.Namespace, home: Home, output: Output) -> int:
    """What a unit really looks at, beside what it could."""
    from cnnlab.inside.field import effective
    from cnnlab.plots import inside as draw

    subject = _subject(arguments, home)
    images = _images(arguments, subject, home)
    layer = _layer(arguments, subject)
    found = effective(subject.network, subject.kind, layer, images, unit=_unit(arguments.unit))
    theoretical = found.theoretical
    values = {
        "layer": found.layer,
        "unit": list(found.unit),
        "images": found.images,
        "measured": found.size,
        "theoretical": list(theoretical.size) if theoretical else None,
        "whole": theoretical.whole if theoretical else None,
    }
    return _written(arguments, draw.field_picture(found), found.map, values, _field_words(found, output), output)


def _field_words(found: EffectiveField, output: Output) -> str:
    """One sentence about what it could see, one about what it looks at."""
    from cnnlab.inside.field import SHARE

    theoretical = found.theoretical
    could = "unknown" if theoretical is None else "whole" if theoretical.whole else "known"
    size = _size(theoretical.size) if theoretical else formats.UNKNOWN
    place = {"layer": found.layer, "row": found.unit[0], "column": found.unit[1]}
    first = output.t(f"cli.inside.field_{could}", size=size, **place)
    if found.size is None:
        return f"{first}\n{output.t('cli.inside.field_nothing')}"
    looks = output.t(
        "cli.inside.field_measured",
        size=_size((found.size, found.size)),
        share=formats.percent(SHARE, output.language, digits=2),
        count=formats.Counted(found.images, output.language),
    )
    return f"{first}\n{looks}"


def _size(sides: Sequence[int]) -> str:
    return " × ".join(str(side) for side in sides)


def _written(
    arguments: argparse.Namespace, picture: Any, array: Any, values: dict[str, Any], words: str, output: Output
) -> int:
    from cnnlab.plots import inside as draw

    files.write(arguments.out, draw.png(picture))
    if arguments.array:
        files.write(arguments.array, draw.npy(array), "--array")
    written = output.t("cli.inside.written", out=arguments.out)
    output.result({**values, "out": arguments.out, "array": arguments.array}, f"{words}\n{written}")
    return 0


def _subject(arguments: argparse.Namespace, home: Home) -> Subject:
    from cnnlab.evaluation.trained import load_trained
    from cnnlab.inside.subject import of_run, untrained

    if arguments.run:
        return of_run(load_trained(Journal.open(home, arguments.run).folder))
    named = named_network(arguments, arguments.architecture or arguments.design, home)
    return untrained(named.spec, named.kind, named.outputs, seed=arguments.seed or 0)


def _layer(arguments: argparse.Namespace, subject: Subject) -> str:
    """The one that was named, else the deepest that explanations look at."""
    if arguments.layer:
        return str(arguments.layer)
    names = subject.network.attribution_layers
    if not names:
        raise LabError("layer_not_named", field="--layer")
    return names[-1]


def _image(arguments: argparse.Namespace, subject: Subject, home: Home) -> Tensor:
    """[1, C, H, W]: a file, or one of the test split."""
    if arguments.image:
        from cnnlab.evaluation.trained import read_image

        return subject.input_of(read_image(Path(arguments.image)))
    dataset = _dataset(arguments, subject, home)
    if dataset is None:
        raise LabError("image_or_dataset", field="--image")
    from cnnlab.evaluation.held_out import image_at

    return image_at(dataset, arguments.index or 0)


def _images(arguments: argparse.Namespace, subject: Subject, home: Home) -> Tensor:
    """[N, C, H, W]: one image where one was named, else several from all over the test split, else noise."""
    from cnnlab.inside.subject import noise, spread

    if arguments.image or arguments.index is not None:
        return _image(arguments, subject, home)
    count = between("--images", arguments.images)
    dataset = _dataset(arguments, subject, home)
    return noise(subject.kind, count) if dataset is None else spread(dataset.test, count)


def _dataset(arguments: argparse.Namespace, subject: Subject, home: Home) -> Dataset | None:
    """Of the run, or the one that was named, in the size and channels of the network."""
    from cnnlab.data.load import load
    from cnnlab.evaluation.evaluate import dataset_of

    if arguments.run:
        return dataset_of(Journal.open(home, arguments.run), home)
    if not arguments.dataset:
        return None
    channels, size, _ = subject.kind.shape
    spec = DataSpec.model_validate({"dataset": arguments.dataset, "image_size": size, "channels": channels})
    return load(spec, home.ensure())


def _unit(text: str | None) -> tuple[int, int] | None:
    """``3,5``: row and column."""
    if text is None:
        return None
    parts = text.split(",")
    if len(parts) != 2 or not all(part.strip().isdecimal() for part in parts):
        raise LabError("not_a_unit", field="--unit", value=text[:80])
    return int(parts[0]), int(parts[1])
