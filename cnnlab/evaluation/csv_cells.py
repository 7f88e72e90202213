"""Cells of tables that spreadsheets open."""

from __future__ import annotations


def inert(cell: str) -> str:
    """A spreadsheet runs cells that begin like a formula: a leading apostrophe keeps them text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
