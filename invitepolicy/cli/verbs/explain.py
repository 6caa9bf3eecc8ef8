"""`invitepolicy explain SOURCE WHO`: why, for one invitation, or without WHO for the account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy import RecordError
from invitepolicy._core.facts import NOT_APPLICABLE
from invitepolicy._core.quantities import format_instant
from invitepolicy._core.text import did_you_mean, join_words, quoted, safe_text
from invitepolicy._decide.account import merge_accounts
from invitepolicy._decide.decide import summarize
from invitepolicy.cli import options
from invitepolicy.cli.output import warn, write_out
from invitepolicy.cli.records import add_source, read_all, sources_of, tell_left_out
from invitepolicy.cli.text.explain import format_explanation, say_who
from invitepolicy.cli.text.terminal import Style, terminal_width
from invitepolicy.explain import explain
from invitepolicy.sources.linkedin.matching import person_key
from invitepolicy.timeline import timeline

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from invitepolicy import Account, Invitation, Policy
    from invitepolicy.explain import Explanation
    from invitepolicy.timeline import Stage

_COULD_NOT_RUN: Final = 2
_MOST_LISTED: Final = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """State the arguments of the verb."""
    add_source(parser)
    parser.add_argument(
        "who", metavar="WHO", nargs="?", help="a name, part of it, or an address; left out, the account is explained"
    )
    parser.add_argument("--decision", metavar="DECISION", help="this question only; else all that are asked")
    options.add_policy(parser)
    options.add_export(parser)
    options.add_account(parser)
    options.add_now(parser)
    options.add_output(parser, ("text", "json"))


def run(args: argparse.Namespace) -> int:
    """Explain what is asked; 2 where nobody, or several people, are meant."""
    chosen = options.choose_policy(args.policy, args.set)
    now = options.present(args.now)
    records = read_all(args, [chosen.policy])
    invitations = records.invitations
    account = args.account if records.is_once else merge_accounts(summarize(invitations, now=now), args.account)
    subject: Invitation | None = None
    if args.who is not None:
        found = find_people(invitations, args.who)
        if len(found) != 1:
            _refuse(found, args.who, invitations)
            return _COULD_NOT_RUN
        subject = found[0]
    parts = list(_explanations(chosen.policy, subject, account, now, args.decision))
    if args.format == "json":
        text = json.dumps([_to_dict(*part) for part in parts], ensure_ascii=False, indent=1) + "\n"
    else:
        text = "".join(f"{line}\n" for line in _lines(subject, parts, chosen, args))
    write_out([text], args.output, sources=[*sources_of(args), chosen.source])
    tell_left_out(records, quiet=args.quiet)
    return 0


def find_people(invitations: Sequence[Invitation], who: str) -> list[Invitation]:
    """Find the invitations of whoever is meant: by address, by the whole name, else by a part of either."""
    wanted = person_key(who, who)
    known = [(invitation, person_key(invitation.url, invitation.name)) for invitation in invitations]
    exact = [one for one, person in known if wanted.url == person.url or wanted.name == person.name]
    if exact:
        return exact
    part = wanted.name or ""
    return [
        one for one, person in known if part in (person.name or "") or part in (person.url or "").rpartition("/")[2]
    ]


def _refuse(found: Sequence[Invitation], who: str, invitations: Sequence[Invitation]) -> None:
    if not found:
        names = [word for one in invitations if one.name for word in (one.name, *one.name.split())]
        warn(f"nobody here is called {quoted(who)}; {did_you_mean(who, names, 'give a part of the name')}")
        return
    warn(f"{quoted(who)} fits {len(found)} invitations; say more of the name, or give the address:")
    for invitation in found[:_MOST_LISTED]:
        warn(f"  {safe_text(invitation.name or '')}  {invitation.direction}  {safe_text(invitation.url or '')}")


def _explanations(
    policy: Policy, invitation: Invitation | None, account: Account, now: datetime, decision: str | None
) -> Iterator[tuple[Explanation, Sequence[Stage]]]:
    subject: Invitation | Account = account if invitation is None else invitation
    about = "account" if invitation is None else "invitation"
    names = [name for name, rules in policy.decisions.items() if rules.subject == about]
    if decision is not None and decision not in names:
        hint = did_you_mean(decision, names, f"about the {about} there are {join_words(names, 'and')}")
        raise RecordError("--decision", decision, f"there is no such decision about the {about}; {hint}")
    for name in names if decision is None else [decision]:
        found = explain(policy, subject, name, now=now, account=account)
        if decision is not None or found.answer.outcome != NOT_APPLICABLE:
            yield found, timeline(policy, subject, name, account=account)


def _lines(
    invitation: Invitation | None,
    parts: Sequence[tuple[Explanation, Sequence[Stage]]],
    chosen: options.Chosen,
    args: argparse.Namespace,
) -> Iterator[str]:
    style = Style(options.wants_color(args.color, to_file=args.output is not None))
    width = terminal_width()
    policy = chosen.policy
    yield from say_who(invitation, policy, chosen.why, style=style, width=width)
    if not parts:
        yield ""
        yield "Nothing is asked about this one."
    for explanation, life in parts:
        yield ""
        yield from format_explanation(explanation, life, style=style, width=width)


def _to_dict(explanation: Explanation, life: Sequence[Stage]) -> dict[str, Any]:
    def plain(_: object, __: object, value: Any) -> Any:
        return format_instant(value) if hasattr(value, "tzinfo") else value

    found = attrs.asdict(
        explanation, value_serializer=plain, filter=lambda field, _: field.name not in ("answer", "now")
    )
    return {
        **found,
        "now": format_instant(explanation.now),
        "answer": explanation.answer.to_dict(),
        "life": [attrs.asdict(segment, value_serializer=plain) for segment in life],
    }
