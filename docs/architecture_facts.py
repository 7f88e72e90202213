"""Counts what each architecture states of itself: parameters and multiply-accumulates at its default size.

    python docs/architecture_facts.py [NAME ...]            prints what differs from the data files
    python docs/architecture_facts.py [NAME ...] --write    and corrects them

Multiply-accumulates of convolutions, linear layers and attention products of one image, as papers count them. Nothing
is computed or allocated: the networks are on torch's meta device.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnlab.data.types import InputKind
from cnnlab.experiment import ModelSpec
from cnnlab.models.build import build_network
from cnnlab.registry import Entry, registry

FOLDER = Path(__file__).resolve().parent.parent / "cnnlab" / "models" / "architectures"
OUTPUTS = 10
COUNTED = ("parameters", "macs")


def counted(
    entry: Entry, *, size: int | None = None, channels: int | None = None, outputs: int = OUTPUTS
) -> dict[str, int]:
    """``parameters`` and ``macs`` of the network with its default options."""
    side, depth = size or int(entry.facts["default_size"]), channels or int(entry.facts["default_channels"])
    kind = InputKind("image", (depth, side, side))
    with torch.device("meta"):
        network = build_network(ModelSpec(architecture=entry.name), kind, outputs, (0.0,) * depth, (1.0,) * depth)
        image = torch.empty(1, *kind.shape)
    network.eval()  # with gradients: without them attention takes a fused path that no counter sees
    with FlopCounterMode(display=False) as counter:
        network(image)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return {"parameters": parameters, "macs": counter.get_total_flops() // 2}


def write(entry: Entry, found: dict[str, int]) -> None:
    """Puts the numbers into the entry's facts, where they are stated already or after "default_channels"."""
    path = FOLDER / f"{entry.code}.yaml"
    text = path.read_text("utf-8")
    start, end = _extent(text, entry.name)
    part = text[start:end]
    for fact in COUNTED:
        line = re.search(rf"^( *){fact}: *\d*(.*)$", part, re.MULTILINE)
        if line:
            part = part[: line.start()] + f"{line[1]}{fact}: {found[fact]}{line[2]}" + part[line.end() :]
            continue
        before = re.search(r"^( *)(?:parameters|default_channels|year):.*\n", part, re.MULTILINE)
        if before is None:
            raise SystemExit(f"{path.name}: no facts of {entry.name} to write to")
        part = part[: before.end()] + f"{before[1]}{fact}: {found[fact]}\n" + part[before.end() :]
    path.write_text(text[:start] + part + text[end:], "utf-8")


def _extent(text: str, name: str) -> tuple[int, int]:
    """Where the member ``name`` of a family stands; of a file with one entry, all of it."""
    own = re.search(rf"^ *- name: {re.escape(name)}$", text, re.MULTILINE)
    if own is None:
        return 0, len(text)
    following = re.compile(r"^( *- name: |\S)", re.MULTILINE).search(text, own.end())
    return own.start(), following.start() if following else len(text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    wrong = 0
    for name in arguments.names or registry("architecture"):
        entry = registry("architecture")[name]
        found = counted(entry)
        if all(entry.facts.get(fact) == found[fact] for fact in COUNTED):
            continue
        wrong += 1
        print(f"{name}: {found['parameters']:,} parameters, {found['macs']:,} MACs")
        if arguments.write:
            write(entry, found)
    return 1 if wrong and not arguments.write else 0


if __name__ == "__main__":
    raise SystemExit(main())
