"""Random records: by hypothesis for laws, and by a seed for counts."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from invitepolicy import Account, Invitation
from invitepolicy._core.facts import ACTIVITIES, DIRECTIONS, RELATIONSHIPS, STATUSES, TIERS

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
_THRESHOLDS = [timedelta(days=days) for days in (0, 1, 3, 4, 7, 14, 21, 30, 90, 166, 180)]
_NEAR = [timedelta(microseconds=-1), timedelta(), timedelta(microseconds=1)]

instants = st.one_of(
    st.none(),
    st.builds(lambda threshold, near: NOW - threshold + near, st.sampled_from(_THRESHOLDS), st.sampled_from(_NEAR)),
    st.datetimes(datetime(2025, 6, 1), datetime(2026, 6, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
counts = st.one_of(st.none(), st.integers(0, 800))
invitations = st.builds(
    Invitation,
    direction=st.sampled_from(DIRECTIONS),
    status=st.sampled_from(STATUSES),
    relationship=st.sampled_from(RELATIONSHIPS),
    activity=st.sampled_from(ACTIVITIES),
    sent_at=instants,
    answered_at=instants,
    withdrawn_at=instants,
    last_active_at=instants,
    note=st.one_of(st.none(), st.integers(0, 350).map("x".__mul__)),
    email_requested=st.booleans(),
    attempts=st.integers(0, 4),
    tags=st.sampled_from([(), ("keep",), ("vip",), ("keep", "vip")]),
)
accounts = st.builds(
    Account,
    pending=counts,
    sent_last_day=counts,
    sent_last_week=counts,
    settled=counts,
    rejected_share=st.one_of(st.none(), st.floats(0, 1)),
    email_requests=counts,
    notes_last_month=counts,
    restricted_at=instants,
    tier=st.sampled_from(TIERS),
)


def random_invitations(number: int, *, seed: int) -> list[Invitation]:
    """Make records of every status, with dates missing, on thresholds and a microsecond beside them."""
    rng = random.Random(seed)  # noqa: S311  (a seeded test is the point)

    def instant() -> datetime | None:
        match rng.randrange(4):
            case 0:
                return None
            case 1:
                return NOW - rng.choice(_THRESHOLDS) + rng.choice(_NEAR)
            case _:
                return NOW - timedelta(seconds=rng.uniform(-5 * 86400, 220 * 86400))

    return [
        Invitation(
            direction=rng.choice(DIRECTIONS),
            status=STATUSES[index % len(STATUSES)],
            relationship=rng.choice(RELATIONSHIPS),
            activity=rng.choice(ACTIVITIES),
            sent_at=instant(),
            answered_at=instant(),
            withdrawn_at=instant(),
            last_active_at=instant(),
            note=rng.choice([None, "", "  ", "hello", "x" * 200, "x" * 201, "x" * 300, "x" * 301]),
            email_requested=rng.random() < 0.5,
            attempts=rng.randrange(4),
            tags=rng.choice([(), ("keep",), ("vip",)]),
        )
        for index in range(number)
    ]
