"""`invitepolicy explain SOURCE [WHO]`: the reasons for the answers about one invitation, or about the account.

Parses a source of records, a name or address, and optionally one decision; calls `explain` and `timeline`; prints the
answer, each rule with its conditions as they are met, and the outcomes from the first day to the last.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy import RecordError
from invitepolicy._core.facts import NOT_APPLICABLE
from invitepolicy._core.quantities import format_instant
from invitepolicy._core.text import did_you_mean, join_words, quoted, safe_text
from invitepolicy._decide.account import merge_accounts
from invitepolicy._decide.decide import summarize
from invitepolicy.cli import options
from invitepolicy.cli.output import COULD_NOT_RUN, FINE, warn, write_out
from invitepolicy.cli.records import add_source, read_all, sources_of, tell_left_out
from invitepolicy.cli.text.explain import format_explanation, format_subject
from invitepolicy.cli.text.terminal import screen_width
from invitepolicy.explain import explain
from invitepolicy.sources.linkedin.matching import person_key
from invitepolicy.timeline import timeline

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from invitepolicy import Account, Invitation, Policy
    from invitepolicy.explain import ExplainedCondition, ExplainedRule, Explanation
    from invitepolicy.timeline import Stage

_MOST_LISTED: Final = 20
_KEYS: Final = {"text": "test", "conditions": "lines"}  # JSON keys that differ from the attributes'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_source(parser)
    parser.add_argument(
        "who",
        metavar="WHO",
        nargs="?",
        help="a name, part of a name, or a profile address; without it, the account is explained",
    )
    parser.add_argument("--decision", metavar="DECISION", help="explain this decision only; default: all that apply")
    options.add_policy(parser)
    options.add_export(parser)
    options.add_account(parser)
    options.add_now(parser)
    options.add_output(parser, ("text", "json"))


def run(args: argparse.Namespace) -> int:
    """Explain the decisions; 2 if WHO matches no invitation, or several."""
    chosen = options.choose_policy(args.policy, args.set)
    now = options.present(args.now)
    records = read_all(args, [chosen.policy])
    invitations = records.invitations
    # Of records on stdin nobody knows whether they are all of the account's.
    account = args.account if records.is_once else merge_accounts(summarize(invitations, now=now), args.account)
    subject: Invitation | None = None
    if args.who is not None:
        matches = find_people(invitations, args.who)
        if len(matches) != 1:
            _refuse(matches, args.who, invitations)
            return COULD_NOT_RUN
        subject = matches[0]
    parts = list(_explanations(chosen.policy, subject, account, now, args.decision))
    if args.format == "json":
        text = json.dumps([_to_dict(*part) for part in parts], ensure_ascii=False, indent=1) + "\n"
    else:
        text = "".join(f"{line}\n" for line in _lines(subject, parts, chosen, args))
    write_out([text], args.output, sources=[*sources_of(args), chosen.source])
    tell_left_out(records, quiet=args.quiet)
    return FINE


def find_people(invitations: Sequence[Invitation], who: str) -> list[Invitation]:
    """Return the invitations that match an address or a whole name, else those that match a part of either."""
    # WHO may be an address or a name: it is read as both.
    wanted = person_key(who, who)
    known = [(invitation, person_key(invitation.url, invitation.name)) for invitation in invitations]
    exact = [invitation for invitation, person in known if wanted.url == person.url or wanted.name == person.name]
    # Whoever is called “Ann” is found by it, though “Annika” contains it.
    if exact:
        return exact
    part = wanted.name or ""
    return [
        invitation
        for invitation, person in known
        # Of an address only the last part: “in” occurs in every one.
        if part in (person.name or "") or part in (person.url or "").rpartition("/")[2]
    ]


def _refuse(matches: Sequence[Invitation], who: str, invitations: Sequence[Invitation]) -> None:
    if not matches:
        # Also each word alone: a mistyped first name is far from the whole name.
        names = [word for one in invitations if one.name for word in (one.name, *one.name.split())]
        warn(f"no invitation matches {quoted(who)}; {did_you_mean(who, names, 'give a part of the name')}")
        return
    warn(f"{quoted(who)} matches {len(matches)} invitations; give more of the name, or the address:")
    for invitation in matches[:_MOST_LISTED]:
        warn(f"  {safe_text(invitation.name or '')}  {invitation.direction}  {safe_text(invitation.url or '')}")


def _explanations(
    policy: Policy, invitation: Invitation | None, account: Account, now: datetime, decision: str | None
) -> Iterator[tuple[Explanation, Sequence[Stage]]]:
    subject: Invitation | Account = account if invitation is None else invitation
    about = "account" if invitation is None else "invitation"
    names = [name for name, rules in policy.decisions.items() if rules.subject == about]
    if decision is not None and decision not in names:
        hint = did_you_mean(decision, names, f"about the {about} there are {join_words(names, 'and')}")
        raise RecordError("--decision", decision, f"there is no such decision about the {about}", hint, "decision")
    for name in names if decision is None else [decision]:
        explanation = explain(policy, subject, name, now=now, account=account)
        # A decision that was asked for is explained also where it does not apply.
        if decision is not None or explanation.answer.outcome != NOT_APPLICABLE:
            yield explanation, timeline(policy, subject, name, account=account)


def _lines(
    invitation: Invitation | None,
    parts: Sequence[tuple[Explanation, Sequence[Stage]]],
    chosen: options.Chosen,
    args: argparse.Namespace,
) -> Iterator[str]:
    style, width = options.page_style(args), screen_width()
    policy = chosen.policy
    yield from format_subject(invitation, policy, chosen.why, style=style, width=width)
    if not parts:
        yield ""
        yield "No decision applies."
    for explanation, life in parts:
        yield ""
        yield from format_explanation(explanation, life, style=style, width=width)


def _to_dict(explanation: Explanation, life: Sequence[Stage]) -> dict[str, Any]:
    return {
        "decision": explanation.decision,
        "question": explanation.question,
        "applies_to": [_plain(condition) for condition in explanation.applies_to],
        "rules": [
            {**_plain(rule), "lines": [_plain(condition) for condition in rule.conditions]}
            for rule in explanation.rules
        ],
        "now": format_instant(explanation.now),
        "answer": explanation.answer.to_dict(),
        "life": [_plain(stage) for stage in life],
    }


def _plain(value: ExplainedCondition | ExplainedRule | Stage) -> dict[str, Any]:
    """Return the fields of a value as plain data, with the keys by which other programs know them."""
    return {
        _KEYS.get(name, name): format_instant(field) if isinstance(field, datetime) else field
        for name, field in attrs.asdict(value, recurse=False).items()
    }
