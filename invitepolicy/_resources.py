"""The files that travel with the library: in an installed package inside it, in a source tree beside it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource_folder(name: str) -> Path:
    """Give the folder `policies` or `schemas`: the package's own, else the source tree's (an editable install)."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
