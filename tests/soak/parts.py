"""The parts of a soak: what a round of each does, how much of it page and issue ask for, and what is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from breaking import breakages, broken_round
from deciding import account_round, constant_round, decide_round
from mutating import FILES, mutants_round
from proving import diff_round, frames_round, lint_round
from reading import parse_round, records_round

if TYPE_CHECKING:
    from collections.abc import Callable


@attrs.frozen
class Part:
    """A part: a round of it takes a number and notes, writes down what it tries, and gives how much it did.

    A round that is to be repeated gets the same number. `asked` is how much a whole soak does. What `is_listed` is
    done once, and its rounds are numbered from nought.
    """

    run: Callable[[int, dict], int]
    asked: int
    unit: str
    is_listed: bool = False


PARTS = {
    "decide": Part(decide_round, 20_000_000, "policy, record and instant"),
    "constant": Part(constant_round, 20_000_000, "answer at an instant"),
    "account": Part(account_round, 1_000_000, "list of invitations"),
    "parse": Part(parse_round, 10_000_000, "damaged policy"),
    "records": Part(records_round, 1_000_000, "damaged export or JSON Lines"),
    "frames": Part(frames_round, 10_000_000, "row of a polars frame"),
    "lint": Part(lint_round, 100_000, "small policy"),
    "diff": Part(diff_round, 100_000, "pair of small policies"),
    "broken": Part(broken_round, len(breakages()), "promise broken on purpose", is_listed=True),
    "mutants": Part(mutants_round, len(FILES), "file with every mutant", is_listed=True),
}
