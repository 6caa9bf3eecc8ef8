"""Every block of docs/*.md runs: policies load, programs print what stands below them, commands do what they show."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import attrs
import pytest
from locations import ROOT, TESTS

from invitepolicy import load_policy
from invitepolicy.testing.run import run_tests

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
# Blocks that need an engine of their own, and the test that runs them in the full checks.
ELSEWHERE = {"python spark": TESTS / "unit" / "frames" / "test_spark.py"}
_FENCE = re.compile(r"^(?P<fence>```+|~~~+)(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=fence)[ ]*$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")


@attrs.frozen
class Block:
    """A fenced block: its language, its text, and the line on which the text begins."""

    language: str
    text: str
    line: int


def blocks(page):
    """Return the blocks of a page in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(found["info"].strip(), found["text"], text.count("\n", 0, found.start("text")) + 1)
        for found in _FENCE.finditer(text)
    ]


class Reader:
    """Somebody who does what a page says, from top to bottom, in a folder of their own."""

    def __init__(self, page):
        """Begin at the top, with nothing."""
        self.page, self.module, self.printed = page, ModuleType("page"), None

    def follow(self, block):
        """Do what one block says, or find the test that does; a kind that nobody knows to run is a mistake."""
        if block.language in ELSEWHERE:
            other = ELSEWHERE[block.language].read_text(encoding="utf-8")
            assert f"```{block.language}" in other, f"{self.page.name}:{block.line}: no other test runs this"
            assert self.page.name in other, f"{self.page.name}:{block.line}: no other test runs this"
            return
        assert block.language in self.KINDS, f"{self.page.name}:{block.line}: nobody runs “{block.language}”"
        if block.language != "text":
            assert not self.printed, f"{self.page.name}:{block.line}: what was printed above is not shown"
        self.KINDS[block.language](self, block)

    def policy(self, block):
        """Load a policy, keep the tests in it, and leave it as a file for what follows."""
        name = re.search(r"^name: *(\S+)", block.text, re.MULTILINE)[1]
        path = Path(f"{name}.yaml")
        path.write_text(block.text, encoding="utf-8")
        assert load_policy(path).name == name
        assert [result.failures for result in run_tests(load_policy(path)).results if result.failures] == []

    def program(self, block):
        """Run a program behind those above it, and the tests that it defines."""
        names = vars(self.module)
        before = set(names)
        with contextlib.redirect_stdout(io.StringIO()) as out:
            # Blank lines in front, so that a traceback names the page's own line.
            code = compile("\n" * (block.line - 1) + block.text, str(self.page), "exec", dont_inherit=True)
            exec(code, names)  # noqa: S102
            for name in sorted(set(names) - before):
                if name.startswith("test_"):
                    names[name]()
        self.printed = out.getvalue()

    def text(self, block):
        """Compare what was printed with what stands below the program, word for word."""
        assert self.printed is not None, f"{self.page.name}:{block.line}: nothing above prints this"
        assert self.printed == block.text
        self.printed = None

    def console(self, block):
        """Run each command of a session; where output is shown, it is what comes, and `…` stands for any lines."""
        assert block.text.startswith("$ ")
        for session in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, shown = session.partition("\n")
            program, *arguments = shlex.split(command)
            assert program == "invitepolicy", f"{self.page.name}:{block.line}: nobody runs “{program}”"
            ran = subprocess.run(
                [sys.executable, "-m", "invitepolicy", *arguments],
                capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1"},
            )  # fmt: skip
            output = ran.stdout + ran.stderr
            assert ran.returncode == 0 or (ran.returncode == 1 and shown.strip()), f"{command}\n{output}"
            pattern = re.escape(shown.strip()).replace("…", ".*")
            assert not shown.strip() or re.fullmatch(pattern, output.strip(), re.DOTALL), f"{command}\n{output}"

    KINDS = {"yaml": policy, "python": program, "text": text, "console": console}  # noqa: RUF012  (a table)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_of_a_page_does_what_it_says(page, tmp_path, monkeypatch):
    """In order, one reader a page, beside a copy of the examples; no block is left out."""
    shutil.copytree(DOCS.parent / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    root, level = logging.getLogger(), logging.getLogger().level
    handlers = root.handlers[:]
    reader = Reader(page)
    monkeypatch.setitem(sys.modules, "page", reader.module)  # data classes and models ask where they were made

    try:
        for block in blocks(page):
            reader.follow(block)
    finally:
        if engine := vars(reader.module).get("engine"):
            engine.dispose()  # a page about a database leaves it open, as its reader would
        root.handlers[:] = handlers
        root.setLevel(level)

    assert not reader.printed, "what the last program printed is not shown"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_fence_is_left_open_and_none_is_indented_away(page):
    """So that the test above sees every block there is."""
    fences = re.findall(r"^\s*(?:```|~~~)", page.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(fences) == 2 * len(blocks(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page):
    """Links to files of the project, from the page's own folder."""
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert (DOCS / target).exists(), target


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "text", "problem"),
    [
        ("", "x\n", "nobody runs “”"),
        ("json", "{}\n", "nobody runs “json”"),
        ("python spark", "x\n", "no other test runs this"),
        ("text", "x\n", "nothing above prints this"),
        ("console", "$ rm -r x\n", "nobody runs “rm”"),
        ("console", "$ invitepolicy show faqs\n", "there is no shipped policy"),
        ("console", "$ invitepolicy --version\ninvitepolicy 0.0\n", "invitepolicy --version"),
    ],
)
def test_a_block_that_cannot_be_followed_fails(language, text, problem):
    """Nothing is passed over in silence."""
    with pytest.raises(AssertionError, match=re.escape(problem)):
        Reader(DOCS / "page.md").follow(Block(language, text, 1))


def test_a_reader_compares_what_is_printed():
    """Word for word; and what is printed must be shown."""
    reader = Reader(DOCS / "page.md")
    reader.follow(Block("console", "$ invitepolicy --version\ninvitepolicy …\n", 1))
    reader.follow(Block("python", "print(1)\n", 1))

    with pytest.raises(AssertionError):
        reader.follow(Block("text", "2\n", 1))
    with pytest.raises(AssertionError, match="what was printed above is not shown"):
        reader.follow(Block("python", "print(2)\n", 1))
