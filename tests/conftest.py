"""Fixtures that several folders of tests use."""

from __future__ import annotations

import gc

import pytest
from reviewing import NOW

from invitepolicy.cli import main


@pytest.fixture
def reviewed(capsys, monkeypatch):
    """Return a function that runs `invitepolicy review`: its exit status, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(source, *words):
        status = main(["review", str(source), *words, *NOW])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


@pytest.fixture
def no_garbage_collection():
    """Collect what earlier tests left, then hold the collector back.

    Finalizers and the callbacks of hypothesis run inside whichever test is under way, and may read a clock that the
    test has frozen; which test that is depends on the order, and so on the number of workers.
    """
    gc.collect()
    gc.disable()
    yield
    gc.enable()
