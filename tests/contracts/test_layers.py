"""Imports run downward only, each heavy library has one owner, and what lists things imports no torch."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.fresh_python import printed

ROOT = Path(__file__).resolve().parents[2]

# the layer of each module of cnnlab, by its first part; a module may import its own layer and those below
LAYERS = {
    0: {
        "errors",
        "home",
        "names",
        "yaml_io",
        "draft_files",
        "registry",
        "i18n",
        "experiment",
        "failures",
        "pace",
        "recommended",
    },
    1: {"data", "models", "tasks", "augment", "presets"},
    2: {"training"},
    3: {
        "runs",
        "evaluation",
        "explain",
        "system",
        "energy",
        "checks",
        "drafts",
        "estimates",
        "designs",
        "design_use",
        "bench",
        "trial",
        "inside",
    },
    4: {"jobs", "plots"},
    5: {"session", "signs"},
    6: {"worker"},
    7: {"cli", "ui"},
}
LAYER_OF = {name: layer for layer, names in LAYERS.items() for name in names}
OWNERS = {"streamlit": {"ui"}, "mlflow": {"runs"}, "captum": {"explain"}}

# modules that pages, ``submit`` and ``show`` use: they answer fast because these import neither torch nor mlflow
LIGHT = [
    "cnnlab.experiment",
    "cnnlab.registry",
    "cnnlab.checks",
    "cnnlab.drafts",
    "cnnlab.estimates",
    "cnnlab.i18n",
    "cnnlab.data.types",
    "cnnlab.data.catalogue",
    "cnnlab.runs.states",
    "cnnlab.runs.process",
    "cnnlab.runs.journal",
    "cnnlab.runs.view",
    "cnnlab.system",
    "cnnlab.jobs.submit",
    "cnnlab.jobs.control",
    "cnnlab.jobs.supervisor",
    "cnnlab.jobs.slots",
    "cnnlab.cli",
    "cnnlab.cli.queue",
    "cnnlab.cli.training",
    "cnnlab.cli.catalogues",
]


def _modules() -> list[Path]:
    return sorted((ROOT / "cnnlab").rglob("*.py"))


def _first_part(path: Path) -> str:
    return path.relative_to(ROOT / "cnnlab").parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    """Every module that a file imports, inside functions too, without those only for type checking."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_every_module_has_a_layer() -> None:
    assert {_first_part(path) for path in _modules()} - set(LAYER_OF) <= {"__init__", "__main__"}


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_downward(path: Path) -> None:
    own = _first_part(path)
    if own in ("__init__", "__main__"):
        return
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] != "cnnlab" or len(parts) < 2 or parts[1] not in LAYER_OF:
            continue
        assert LAYER_OF[parts[1]] <= LAYER_OF[own], f"{path.name} imports {name}, which lies above it"
        assert not (own == "jobs" and parts[1] in ("worker", "session")), "the process boundary is the arrow"


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_each_library_has_one_owner(path: Path) -> None:
    for name in _imports(path):
        library = name.split(".")[0]
        if library in OWNERS:
            assert _first_part(path) in OWNERS[library], f"{path.name} imports {library}"


@pytest.mark.parametrize("module", LIGHT)
def test_what_answers_fast_imports_neither_torch_nor_mlflow(module: str) -> None:
    code = f"import sys, {module}; print([m for m in ('torch', 'mlflow', 'streamlit', 'pandas') if m in sys.modules])"
    assert printed(code) == "[]"
