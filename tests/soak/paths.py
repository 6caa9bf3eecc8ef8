"""Makes what the tests share importable, as pytest's `pythonpath` does: imported for this alone, before all else."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent
PROJECT = TESTS.parent

sys.path += [str(TESTS / "helpers")]
