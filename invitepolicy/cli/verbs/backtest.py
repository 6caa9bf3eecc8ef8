"""`invitepolicy backtest SOURCE`: what following each policy would have cost and saved in the past."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from invitepolicy import load_policy
from invitepolicy._core.quantities import format_count, format_duration, format_instant
from invitepolicy._core.text import safe_text
from invitepolicy._read.load import shipped_names
from invitepolicy.cli import options
from invitepolicy.cli.output import write_out
from invitepolicy.cli.records import add_source, read_all, sources_of, tell_left_out
from invitepolicy.cli.text.terminal import Style, pad_cell, wrap
from invitepolicy.review.backtest import acceptance_curve, backtest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from invitepolicy.review.backtest import AcceptanceCurve, Backtest, Withdrawal

_DAYS: Final = (0, 1, 3, 4, 7, 14, 21, 30, 60, 90)
_BAR: Final = 40
_COLUMNS: Final = (12, 9, 17, 8, 8, 7, 8)
_MINUTE: Final = timedelta(minutes=1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """State the arguments of the verb."""
    add_source(parser)
    parser.add_argument(
        "-p",
        "--policy",
        metavar="POLICY",
        action="append",
        help="a shipped policy's name or a file's path; may be given several times; else every shipped one",
    )
    parser.add_argument("--names", action="store_true", help="name the people whose yes would have been lost")
    options.add_export(parser)
    options.add_now(parser)
    options.add_output(parser, ("text", "json"))


def run(args: argparse.Namespace) -> int:
    """Follow each policy through the past; 1 where a row could not be read."""
    policies = [load_policy(name) for name in args.policy or shipped_names()]
    now = options.present(args.now)
    records = read_all(args, policies)
    found = [backtest(policy, records.invitations, now=now) for policy in policies]
    curve = acceptance_curve(records.invitations, days=_DAYS)
    if args.format == "json":
        plain = {"now": format_instant(now), "policies": [_to_dict(one, names=args.names) for one in found]}
        text = json.dumps({**plain, "curve": _curve_to_dict(curve)}, ensure_ascii=False, indent=1) + "\n"
    else:
        style = Style(options.wants_color(args.color, to_file=args.output is not None))
        width = min(shutil.get_terminal_size((80, 24)).columns, 120)
        text = "".join(f"{line}\n" for line in _lines(found, curve, names=args.names, style=style, width=width))
    write_out([text], args.output, sources=[*sources_of(args), *(args.policy or ())])
    tell_left_out(records, quiet=args.quiet)
    return 1 if records.failed else 0


def _lines(
    found: Sequence[Backtest], curve: AcceptanceCurve, *, names: bool, style: Style, width: int
) -> Iterator[str]:
    first = found[0]
    what = f"{format_count(first.sent, 'invitation')} that you sent, up to {format_instant(first.now)[:16]}"
    heading = f"What following each policy would have done to {what.replace('T', ' ')} UTC"
    yield from map(style.heading, wrap(heading, width=width))
    yield ""
    yield from _row("", "", "waited", "later", "yes that", "silence", "pending")
    yield from _row("following", "withdrawn", "", "yes lost", "very day", "ended", "now")
    for one in found:
        yield from _row(
            one.policy.name,
            str(len(one.withdrawn)),
            _waits(one),
            str(len(one.lost)),
            str(len(one.unclear)),
            str(len(one.spared)),
            f"{one.pending_now} of {one.pending}",
        )
    if names:
        yield from _names(found, style)
    yield ""
    yield from _curve(curve, style)
    yield ""
    for remark in _remarks(first):
        yield from wrap(remark, width=width)


def _row(*cells: str) -> Iterator[str]:
    yield ("  " + " ".join(pad_cell(text, width) for text, width in zip(cells, _COLUMNS, strict=True))).rstrip()


def _waits(one: Backtest) -> str:
    waits = [format_duration(wait // _MINUTE * _MINUTE) for wait, _ in one.waits()]
    return f"{waits[0]} to {waits[-1]}" if len(waits) > 1 else "".join(waits) or "never"


def _names(found: Sequence[Backtest], style: Style) -> Iterator[str]:
    for one in found:
        if one.lost or one.unclear:
            yield ""
            yield style.heading(f"Whose yes {one.policy.name} would have lost")
            yield from (_named(withdrawal, "") for withdrawal in one.lost)
            yield from (_named(withdrawal, ", perhaps (that very day)") for withdrawal in one.unclear)


def _named(withdrawal: Withdrawal, remark: str) -> str:
    invitation = withdrawal.invitation
    answered = invitation.answered_at.date() if invitation.answered_at else ""
    name = safe_text(invitation.name or "somebody without a name")
    return f"  {name}: withdrawn {withdrawal.at.date()}, yes {answered}{remark}"


def _curve(curve: AcceptanceCurve, style: Style) -> Iterator[str]:
    if not curve.accepted:
        yield "No yes with a date is known, so nothing can have been lost."
        return
    yield style.heading(f"When your {curve.accepted} yeses had come, of {curve.sent} invitations")
    for day, count in curve.days:
        share = count / curve.accepted
        yield f"  by day {day:>2}  {'#' * round(_BAR * share):<{_BAR}}  {round(100 * share):>3} %"


def _remarks(first: Backtest) -> Iterator[str]:
    yield (
        "An export does not show the invitations that you withdrew, nor who said no, so that the share of yeses is an "
        "upper bound. Of a yes it knows the day and not the hour. What you know of people today is taken to have been "
        "known then; rules about the account withdrew nothing, since nobody knows how it stood."
    )
    if first.undated:
        yield f"{format_count(first.undated, 'invitation')} could not be judged for want of a date."


def _to_dict(one: Backtest, *, names: bool) -> dict[str, Any]:
    return {
        "policy": {"name": one.policy.name, "fingerprint": one.policy.fingerprint},
        "sent": one.sent,
        "accepted": one.accepted,
        "undated": one.undated,
        "pending": one.pending,
        "pending_now": one.pending_now,
        "withdrawn": len(one.withdrawn),
        "waits": [{"wait": format_duration(wait // _MINUTE * _MINUTE), "count": count} for wait, count in one.waits()],
        **{fate: _fate(getattr(one, fate), names=names) for fate in ("lost", "unclear", "spared")},
    }


def _fate(withdrawals: Sequence[Withdrawal], *, names: bool) -> list[dict[str, Any]]:
    return [
        {"at": format_instant(one.at), **({"name": one.invitation.name, "url": one.invitation.url} if names else {})}
        for one in withdrawals
    ]


def _curve_to_dict(curve: AcceptanceCurve) -> dict[str, Any]:
    days = [{"day": day, "accepted": count} for day, count in curve.days]
    return {"sent": curve.sent, "accepted": curve.accepted, "days": days}
