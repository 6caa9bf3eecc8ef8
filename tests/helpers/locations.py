"""Where the project keeps what tests read."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
DATA = TESTS / "data"
BAD = TESTS / "bad"
EXPORT = ROOT / "examples" / "linkedin-export"
