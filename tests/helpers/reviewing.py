"""What the tests of `invitepolicy review` share: the instant, a record and a policy."""

from __future__ import annotations

NOW = ("--now", "2026-03-15T12:00Z")
RECORD = '{"name": "Ann", "sent_at": "2026-03-01T10:00Z"}\n'
TINY = """\
invitepolicy: 1
name: tiny
decisions:
  stay:
    question: May it stay?
    rules:
      - {rule: old, when: {sent: at least 2 weeks ago}, then: 'no', because: Two weeks are over.}
    otherwise: {then: 'yes', because: It is young.}
"""
