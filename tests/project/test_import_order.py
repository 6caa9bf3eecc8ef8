"""The contracts of import-linter notice what they are there for: each is broken once, in a copy of the package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest
from locations import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("importlinter") is None, reason="import-linter is part of the extra lint"),
]

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
ORDER = "The order of the house: each room imports only what stands below it"
CIRCLES = "No circles, inside a room or between rooms"


@pytest.fixture
def lint_copy(tmp_path):
    """Return a function that adds imports to files of a copy of the package, and runs `lint-imports` there."""
    shutil.copytree(ROOT / "invitepolicy", tmp_path / "invitepolicy", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def lint(**imports):
        for module, statement in imports.items():
            path = tmp_path / "invitepolicy" / (module.replace("__", "/") + ".py")
            path.write_text(f"{path.read_text('utf-8')}\n{statement}\n", "utf-8")
        return subprocess.run(
            [sys.executable, "-c", LINT, "--no-cache"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "200", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    return lint


def test_the_package_keeps_its_contracts(lint_copy):
    """Unchanged, the copy passes."""
    done = lint_copy()

    assert (f"{ORDER} KEPT" in done.stdout, f"{CIRCLES} KEPT" in done.stdout, done.returncode) == (True, True, 0)


@pytest.mark.parametrize(
    ("module", "statement", "edge"),
    [
        ("_core__text", "import invitepolicy._read.load", "invitepolicy._core.text -> invitepolicy._read.load"),
        (
            "_decide__rules",
            "import invitepolicy._prove.cells",
            "invitepolicy._decide.rules -> invitepolicy._prove.cells",
        ),
        ("store", "import invitepolicy.cli.options", "invitepolicy.store -> invitepolicy.cli.options"),
    ],
)
def test_an_import_against_the_order_is_refused(lint_copy, module, statement, edge):
    """The import is named, also where it closes no circle of modules."""
    done = lint_copy(**{module: statement})

    assert done.returncode == 1
    assert f"{ORDER} BROKEN" in done.stdout
    assert edge in done.stdout


def test_a_circle_inside_a_folder_is_refused(lint_copy):
    """Two modules of `_core` that import each other keep the order of the folders, and are refused all the same."""
    done = lint_copy(
        _core__text="import invitepolicy._core.quantities", _core__quantities="import invitepolicy._core.text"
    )

    assert done.returncode == 1
    assert f"{ORDER} KEPT" in done.stdout
    assert f"{CIRCLES} BROKEN" in done.stdout
    assert "invitepolicy._core" in done.stdout.partition("Broken contracts")[2]
