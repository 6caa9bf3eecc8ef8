"""The pages for contributors: what they name is there, and the layers are those of the contracts."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module

import pytest
from locations import ROOT

ARCHITECTURE = ROOT / "docs" / "architecture.md"
PAGES = [ARCHITECTURE, ROOT / "CONTRIBUTING.md", ROOT / "docs" / "testing.md"]
PATH = re.compile(r"`((?:[\w.-]+/)*[\w.-]+(?:\.(?:py|md|yaml|json|html|toml)|/))`")
IMPORT = re.compile(r"^ {4}from (invitepolicy[\w.]*) import (.+)$", re.MULTILINE)
WRITTEN_TO = {"tests/soak/found/"}


def exists(name):
    """Whether a path is there: from the top, in the package or the tests, or, for a bare name, anywhere below these."""
    folders = (ROOT, ROOT / "invitepolicy", ROOT / "tests")
    return any((folder / name).exists() for folder in folders) or (
        "/" not in name and any(True for folder in folders[1:] for _ in folder.rglob(name))
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_exists(page):
    """Files and folders in backticks; `NAME` stands for one to be made."""
    names = set(PATH.findall(page.read_text(encoding="utf-8")))

    assert names
    assert [name for name in sorted(names - WRITTEN_TO) if "NAME" not in name and not exists(name)] == []


def test_every_import_is_public():
    """What the page imports stands in the feature's `__all__`, or is defined in its module."""
    imports = IMPORT.findall(ARCHITECTURE.read_text(encoding="utf-8"))

    assert imports
    for module, names in imports:
        feature = import_module(module)
        assert set(names.split(", ")) <= set(getattr(feature, "__all__", vars(feature)))


def test_the_import_order_is_that_of_the_contracts():
    """The page shows the layers of pyproject.toml, line by line."""
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = configuration["tool"]["importlinter"]["contracts"][0]["layers"]

    assert "\n".join(f"    {layer}" for layer in layers) in ARCHITECTURE.read_text(encoding="utf-8")


def test_links_of_the_top_pages_lead_to_files():
    """CONTRIBUTING and the README, from the top of the project."""
    for page in ("CONTRIBUTING.md", "README.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / page).read_text(encoding="utf-8")):
            assert (ROOT / target).exists(), target
