"""The files that travel with the library: in an installed package inside it, in a source tree beside it."""

from __future__ import annotations

import os.path

# os.path and not pathlib, whose import takes a noticeable part of the library's own.
_PACKAGE = os.path.dirname(os.path.dirname(__file__))


def resource_folder(name: str) -> str:
    """Return the folder `policies` or `schemas`: the package's own, else the source tree's (an editable install)."""
    inside = os.path.join(_PACKAGE, name)
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(_PACKAGE), name)
