"""Fixtures that several folders of tests use."""

from __future__ import annotations

import pytest
from freezegun import freeze_time
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
def lazy_modules_loaded():
    """Freeze time once before a test that counts the readings of a frozen clock.

    When it starts, freezegun looks at every attribute of every loaded module, and so loads what modules import lazily;
    `numpy.f2py` then reads the clock. Whether it was loaded before depends on the tests that ran in this process.
    """
    with freeze_time("2026-01-01"):
        pass
