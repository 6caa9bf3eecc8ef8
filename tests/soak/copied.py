"""A copy of the project in a temporary folder, in which code may be broken, and pytest run there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from paths import PROJECT

WANTED = (
    "invitepolicy", "policies", "schemas", "tests", "docs", "examples",
    "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", ".ci", ".pre-commit-hooks.yaml",
)  # fmt: skip
UNWANTED = shutil.ignore_patterns("__pycache__", "node_modules", "found", ".hypothesis")


@contextmanager
def copied():
    """Yield a folder with a copy of the project, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="invitepolicy-soak-") as name:
        folder = Path(name)
        for entry in WANTED:
            if (PROJECT / entry).is_dir():
                shutil.copytree(PROJECT / entry, folder / entry, ignore=UNWANTED)
            elif (PROJECT / entry).is_file():
                shutil.copy(PROJECT / entry, folder / entry)
        yield folder


def run(folder, *words, timeout=None):
    """Run a module of Python in a copy, which comes before the installed package. Return the finished process."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "300"}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
