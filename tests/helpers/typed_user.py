"""What somebody writes who has types checked: a first answer in two lines, a store, and a frame."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from invitepolicy import Account, Advice, Invitation, Policy, PolicyError, Problem, decide, decide_each, load_policy
from invitepolicy.frames import decide_frame
from invitepolicy.store import PolicyStore

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)

advice: Advice = decide(load_policy("faq"), Invitation(sent_at=NOW, activity="daily"), now=NOW)
outcome: str = advice["withdraw"].outcome


def first_change(policy: Policy, sent_at: datetime) -> datetime | None:
    """Return when the answer to an invitation changes."""
    return decide(policy, {"sent_at": sent_at}, now=NOW, account=Account(tier="free"))["withdraw"].changes_at


def outcomes(folder: Path, style: str, records: list[Invitation]) -> list[str]:
    """Answer by a user's own style."""
    policy: Policy = PolicyStore(folder).get(style)
    return [found["withdraw"].outcome for found in decide_each(policy, records, now=NOW)]


def problems(path: Path) -> tuple[Problem, ...]:
    """Return what is wrong with a style."""
    try:
        load_policy(path)
    except PolicyError as error:
        return tuple(error.problems)
    return ()


frame: pl.DataFrame = decide_frame(load_policy("faq"), pl.DataFrame({"sent_at": [NOW]}), now=NOW)
