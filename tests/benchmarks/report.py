"""What every benchmark's result file says first: command, machine, versions, date."""

from __future__ import annotations

import datetime
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

DOCS = Path(__file__).resolve().parents[2] / "docs" / "benchmarks"


def heading(title: str, command: str, packages: tuple[str, ...] = ("torch", "torchvision", "mlflow")) -> str:
    """The head of a result file, in Markdown."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    memory = psutil.virtual_memory().total / 1e9
    return (
        f"# {title}\n\n"
        f"- Command: `{command}`\n"
        f"- Machine: {processor()}, {psutil.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, no GPU used\n"
        f"- Versions: Python {platform.python_version()}, {versions}\n"
        f"- Date: {datetime.datetime.now(datetime.UTC).date().isoformat()}\n\n"
    )


def processor() -> str:
    """The processor's name and whether it computes bfloat16 in hardware."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return platform.processor()
    text = path.read_text()
    model = next((line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name")), "unknown")
    return f"{model} ({'with' if 'avx512_bf16' in text else 'without'} avx512_bf16)"


def write(name: str, text: str) -> Path:
    DOCS.mkdir(parents=True, exist_ok=True)
    path = DOCS / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return path
