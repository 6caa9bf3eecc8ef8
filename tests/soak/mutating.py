"""Mutation testing of the core by mutmut 3: each file in a copy of its own, held to the tests that are about it.

Mutmut leaves alone what stands outside functions and whatever is decorated. A mutant that differs in nothing but the
words of a sentence does not count: what messages say is held by the catalogue of mistakes in `tests/bad`.
"""

from __future__ import annotations

import ast
import re

from copied import copied, run
from paths import PROJECT

BAR = 95  # per cent
WORDS = 2  # blanks inside a text that make it a sentence
LAWS = (
    "tests/laws/test_laws.py::test_the_fast_way_equals_the_plain_reading",
    "tests/laws/test_laws.py::test_an_answer_is_constant_until_it_changes_and_different_then",
    "tests/policies/test_shipped.py",
    "tests/conformance/test_conformance.py",
)  # the slowest come last, and what they alone notice takes long
FILES = {
    "_core/quantities": (
        "tests/unit/_core/test_quantities.py",
        "tests/unit/_core/test_amounts.py",
        "tests/unit/_read/test_settings.py",
    ),
    "_decide/rules": ("tests/unit/_decide/test_rules.py", "tests/unit/_core/test_reasons.py"),
    "_read/resolve": (
        "tests/unit/_read/test_resolve.py",
        "tests/unit/_read/test_inherit.py",
        "tests/unit/_read/test_settings.py",
        "tests/unit/_read/test_fingerprint.py",
    ),
    "_prove/cells": ("tests/unit/_prove/test_cells.py", "tests/unit/_prove/test_promises.py"),
    "_decide/decide": (
        "tests/unit/_decide/test_decide.py",
        "tests/unit/_decide/test_account.py",
        "tests/unit/_decide/test_answers.py",
    ),
}
CONFIG = """
[tool.mutmut]
source_paths = ["invitepolicy/"]
only_mutate = ["invitepolicy/{file}.py"]
also_copy = ["policies", "schemas", "examples", "docs", "README.md", "CHANGELOG.md"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "tests.soak.unshrunk"]
pytest_add_cli_args_test_selection = [{tests}]
do_not_mutate_patterns = ["assert_never\\\\(", "case _ as never"]
use_git_change_detection = false
"""
RESULT = re.compile(r"^\s*(invitepolicy\.\S+): (.*)$", re.MULTILINE)
NOTICED = "killed", "timeout"


def mutants_round(index, notes):
    """Try every mutant of a file. Notes tell the score and the survivors; below the bar it is a failure. Count 1."""
    file = list(FILES)[index]
    with copied() as folder:
        tests = [name for name in (*FILES[file], *LAWS) if (folder / name.partition("::")[0]).is_file()]
        config = CONFIG.format(file=file, tests=", ".join(f'"{name}"' for name in tests))
        (folder / "pyproject.toml").write_text((PROJECT / "pyproject.toml").read_text("utf-8") + config, "utf-8")
        ran = run(folder, "mutmut", "run", "--max-children", "1")
        listed = run(folder, "mutmut", "results", "--all", "true").stdout
        functions = _functions((folder / "mutants" / "invitepolicy" / f"{file}.py").read_text("utf-8"))
    results = {name.rpartition(".")[2]: how for name, how in RESULT.findall(listed)}
    assert results and "not checked" not in results.values(), ran.stdout[-3000:] + ran.stderr[-2000:]  # noqa: PT018
    counted = {name: how for name, how in results.items() if not _is_message(functions, name)}
    alive = {name: how for name, how in counted.items() if how not in NOTICED}
    score = 100 * (1 - len(alive) / len(counted))
    notes["report"] = [
        f"| `{file}` | {len(counted)} | {len(results) - len(counted)} | {score:.1f} % |",
        *(f"    {name} ({how}): {_shown(functions, name)}" for name, how in alive.items()),
    ]
    assert score >= BAR, "\n".join(notes["report"])
    return 1


def _functions(text):
    return {node.name: node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}


def _original(functions, name):
    return functions[name.rpartition("__mutmut_")[0] + "__mutmut_orig"]


def _is_message(functions, name):
    pairs = list(_differences(_original(functions, name), functions[name]))
    return all(isinstance(one, str) and one.strip().count(" ") >= WORDS for one, _ in pairs)


def _shown(functions, name):
    """Show the lines in which a mutant differs."""
    before, after = (ast.unparse(node).splitlines()[1:] for node in (_original(functions, name), functions[name]))
    gone, came = ([line.strip() for line in one if line not in other] for one, other in
                  ((before, after), (after, before)))  # fmt: skip
    return f"{' / '.join(gone)} -> {' / '.join(came)}"


def _differences(one, other):
    """Yield the pairs of smallest parts in which two syntax trees differ, but for the name of the function itself."""
    if isinstance(one, ast.AST) and type(one) is type(other):
        for field in one._fields:
            if not (field == "name" and isinstance(one, ast.FunctionDef)):
                yield from _differences(getattr(one, field, None), getattr(other, field, None))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for first, second in zip(one, other, strict=True):
            yield from _differences(first, second)
    elif one != other:
        yield one, other
