"""The rooms of the house: their order, no circles, a door that opens on no feature, one clock."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from importlib.util import find_spec

import pytest
from locations import ROOT

import invitepolicy

PACKAGE = ROOT / "invitepolicy"
MOST_NAMES = 20  # in the listing of the package, so that it is read at a glance
FILES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}
FEATURES = sorted(name for name in FILES if not name.startswith("_"))
LATE = {"difflib", "hashlib", "icalendar", "importlib", "invitepolicy", "jinja2", "json", "jsonschema", "referencing"}


@cache
def parsed(path):
    """Return a file's syntax tree; many tests read each file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path):
    """Yield the modules that a file imports: each with its name, and whether that is inside a function."""
    tree = parsed(path)
    inside = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module, node in inside


def test_the_listing_is_read_at_a_glance():
    """At most 20 names stand in the listing of the package."""
    names = [path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"]

    assert len(names) <= MOST_NAMES


@pytest.mark.skipif(find_spec("importlinter") is None, reason="import-linter is part of the extra lint")
def test_the_order_of_the_house_is_kept():
    """The contracts of pyproject.toml: each room imports only what stands below it, and there are no circles."""
    words = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]

    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout
    assert "2 kept, 0 broken" in ran.stdout


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_module_says_what_it_is(name):
    """A folder's and a file's docstring begins with one sentence, which stands in a single line."""
    text = ast.get_docstring(parsed(FILES[name]))

    assert text
    assert text.partition("\n")[0].endswith(".")


@pytest.mark.parametrize("name", sorted(FILES))
def test_imports_stand_at_the_top(name):
    """But for what few users need and what costs more than all the rest."""
    hidden = {module.partition(".")[0] for module, inside in imports(FILES[name]) if inside}

    assert hidden <= LATE


@pytest.mark.parametrize("name", sorted(FILES))
def test_one_function_reads_the_clock(name):
    """Time is an argument: one module and the command name a clock; only the command reads the environment."""
    tree = parsed(FILES[name])
    named = {ast.unparse(node).rpartition(".") for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    clocks = {
        f"{owner}.{what}"
        for owner, _, what in named
        if (owner.endswith(("datetime", "date")) and what in ("now", "utcnow", "today")) or owner == "time"
    }

    if not name.startswith("cli"):
        assert not clocks or name == "_decide.decide"
        assert not {what for _, _, what in named} & {"environ", "getenv", "setlocale"}


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_code_is_made_and_nothing_is_connected_to(name):
    """Policies come from strangers: no exec, no eval, no network, no process."""
    tree = parsed(FILES[name])
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    modules = {module.partition(".")[0] for module, _ in imports(FILES[name])}

    assert not called & {"exec", "eval", "compile", "__import__"}
    assert not modules & {"socket", "http", "urllib3", "requests", "subprocess", "ctypes", "marshal", "shelve"}


def test_the_front_door_opens_on_no_feature():
    """`import invitepolicy` brings what decides: no feature, no YAML, no jsonschema, no argparse."""
    program = "import sys, invitepolicy; print(*sorted(sys.modules))"

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    loaded = set(ran.stdout.split())
    assert not {f"invitepolicy.{name}" for name in FEATURES} & loaded
    assert (
        not {"jsonschema", "referencing", "argparse", "zoneinfo", "csv", "freezegun", "yaml", "pathlib", "hashlib"}
        & loaded
    )


def test_the_front_door_leads_to_everything_it_names():
    """What reads policies comes when it is asked for; what is not there is reported as by any module."""
    names = invitepolicy.__all__

    assert names == sorted(names)
    assert set(names) <= set(dir(invitepolicy))
    assert all(callable(getattr(invitepolicy, name)) for name in names if name != "__version__")
    assert invitepolicy.__version__.split(".")[0].isdigit()
    with pytest.raises(AttributeError, match="module 'invitepolicy' has no attribute 'laod_policy'"):
        _ = invitepolicy.laod_policy


@pytest.mark.parametrize("feature", ["analysis", "review", "sources", "testing"])
def test_a_feature_opens_on_its_public_names(feature):
    """What the pages import from a feature stands in its `__all__`, sorted, and is there."""
    module = __import__(f"invitepolicy.{feature}", fromlist=["__all__"])

    assert module.__all__ == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)
