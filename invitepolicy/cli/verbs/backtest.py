"""`invitepolicy backtest SOURCE`: what following each policy would have cost and gained in the past."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from invitepolicy import load_policy
from invitepolicy._core.quantities import format_count, format_date, format_instant, format_minute
from invitepolicy._core.text import safe_text
from invitepolicy._read.load import shipped_names
from invitepolicy.cli import options
from invitepolicy.cli.output import FINE, FOUND, write_out
from invitepolicy.cli.records import add_source, read_all, sources_of, tell_left_out
from invitepolicy.cli.text.terminal import Style, pad_cell, screen_width, wrap
from invitepolicy.review.backtest import RESULTS, acceptance_curve, backtest, format_wait
from invitepolicy.review.model import NO_NAME

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from invitepolicy.review.backtest import AcceptanceCurve, Backtest, Withdrawal

_DAYS: Final = (0, 1, 3, 4, 7, 14, 21, 30, 60, 90)
_BAR: Final = 40  # columns of the bar for all acceptances
_COLUMNS: Final = (12, 9, 17, 8, 8, 8, 8)  # 78 with gaps and indent: the table fits a terminal of 80 columns


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_source(parser)
    parser.add_argument(
        "-p",
        "--policy",
        metavar="POLICY",
        action="append",
        help="name of a shipped policy, or path of a policy file; may be repeated; default: every shipped policy",
    )
    parser.add_argument("--names", action="store_true", help="name the people whose acceptance would have been lost")
    options.add_export(parser)
    options.add_now(parser)
    options.add_output(parser, ("text", "json"))


def run(args: argparse.Namespace) -> int:
    """Follow each policy through the past; return 1 where a row could not be read."""
    policies = [load_policy(name) for name in args.policy or shipped_names()]
    now = options.present(args.now)
    records = read_all(args, policies)
    results = [backtest(policy, records.invitations, now=now) for policy in policies]
    curve = acceptance_curve(records.invitations, days=_DAYS)
    if args.format == "json":
        plain = {"now": format_instant(now), "policies": [_to_dict(result, names=args.names) for result in results]}
        text = json.dumps({**plain, "curve": _curve_to_dict(curve)}, ensure_ascii=False, indent=1) + "\n"
    else:
        style = options.page_style(args)
        width = screen_width()
        text = "".join(f"{line}\n" for line in _lines(results, curve, names=args.names, style=style, width=width))
    write_out([text], args.output, sources=[*sources_of(args), *(args.policy or ())])
    tell_left_out(records, quiet=args.quiet)
    return FOUND if records.failed else FINE


def _lines(
    results: Sequence[Backtest], curve: AcceptanceCurve, *, names: bool, style: Style, width: int
) -> Iterator[str]:
    # How many were sent or have no date depends on the records alone: every result has the same numbers.
    first = results[0]
    what = f"{format_count(first.sent, 'invitation')} that you sent, up to {format_minute(first.now)}"
    heading = f"What following each policy would have done to {what} UTC"
    yield from map(style.heading, wrap(heading, width=width))
    yield ""
    yield from _row("", "", "waited", "accepted", "accepted", "never", "pending")
    yield from _row("following", "withdrawn", "", "later", "same day", "answered", "now")
    for result in results:
        yield from _row(
            result.policy.name,
            str(len(result.withdrawn)),
            _waits(result),
            str(len(result.lost_acceptances)),
            str(len(result.same_day)),
            str(len(result.never_answered)),
            f"{result.pending_now} of {result.pending}",
        )
    if names:
        yield from _names(results, style)
    yield ""
    yield from _curve(curve, style)
    yield ""
    for remark in _remarks(first):
        yield from wrap(remark, width=width)


def _row(*cells: str) -> Iterator[str]:
    yield ("  " + " ".join(pad_cell(text, width) for text, width in zip(cells, _COLUMNS, strict=True))).rstrip()


def _waits(result: Backtest) -> str:
    waits = [format_wait(wait) for wait, _ in result.waits()]
    # Backtest.waits has the shortest first.
    return f"{waits[0]} to {waits[-1]}" if len(waits) > 1 else "".join(waits) or "never"


def _names(results: Sequence[Backtest], style: Style) -> Iterator[str]:
    for result in results:
        # Those who never answered are not named: to withdraw from them would have cost nothing.
        if result.lost_acceptances or result.same_day:
            yield ""
            yield style.heading(f"Acceptances that {result.policy.name} would have lost")
            yield from (_named(withdrawal, "") for withdrawal in result.lost_acceptances)
            yield from (_named(withdrawal, ", the same day") for withdrawal in result.same_day)


def _named(withdrawal: Withdrawal, remark: str) -> str:
    invitation = withdrawal.invitation
    answered = format_date(invitation.answered_at) if invitation.answered_at else ""
    name = safe_text(invitation.name or NO_NAME)
    return f"  {name}: withdrawn {format_date(withdrawal.at)}, accepted {answered}{remark}"


def _curve(curve: AcceptanceCurve, style: Style) -> Iterator[str]:
    if not curve.accepted:
        yield "No acceptance with a known date, so none can have been lost."
        return
    yield style.heading(f"When {curve.accepted} of {curve.sent} invitations were accepted")
    for day, count in curve.days:
        share = count / curve.accepted
        yield f"  by day {day:>2}  {'#' * round(_BAR * share):<{_BAR}}  {round(100 * share):>3} %"


def _remarks(first: Backtest) -> Iterator[str]:
    yield (
        "“Accepted later” counts acceptances after the withdrawal: the policy would have lost them. An export does not "
        "show the invitations that you withdrew, nor who declined, so that the share of acceptances is an upper bound. "
        "Of an acceptance it states the day and not the hour. What is known of people today is assumed to have been "
        "known then; rules about the account withdrew nothing, because its past counts are unknown."
    )
    if first.undated:
        yield f"{format_count(first.undated, 'invitation')} could not be evaluated, because a date is missing."


def _to_dict(result: Backtest, *, names: bool) -> dict[str, Any]:
    return {
        "policy": {"name": result.policy.name, "fingerprint": result.policy.fingerprint},
        "sent": result.sent,
        "accepted": result.accepted,
        "undated": result.undated,
        "pending": result.pending,
        "pending_now": result.pending_now,
        "withdrawn": len(result.withdrawn),
        "waits": [{"wait": format_wait(wait), "count": count} for wait, count in result.waits()],
        **{name: _withdrawals_to_list(getattr(result, name), names=names) for name in RESULTS},
    }


def _withdrawals_to_list(withdrawals: Sequence[Withdrawal], *, names: bool) -> list[dict[str, Any]]:
    return [
        {"at": format_instant(one.at), **({"name": one.invitation.name, "url": one.invitation.url} if names else {})}
        for one in withdrawals
    ]


def _curve_to_dict(curve: AcceptanceCurve) -> dict[str, Any]:
    days = [{"day": day, "accepted": count} for day, count in curve.days]
    return {"sent": curve.sent, "accepted": curve.accepted, "days": days}
