"""Policies from a few lines of text, and what is wrong with them."""

from __future__ import annotations

import unicodedata
from textwrap import dedent

from invitepolicy._core.errors import PolicyError
from invitepolicy._read.resolve import build_policy
from invitepolicy._read.yaml_source import parse_source

HEAD = "\ninvitepolicy: 1\nname: p\n"  # stands last, so that the text's first line is line 1


def lines(text):
    """Return an indented text as it would stand in a file, its first line being line 1."""
    return dedent(text).lstrip("\n")


def document(text, path="p.yaml"):
    """Read a policy's body."""
    return parse_source(lines(text).rstrip(" ") + HEAD, path)


def policy(*bodies, **overrides):
    """Build a policy from the bodies of its files, the oldest parent first."""
    files = [f"parent{number}.yaml" for number in range(1, len(bodies))]
    return build_policy(
        [document(body, path) for body, path in zip(bodies, [*files, "p.yaml"], strict=True)], overrides
    )


def refusal(call, *arguments, **named):
    """Return the problems with which a call refuses its arguments."""
    try:
        result = call(*arguments, **named)
    except PolicyError as error:
        return error.problems
    message = f"accepted: {result!r}"
    raise AssertionError(message)


def messages(*bodies, **overrides):
    """Return the problems of a policy as they are printed."""
    return [str(problem) for problem in refusal(policy, *bodies, **overrides)]


def codes(*bodies, **overrides):
    """Return the problems of a policy as line, column and code."""
    return [(problem.line, problem.column, problem.code) for problem in refusal(policy, *bodies, **overrides)]


def inert(text):
    """Return whether a text holds nothing that a terminal obeys or hides: no control, no format character, no break."""
    return all(
        character in "\u200c\u200d" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        for character in text
    )


TESTED_RULES = """
decisions:
  withdraw:
    question: What to do?
    applies_to: {status: pending}
    outcomes: [keep, consider, withdraw]
    rules:
      - rule: late
        when: {sent: at least 4 days ago}
        then: withdraw
        because: It is late.
      - rule: soon
        when: {sent: at least 3 days ago, activity: daily}
        then: consider
        because: It is soon late.
    otherwise: {then: keep, because: They have time.}
  pace:
    question: May more go out?
    subject: account
    rules:
      - rule: restricted
        when: {account_restricted: less than 1 week ago}
        then: pause
        because: LinkedIn said so.
      - rule: many
        when: {account_pending: at least 10}
        then: slow_down
        because: There are many.
    otherwise: {then: send, because: Why not.}
tests:
"""
