"""The rooms of the house: one import order without circles, a door that opens on no leaf, one clock."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from locations import ROOT

import invitepolicy

PACKAGE = ROOT / "invitepolicy"

# A module imports only what stands left of it (in its own row: what stands left of it there).
ORDER = (
    [
        "_resources",
        "_text",
        "_frozen",
        "errors",
        "_quantities",
        "_vocabulary",
        "_checks",
        "_records",
        "_model",
        "_problems",
    ],
    ["_syntax", "_source", "_shape"],
    [
        "_amounts",
        "_lines",
        "_reasons",
        "_when",
        "_settings",
        "_arrange",
        "_rules",
        "_fingerprint",
        "_fold",
        "_cases",
        "_build",
    ],
    ["_borders", "_cells", "_boxes", "_outcomes", "_witness", "_proof"],
    ["_load", "_account", "_answers", "_locate", "_tree", "_table", "_decide"],
    ["__init__"],
)
RANK = {name: (row, column) for row, names in enumerate(ORDER) for column, name in enumerate(names)}
LATE = {
    ("__init__", "invitepolicy"),
    ("_fingerprint", "hashlib"),
    ("_fingerprint", "json"),
    ("_lines", "json"),
    ("_load", "invitepolicy"),
    ("_shape", "json"),
    ("_shape", "jsonschema"),
    ("_shape", "referencing"),
    ("_text", "difflib"),
    ("agenda", "icalendar"),
    ("report", "jinja2"),
}  # imports inside a function: what few need costs most
CLOCKED = "_decide"


def files():
    """Give every file of the package by its dotted name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


FILES = files()
CORE = sorted(name for name in FILES if name.startswith("_") and name != "__main__")
LEAVES = sorted(name for name in FILES if not name.startswith("_") and name != "errors")


def imports(path):
    """Give the modules that a file imports: each with its name, and whether that is inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
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
            if node.module == "invitepolicy":
                yield from ((f"invitepolicy.{alias.name}", node in inside) for alias in node.names)


def own(path):
    """Give the modules of the package that a file imports, by their dotted names."""
    for name, _ in imports(path):
        short = name.removeprefix("invitepolicy.")
        if name != short and short in FILES:
            yield short
        elif name == "invitepolicy":
            yield "__init__"


def test_every_core_file_has_its_place():
    """The listing in this test is the listing of the folder."""
    assert sorted(RANK) == sorted([*CORE, "errors"])


@pytest.mark.parametrize("name", sorted(RANK))
def test_the_core_imports_only_what_stands_left_of_it(name):
    """One order, no circles, and no leaf."""
    for other in own(FILES[name]):
        assert other in RANK, f"{name} imports the leaf {other}"
        assert RANK[other] < RANK[name], f"{name} imports {other}, which stands behind it"


def test_leaves_make_no_circle():
    """A leaf may use another; the command uses them all, and none uses the command."""
    using = {name: {other for other in own(FILES[name]) if other in LEAVES and other != name} for name in LEAVES}
    for name, others in using.items():
        assert name.startswith("cli") or not any(other.startswith("cli") for other in others), name
    while using:
        free = [name for name, others in using.items() if not others & using.keys()]
        assert free, f"a circle among {sorted(using)}"
        for name in free:
            del using[name]


@pytest.mark.parametrize("name", sorted(FILES))
def test_imports_stand_at_the_top(name):
    """But for what few users need and what costs more than all the rest."""
    hidden = {(name, module.partition(".")[0]) for module, inside in imports(FILES[name]) if inside}

    assert hidden <= LATE


@pytest.mark.parametrize("name", sorted(FILES))
def test_one_function_reads_the_clock(name):
    """Time is an argument: only `_decide` and the command name a clock; only the command reads the environment."""
    tree = ast.parse(FILES[name].read_text(encoding="utf-8"))
    named = {ast.unparse(node).rpartition(".") for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    clocks = {
        f"{whose}.{what}"
        for whose, _, what in named
        if (whose.endswith(("datetime", "date")) and what in ("now", "utcnow", "today")) or whose == "time"
    }

    if not name.startswith("cli"):
        assert not clocks or name == CLOCKED
        assert not {what for _, _, what in named} & {"environ", "getenv", "setlocale"}


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_code_is_made_and_nothing_is_connected_to(name):
    """Policies come from strangers: no exec, no eval, no network, no process."""
    tree = ast.parse(FILES[name].read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    modules = {module.partition(".")[0] for module, _ in imports(FILES[name])}

    assert not called & {"exec", "eval", "compile", "__import__"}
    assert not modules & {"socket", "http", "urllib3", "requests", "subprocess", "ctypes", "marshal", "shelve"}


def test_the_front_door_opens_on_no_leaf():
    """`import invitepolicy` brings what decides: no leaf, no YAML, no jsonschema, no argparse."""
    program = "import sys, invitepolicy; print(*sorted(sys.modules))"

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    loaded = set(ran.stdout.split())
    assert not {f"invitepolicy.{leaf}" for leaf in LEAVES} & loaded
    assert (
        not {"jsonschema", "referencing", "argparse", "zoneinfo", "csv", "freezegun", "yaml", "pathlib", "hashlib"}
        & loaded
    )


def test_the_front_door_leads_to_everything_it_names():
    """What reads policies comes when it is asked for; what is not there is told as by any module."""
    names = invitepolicy.__all__

    assert names == sorted(names)
    assert set(names) <= set(dir(invitepolicy))
    assert all(callable(getattr(invitepolicy, name)) for name in names)
    with pytest.raises(AttributeError, match="module 'invitepolicy' has no attribute 'laod_policy'"):
        _ = invitepolicy.laod_policy
