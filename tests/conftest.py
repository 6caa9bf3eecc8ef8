"""The command `invitepolicy review`, run in this process for whoever asks."""

from __future__ import annotations

import pytest
from reviewing import NOW

from invitepolicy.cli import main


@pytest.fixture
def reviewed(capsys, monkeypatch):
    """Give what the command prints: its status, its text and its remarks."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(source, *words):
        status = main(["review", str(source), *words, *NOW])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run
