"""A review as data for programs and spreadsheets: JSON, JSON Lines and CSV."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from invitepolicy._core.quantities import format_instant
from invitepolicy._core.text import safe_text
from invitepolicy.sources.csv_safe import format_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from invitepolicy import Decision, Policy
    from invitepolicy.review.model import Answered, Review

COLUMNS: Final = ("name", "url", "direction", "status", "status_basis", "sent_at")
# Suffixes of the columns of a decision, in the order of _answer_cells.
ABOUT_A_DECISION: Final = ("", "_reason", "_changes_at", "_changes_to")
# Names stay readable in every script; what must not be shown is escaped by _dump.
_OBJECT: Final = json.JSONEncoder(ensure_ascii=False, indent=1)
_LINE: Final = json.JSONEncoder(ensure_ascii=False)
# What JSON does not escape and a terminal obeys or hides: controls, breaks, bidirectional and invisible marks, halves.
# U+200C and U+200D are not among them: Persian words and emoji need these joiners.
_HIDDEN: Final = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def format_json(review: Review) -> Iterator[str]:
    """Yield a review as one JSON object."""
    yield _dump(_OBJECT, review.to_dict())


def format_jsonl(answered: Iterable[Answered]) -> Iterator[str]:
    """Yield each record with its answers as a line of JSON, as they are decided."""
    return (_dump(_LINE, record.to_dict()) for record in answered)


def format_csv(policy: Policy, answered: Iterable[Answered]) -> Iterator[str]:
    r"""Yield each record with its answers as a CSV row whose cells no spreadsheet runs as formulas.

    The columns are the same for every source. `unescape_cell` undoes the escape against formulas; control and invisible
    characters are written like `\x1b`.
    """
    # From the policy and not from the answers: an empty source gets the same header.
    decisions = [name for name, decision in policy.decisions.items() if decision.subject == "invitation"]
    yield format_row([*COLUMNS, *(f"{name}{about}" for name in decisions for about in ABOUT_A_DECISION)])
    for record in answered:
        cells = [*_record_cells(record), *(cell for name in decisions for cell in _answer_cells(record.advice[name]))]
        yield format_row(map(safe_text, cells))


def _dump(encoder: json.JSONEncoder, plain: Any) -> str:
    text = encoder.encode(plain)
    return f"{_HIDDEN.sub(_escape, text)}\n"


def _escape(match: re.Match[str]) -> str:
    # Four digits are enough: _HIDDEN has no character beyond U+FFFF.
    return f"\\u{ord(match[0]):04x}"


def _record_cells(answered: Answered) -> Iterator[str]:
    for column in COLUMNS:
        value = getattr(answered.invitation, column)
        yield _instant(value) if column == "sent_at" else value or ""


def _answer_cells(answer: Decision) -> tuple[str, ...]:
    return answer.outcome, answer.reason, _instant(answer.changes_at), answer.changes_to or ""


def _instant(instant: datetime | None) -> str:
    return "" if instant is None else format_instant(instant)
