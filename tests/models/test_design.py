"""The report of a design: figures against published ones, errors at their layer, judgements that say something."""

from __future__ import annotations

from typing import Any

import pytest

from cnnlab.data.types import InputKind
from cnnlab.errors import ExperimentError
from cnnlab.experiment import ModelSpec
from cnnlab.i18n import LANGUAGES
from cnnlab.models.design import MOST_LAYERS, DesignReport, analyse, checked_layers
from cnnlab.models.requirements import checked_model
from cnnlab.models.sequences import as_layers
from cnnlab.models.shapes import Shape
from tests.fresh_python import printed
from tests.models.designs import Layers

CONV = {"kind": "convolution", "filters": 8}
RELU = {"kind": "activation"}
NORM = {"kind": "normalization"}
GLOBAL = {"kind": "global_pooling"}
FLATTEN = {"kind": "flatten"}


def report_of(*layers: Any, shape: tuple[int, int, int] = (3, 32, 32), outputs: int = 10) -> DesignReport:
    return analyse(list(layers), Shape(*shape), outputs)


def problems_of(*layers: Any, **others: Any) -> list[tuple[str, str]]:
    report = report_of(*layers, **others)
    for problem in report.problems:
        for language in LANGUAGES:
            sentence = problem.sentence(language)
            assert sentence.endswith(".")
            assert problem.field.split("[")[0] in sentence
    assert (report.parameters, report.macs, report.activation_bytes) == (None, None, None) or not report.problems
    return [(problem.code, problem.field) for problem in report.problems]


def judgements_of(*layers: Any, **others: Any) -> dict[str, str]:
    report = report_of(*layers, **others)
    assert report.problems == ()
    for judgement in report.judgements:
        for language in LANGUAGES:
            sentence = judgement.sentence(language)
            assert sentence.endswith(".")
            assert "{" not in sentence
            assert all(str(value) in sentence for value in judgement.params.values() if isinstance(value, str))
    return {judgement.code: judgement.weight for judgement in report.judgements}


def test_lenet5_by_hand() -> None:
    """LeCun et al. 1998 count 60,000; here S2 and S4 have no weights and C3 sees all maps, as it is taught today."""
    report = analyse(as_layers("lenet5", {}, InputKind("image", (1, 32, 32))), Shape(1, 32, 32), 10)
    rows = {row.name: row for row in report.rows}
    assert [rows[name].parameters for name in ("conv1", "conv2", "linear1", "linear2", "output")] == [
        156,
        2416,
        48_120,
        10_164,
        850,
    ]
    assert report.parameters == 61_706
    assert report.macs == 117_600 + 240_000 + 48_000 + 10_080 + 840
    fields = [(name, rows[name].receptive) for name in ("conv1", "pool1", "conv2", "pool2")]
    assert [(name, field.size, field.stride, field.start) for name, field in fields if field] == [
        ("conv1", (5, 5), (1, 1), (2.0, 2.0)),
        ("pool1", (6, 6), (2, 2), (2.5, 2.5)),
        ("conv2", (14, 14), (2, 2), (6.5, 6.5)),
        ("pool2", (16, 16), (4, 4), (7.5, 7.5)),
    ]
    assert rows["linear1"].receptive is not None
    assert rows["linear1"].receptive.whole


def test_vgg16_by_its_paper() -> None:
    """Simonyan and Zisserman 2015: 138 million weights; 15.5 G multiply-accumulates; 212 pixels at the last pooling
    (Araujo et al. 2019, table 1).
    """
    layers: Layers = []
    for filters, times in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        layers += [{"kind": "convolution", "filters": filters}, RELU] * times + [{"kind": "pooling"}]
    layers += [FLATTEN, *[{"kind": "linear", "units": 4096}, RELU] * 2]
    report = analyse(layers, Shape(3, 224, 224), 1000)
    assert report.problems == ()
    assert report.parameters == 138_357_544
    assert report.macs == pytest.approx(15.47e9, rel=0.001)
    last = next(row for row in report.rows if row.name == "pool5")
    assert last.receptive is not None
    assert (last.receptive.size, last.receptive.stride) == ((212, 212), (32, 32))


@pytest.mark.parametrize(
    ("layer", "code", "option"),
    [
        ({"kind": "convolution", "kernel_size": -3}, "too_small", ".kernel_size"),
        ({"kind": "convolution", "kernel_size": 2.5}, "not_a_whole_number", ".kernel_size"),
        ({"kind": "convolution", "filters": 10**9}, "too_large", ".filters"),
        ({"kind": "convolution", "filters": 10**9000}, "too_large", ".filters"),
        ({"kind": "convolution", "filters": float("nan")}, "not_a_whole_number", ".filters"),
        ({"kind": "convolution", "filters": "many"}, "not_a_whole_number", ".filters"),
        ({"kind": "convolution", "filters": [8]}, "not_a_whole_number", ".filters"),
        ({"kind": "convolution", "filters": True}, "not_a_whole_number", ".filters"),
        ({"kind": "convolution", "padding": "most"}, "not_a_choice", ".padding"),
        (
            {**CONV, "kernel_size": 31, "padding": "0", "dilation": 2},
            "window_exceeds_map",
            ".kernel_size",
        ),
        ({"kind": "convolution", "groups": 2}, "groups_do_not_divide", ".groups"),
        ({"kind": "convolution", "filters": 9, "groups": 4}, "groups_do_not_divide", ".groups"),
        ({"kind": "convolution", "separable": True, "groups": 8}, "groups_of_separable", ".groups"),
        ({"kind": "convolution", "depth": 3}, "unknown_option", ".depth"),
        ({"kind": "pooling", "size": 32, "stride": 1}, "window_exceeds_map", ".size"),
        ({"kind": "pooling", "padding": 2}, "pool_padding", ".padding"),
        ({"kind": "normalization", "type": "group", "groups": 3}, "group_norm_channels", ".groups"),
        ({"kind": "residual_block", "kernel_size": 4}, "even_kernel", ".kernel_size"),
        ({"kind": "linear"}, "linear_of_maps", ""),
        ({"kind": "attention"}, "unknown_layer_kind", ".kind"),
        ({"kind": ["convolution"]}, "unknown_layer_kind", ".kind"),
        ({"kind": None}, "unknown_layer_kind", ".kind"),
        ({"filters": 3}, "not_a_layer", ""),
        ("convolution", "not_a_layer", ""),
        (None, "not_a_layer", ""),
    ],
)
def test_a_layer_that_cannot_be_is_named_with_its_option(layer: Any, code: str, option: str) -> None:
    first = {"kind": "convolution", "filters": 9 if option == ".groups" and code == "groups_do_not_divide" else 8}
    assert problems_of(first, {"kind": "pooling"}, layer, GLOBAL)[0] == (code, f"layers[2]{option}")


@pytest.mark.parametrize(
    ("layers", "code", "field"),
    [
        ([FLATTEN, CONV, GLOBAL], "layer_needs_maps", "layers[1]"),
        ([FLATTEN, FLATTEN], "layer_needs_maps", "layers[1]"),
        ([GLOBAL, {"kind": "dropout", "channels": True}], "dropout_of_maps", "layers[1].channels"),
        ([CONV], "output_of_maps", "layers"),
        (
            [{"kind": "adaptive_pooling", "size": 1}, {"kind": "normalization"}, GLOBAL],
            "norm_of_one_pixel",
            "layers[1].type",
        ),
        ([{"kind": "residual_block", "stride": 8}] * 2 + [GLOBAL], "norm_of_one_pixel", "layers[1].normalization"),
        (
            [GLOBAL, {"kind": "linear", "units": 8}, {"kind": "normalization", "type": "group"}],
            "norm_of_one_number",
            "layers[2].type",
        ),
        ([FLATTEN, *[{"kind": "linear", "units": 16_384}] * 9], "parameters_beyond_memory", "layers[2]"),
        ([], "no_layers", "layers"),
        ([CONV] * (MOST_LAYERS + 1), "too_many_layers", "layers"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_layers_that_do_not_go_together_are_named(layers: Layers, code: str, field: str) -> None:
    assert problems_of(*layers) == [(code, field)]


def test_a_network_beyond_memory_is_refused_without_building_it() -> None:
    wide = {"kind": "convolution", "filters": 4096}
    assert problems_of(wide, wide, wide, GLOBAL) == [("parameters_beyond_memory", "layers[2]")]
    deep = [{"kind": "convolution", "filters": 128}, RELU] * 40
    assert problems_of(*deep, GLOBAL, shape=(3, 224, 224))[0][0] == "activations_beyond_memory"


def test_an_input_that_cannot_be_is_named() -> None:
    assert problems_of(CONV, GLOBAL, shape=(3, 0, 0)) == [("too_small", "size")]
    assert problems_of(CONV, GLOBAL, shape=(3, 10**6, 10**6)) == [("too_large", "size")]
    assert problems_of(CONV, GLOBAL, shape=(0, 32, 32)) == [("too_small", "channels")]
    assert problems_of(CONV, GLOBAL, outputs=0) == [("too_small", "outputs")]
    assert problems_of(CONV, GLOBAL, outputs=10**9) == [("too_large", "outputs")]
    assert analyse("layers", Shape(3, 32, 32), 10).problems[0].code == "not_a_list"  # type: ignore[arg-type]


def test_before_a_bad_layer_the_figures_stay_and_after_it_there_are_none() -> None:
    report = report_of(CONV, RELU, {"kind": "pooling", "size": -1}, CONV, {"kind": "linear", "units": 0}, GLOBAL)
    assert [row.number for row in report.rows] == [1, 2, 3, 4, 5, 6, 7]
    assert [row.kind for row in report.rows][-2:] == ["global_pooling", "output"]
    assert [row.shape is None for row in report.rows] == [False, False, True, True, True, True, True]
    assert [bool(row.problems) for row in report.rows] == [False, False, True, False, True, False, False]
    assert report.rows[2].options == {"size": -1}, "what was entered is still there to be mended"
    assert not report.ready
    assert report.judgements == ()


def test_a_list_is_checked_where_a_network_of_it_would_be_trained() -> None:
    kind = InputKind("image", (1, 28, 28))
    checked_model(ModelSpec(architecture="designed", layers=[CONV, GLOBAL]), kind)
    for layers, field in (([], "model.layers"), ([CONV, {**CONV, "stride": 0}, GLOBAL], "model.layers[1].stride")):
        with pytest.raises(ExperimentError) as caught:
            checked_model(ModelSpec(architecture="designed", layers=layers), kind)
        assert [problem.field for problem in caught.value.problems] == [field]


def test_checked_layers_name_each_module_once() -> None:
    layers = checked_layers([CONV, RELU, CONV, RELU, {"kind": "activation", "type": "tanh"}, GLOBAL], Shape(3, 8, 8), 2)
    assert [layer.name for layer in layers] == ["conv1", "relu1", "conv2", "relu2", "tanh1", "global1", "output"]
    assert [layer.given for layer in layers][:2] == [(3, 8, 8), (8, 8, 8)]


@pytest.mark.parametrize(
    ("code", "weight", "layers"),
    [
        ("linear_holds_weights", "warning", [CONV, RELU, FLATTEN, {"kind": "linear", "units": 256}, RELU]),
        ("light_head", "good", [CONV, RELU, CONV, RELU, GLOBAL]),
        ("field_small", "warning", [CONV, RELU, CONV, RELU, GLOBAL]),
        ("field_small", "note", [CONV, RELU, CONV, RELU, FLATTEN]),
        ("field_covers", "good", [CONV, RELU, *[{"kind": "pooling"}, CONV, RELU] * 4, GLOBAL]),
        ("no_activation", "warning", [CONV, CONV, RELU, GLOBAL]),
        (
            "no_activation",
            "warning",
            [CONV, {"kind": "pooling", "type": "average"}, NORM, CONV, GLOBAL],
        ),
        ("saturating", "warning", [CONV, {"kind": "activation", "type": "sigmoid"}] * 3 + [GLOBAL]),
        (
            "saturating",
            "note",
            [CONV, NORM, {"kind": "activation", "type": "tanh"}] * 5 + [GLOBAL],
        ),
        ("deep_without_help", "warning", [CONV, RELU] * 9 + [GLOBAL]),
        ("shortcuts", "good", [{"kind": "residual_block", "filters": 8}] * 4 + [GLOBAL]),
        ("shrunk", "warning", [CONV, {"kind": "adaptive_pooling", "size": 1}, CONV, RELU, GLOBAL]),
        (
            "early_memory",
            "note",
            [{**CONV, "filters": 512}, RELU] * 5 + [GLOBAL],
        ),
        (
            "dropout_before_norm",
            "note",
            [CONV, RELU, {"kind": "dropout"}, CONV, NORM, RELU, GLOBAL],
        ),
        ("idle_bias", "note", [CONV, NORM, RELU, GLOBAL]),
        ("no_convolution", "note", [FLATTEN, {"kind": "linear"}, RELU]),
    ],
)
def test_a_design_is_judged(code: str, weight: str, layers: Layers) -> None:
    assert judgements_of(*layers).get(code) == weight


def test_a_sound_design_is_not_warned_about() -> None:
    block = [
        {"kind": "convolution", "filters": 32, "bias": False},
        {"kind": "normalization"},
        RELU,
        {"kind": "pooling"},
    ]
    for layers in (block * 4 + [GLOBAL], as_layers("resnet20", {}, InputKind("image", (3, 32, 32)))):
        assert "warning" not in judgements_of(*layers).values()
    assert "warning" not in judgements_of(*as_layers("lenet5", {}, InputKind("image", (3, 32, 32)))).values()
    only = [*block, {"kind": "residual_block"}, {"kind": "squeeze_excitation"}, CONV, RELU, GLOBAL]
    assert "no_activation" not in judgements_of(*only)


def test_warnings_come_first() -> None:
    found = list(judgements_of(CONV, CONV, {"kind": "normalization"}, RELU, GLOBAL).values())
    assert found == sorted(found, key=("warning", "note", "good").index)
    assert len(set(found)) == 3


def test_the_share_is_said_as_a_person_would() -> None:
    report = report_of({**CONV, "filters": 32}, RELU, FLATTEN, {"kind": "linear", "units": 128}, RELU)
    english, spanish = (report.judgements[0].sentence(language) for language in LANGUAGES)
    assert english.startswith(
        "100\N{NO-BREAK SPACE}% of the parameters (4.19\N{NO-BREAK SPACE}M) sit in the first linear layer"
    )
    assert spanish.startswith("El 100\N{NO-BREAK SPACE}% de los parámetros (4,19\N{NO-BREAK SPACE}M)")


def test_a_report_needs_no_torch() -> None:
    code = (
        "import sys; from cnnlab.models.design import analyse; from cnnlab.models.shapes import Shape;"
        "layers = [{'kind': 'residual_block'}, {'kind': 'squeeze_excitation'}, {'kind': 'global_pooling'}];"
        "assert analyse(layers, Shape(3, 16, 16), 4).ready;"
        "print([name for name in ('torch', 'mlflow', 'streamlit', 'pandas') if name in sys.modules])"
    )
    assert printed(code) == "[]"
