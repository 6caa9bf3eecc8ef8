"""The workload: one policy of three decisions, random records, and the same answers written by hand."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import attrs

from invitepolicy import Invitation

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
STEP = timedelta(microseconds=1)
D4, D14, D21 = 4 * DAY, 14 * DAY, 21 * DAY
NAMES = ("withdraw", "resend", "note")
POLICY = """
invitepolicy: 1
name: bench
decisions:
  withdraw:
    question: Is it time to withdraw it?
    rules:
      - {rule: not pending, when: {status: {not: pending}}, then: never, because: It is not open.}
      - {rule: daily visitors, when: {activity: daily, sent: at least 4 days ago}, then: withdraw, because: Seen.}
      - {rule: everybody, when: {sent: at least 2 weeks ago}, then: withdraw, because: Left.}
    otherwise: {then: keep, because: There is time.}
  resend:
    question: May it be sent again?
    rules:
      - {rule: it is over, when: {status: withdrawn, withdrawn: at least 3 weeks ago}, then: allowed, because: Yes.}
      - {rule: the lock, when: {status: withdrawn}, then: too_soon, because: It is locked.}
    otherwise: {then: never, because: It was not withdrawn.}
  note:
    question: Does it want a note?
    rules:
      - {rule: close, when: {relationship: [known, logical]}, then: optional, because: They know.}
      - {rule: has one, when: {has_note: true}, then: fine, because: It tells.}
      - {rule: strangers, when: {relationship: stranger}, then: recommended, because: They wonder.}
    otherwise: {then: recommended, because: Who knows.}
"""
ANSWERS = {  # by a short name, which is all that some rivals can give
    "w1": ("never", "not pending"),
    "w2": ("withdraw", "daily visitors"),
    "w3": ("withdraw", "everybody"),
    "w4": ("keep", None),
    "r1": ("allowed", "it is over"),
    "r2": ("too_soon", "the lock"),
    "r3": ("never", None),
    "n1": ("optional", "close"),
    "n2": ("fine", "has one"),
    "n3": ("recommended", "strangers"),
    "n4": ("recommended", None),
}


def make_records(number, seed=7):
    """Make random records of mixed age; their words are texts of their own, as a database or a file gives them."""
    rng = random.Random(seed)  # noqa: S311  (the same at every run)

    def word(words, weights):
        return "".join(list(rng.choices(words, weights)[0]))

    def before(end, most, *near):
        if rng.random() < 0.02:
            return end - rng.choice(near) + rng.choice([-STEP, 0 * STEP, STEP])
        return end - timedelta(seconds=rng.random() * most * 86400)

    def record(index):
        status = word(("pending", "withdrawn", "accepted", "ignored", "expired"), (55, 25, 12, 5, 3))
        withdrawn = before(NOW, 45, D21) if status == "withdrawn" else None
        return Invitation(
            name=f"person {index}",
            status=status,
            activity=word(("daily", "weekly", "occasional", "unknown"), (40, 25, 15, 20)),
            relationship=word(("known", "logical", "stranger", "unknown"), (30, 20, 30, 20)),
            note=f"Hello, we met at the {index % 500}. meetup." if rng.random() < 0.5 else None,
            sent_at=before(withdrawn or NOW, 30, D4, D14),
            withdrawn_at=withdrawn,
        )

    return [record(index) for index in range(number)]


def by_hand(record, now):
    """Decide as an author of if and else would, (a): tuples of texts, no instants."""
    if record.status != "pending":
        withdraw = ("never", "not pending")
    elif record.activity == "daily" and now - record.sent_at >= D4:
        withdraw = ("withdraw", "daily visitors")
    elif now - record.sent_at >= D14:
        withdraw = ("withdraw", "everybody")
    else:
        withdraw = ("keep", None)
    if record.status == "withdrawn" and now - record.withdrawn_at >= D21:
        resend = ("allowed", "it is over")
    elif record.status == "withdrawn":
        resend = ("too_soon", "the lock")
    else:
        resend = ("never", None)
    if record.relationship in ("known", "logical"):
        note = ("optional", "close")
    elif record.note:
        note = ("fine", "has one")
    elif record.relationship == "stranger":
        note = ("recommended", "strangers")
    else:
        note = ("recommended", None)
    return withdraw, resend, note


@attrs.frozen
class Answer:
    """What (b) gives for each question: the outcome, the rule, and the next change with what it changes to."""

    outcome: str
    rule: str | None
    changes_at: datetime | None
    changes_to: str | None


@attrs.frozen
class Answers:
    """What (b) gives for a record."""

    withdraw: Answer
    resend: Answer
    note: Answer


def by_hand_as_objects(record, now):  # noqa: PLR0912  (so it is written by hand)
    """Decide as the same author would who owes frozen objects and the next change, (b)."""
    if record.status != "pending":
        withdraw = Answer("never", "not pending", None, None)
    else:
        age = now - record.sent_at
        if record.activity == "daily" and age >= D4:
            withdraw = Answer("withdraw", "daily visitors", None, None)
        elif age >= D14:
            withdraw = Answer("withdraw", "everybody", None, None)
        else:
            wait = D4 if record.activity == "daily" else D14
            withdraw = Answer("keep", None, record.sent_at + wait, "withdraw")
    if record.status == "withdrawn":
        if now - record.withdrawn_at >= D21:
            resend = Answer("allowed", "it is over", None, None)
        else:
            resend = Answer("too_soon", "the lock", record.withdrawn_at + D21, "allowed")
    else:
        resend = Answer("never", None, None, None)
    if record.relationship in ("known", "logical"):
        note = Answer("optional", "close", None, None)
    elif record.note:
        note = Answer("fine", "has one", None, None)
    elif record.relationship == "stranger":
        note = Answer("recommended", "strangers", None, None)
    else:
        note = Answer("recommended", None, None, None)
    return Answers(withdraw, resend, note)
