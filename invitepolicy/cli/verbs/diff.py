"""`invitepolicy diff OLD NEW`: what another policy decides differently, and for which of the user's invitations.

Parses two policies, settings for NEW, and optionally a source of records; calls `diff_policies`, and `impact` if there
are records; prints the kinds of records that get another answer, with an example each, then whose answers change.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy import load_policy, with_settings
from invitepolicy._core.quantities import add_or_none, format_instant
from invitepolicy.analysis.diff import diff_policies, impact, is_empty
from invitepolicy.cli import options
from invitepolicy.cli.output import FINE, FOUND, write_out
from invitepolicy.cli.records import read_all, sources_of, tell_left_out
from invitepolicy.cli.text.diff import Compared, format_difference
from invitepolicy.cli.text.terminal import screen_width
from invitepolicy.review.model import account_to_dict, invitation_to_dict

if TYPE_CHECKING:
    import argparse

    from invitepolicy import Invitation, Policy
    from invitepolicy.analysis.diff import Affected, ChangedRegion
    from invitepolicy.cli.records import Records

_AHEAD: Final = timedelta(weeks=4)
# What may name a person; own facts and tags are the user's words about them.
_PERSONAL: Final = ("name", "url", "note", "facts", "tags")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("old", metavar="OLD", help=options.POLICY_HELP)
    parser.add_argument("new", metavar="NEW", help="the policy to compare it with; --set applies to this one")
    options.add_settings(parser)
    parser.add_argument(
        "--data",
        dest="source",
        metavar="SOURCE",
        help="a LinkedIn export or records, to show whose answers would change",
    )
    parser.add_argument(
        "--all", action="store_true", help="list every kind of records that differs, not only the simplest"
    )
    parser.add_argument(
        "--names", action="store_true", help="include the names of the people whose answers would change"
    )
    options.add_export(parser)
    parser.add_argument(
        "--within",
        metavar="DURATION",
        type=options.duration,
        default=_AHEAD,
        help="how far to look ahead; default: 4 weeks",
    )
    options.add_account(parser)
    options.add_now(parser)
    options.add_output(parser, ("text", "json"))


def run(args: argparse.Namespace) -> int:
    """Compare two policies; 0 if they always give the same answers, 1 if not, or if a row could not be read."""
    old, new = load_policy(args.old), load_policy(args.new)
    if args.set:
        new = with_settings(new, **dict(args.set))
    compared, records = _compare(old, new, args)
    if args.format == "json":
        text = json.dumps(_to_dict(compared, names=args.names), ensure_ascii=False, indent=1) + "\n"
    else:
        style = options.page_style(args)
        lines = format_difference(compared, names=args.names, style=style, width=screen_width(), whole=args.all)
        text = "".join(f"{line}\n" for line in lines)
    sources = sources_of(args) if args.source else []
    write_out([text], args.output, sources=[*sources, args.old, args.new])
    if records is not None:
        tell_left_out(records, quiet=args.quiet)
    failed = records is not None and records.failed
    return FOUND if failed or not is_empty(compared.difference) else FINE


def _compare(old: Policy, new: Policy, args: argparse.Namespace) -> tuple[Compared, Records | None]:
    difference = diff_policies(old, new)
    now = options.present(args.now)
    # Beyond the year 9999 there is no instant: look ahead as far as there is one.
    until = add_or_none(now, args.within) or datetime.max.replace(tzinfo=UTC)
    if args.source is None:
        return Compared(old, new, difference, now, until), None
    records = read_all(args, [old, new])
    affected = impact(old, new, records.invitations, now, within=args.within, account=args.account)
    return Compared(old, new, difference, now, until, affected, len(records.invitations)), records


def _to_dict(compared: Compared, *, names: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {
        which: {"name": policy.name, "fingerprint": policy.fingerprint}
        for which, policy in (("old", compared.old), ("new", compared.new))
    }
    plain["outcomes"] = [_region(region) for region in compared.difference.outcomes]
    plain["reasons"] = [_region(region) for region in compared.difference.reasons]
    plain["only_old"] = list(compared.difference.only_old)
    plain["only_new"] = list(compared.difference.only_new)
    plain["impact"] = None
    if compared.impact is not None:
        plain["impact"] = {
            "now": [_affected(one, names=names) for one in compared.impact.now],
            "later": [_affected(one, names=names) for one in compared.impact.later],
        }
    return plain


def _region(region: ChangedRegion) -> dict[str, Any]:
    # The witness is a record, which asdict would not make ready for JSON.
    plain = attrs.asdict(region, filter=lambda field, _: field.name != "witness")
    witness = region.witness
    plain["witness"] = witness and {
        "invitation": invitation_to_dict(witness.invitation),
        "account": account_to_dict(witness.account),
        "now": format_instant(witness.now),
    }
    return plain


def _affected(one: Affected, *, names: bool) -> dict[str, Any]:
    return {
        "at": format_instant(one.at),
        "decision": one.decision,
        "before": one.before,
        "after": one.after,
        "invitation": None if one.invitation is None else _record(one.invitation, names=names),
    }


def _record(invitation: Invitation, *, names: bool) -> dict[str, Any]:
    plain = invitation_to_dict(invitation)
    return {key: value for key, value in plain.items() if names or key not in _PERSONAL}
