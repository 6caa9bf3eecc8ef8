"""A review as one self-contained page: what to do now, what comes up, why; safe with strangers' words."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from itertools import compress, groupby
from operator import not_
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy._core.errors import InvitePolicyError
from invitepolicy._core.facts import NOT_APPLICABLE
from invitepolicy._core.quantities import format_ago, format_date, format_minute
from invitepolicy._core.text import safe_text
from invitepolicy._prove.regions import TooManyRegionsError
from invitepolicy.analysis.timetable import Timetable, make_timetable
from invitepolicy.review.backtest import Backtest, acceptance_curve, backtest, find_withdraw_decision, format_wait
from invitepolicy.review.charts import Axis, Bar, curve_steps, shade_of, time_axis, timeline_bars, weekly_ticks
from invitepolicy.review.model import NO_NAME
from invitepolicy.review.notes import account_summary, problems_title
from invitepolicy.review.sections import group_answers
from invitepolicy.review.upcoming import Change, coming_changes
from invitepolicy.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from invitepolicy import Decision, Invitation, Policy
    from invitepolicy.review.model import Answered, Review

_TEMPLATES: Final = Path(__file__).parent / "templates"
_BACK: Final = timedelta(weeks=5)  # a wait of three weeks that ended two weeks ago is still seen whole
_CURVE_DAYS: Final = tuple(range(31))  # no shipped policy waits longer than 30 days
_NAMED_DAYS: Final = (0, 1, 3, 7, 14, 21, 30)
_MOST_LISTED: Final = 50  # names in one list at the top; all of them follow below
_PICTURED: Final = "withdraw"  # the decision whose timeline is drawn
_SAFE_ADDRESS: Final = ("https://", "http://")


@attrs.frozen
class _Person:
    """An invitation as the page shows it: an anchor, a name, an address that may be followed, when it was sent."""

    anchor: str
    name: str
    href: str | None
    when: str
    bars: tuple[Bar, ...]
    label: str
    answers: tuple[tuple[str, Decision], ...]


@attrs.frozen
class _Price:
    """What a policy would have cost and saved, as the page's table shows it."""

    policy: str
    result: Backtest
    waits: str


@attrs.frozen
class _Window:
    """A policy's wait on the curve: where it stands, and its words."""

    at: int
    label: str


def format_report(
    review: Review,
    *,
    owner: str | None = None,
    why: str = "",
    ahead: timedelta = timedelta(weeks=4),
    compare: Sequence[Policy] = (),
) -> str:
    """Return a review as one HTML page that needs no script and makes no network request.

    `owner` is the name of the export's owner, `why` how the policy was chosen, `ahead` how far the coming changes
    are listed, and `compare` are policies whose price is shown beside that of the one that decided. Names, notes and
    addresses are escaped; only http(s) addresses can be followed. Raise InvitePolicyError where jinja2 is missing.
    """
    axis = time_axis(review.now, back=_BACK, ahead=ahead)
    people = [_person(review, index, answered, axis) for index, answered in enumerate(review.answered)]
    # By id: two equal records are two invitations, with an anchor each.
    by_record = {id(one.invitation): person for one, person in zip(review.answered, people, strict=True)}
    is_pending = [one.invitation.status == "pending" for one in review.answered]
    records = [one.invitation for one in review.answered]
    changes = coming_changes(review, until=axis.end)
    curve = acceptance_curve(records, days=_CURVE_DAYS)
    # backtest refuses a policy that has no decision to withdraw.
    prices = [
        _price(policy, records, review.now) for policy in (review.policy, *compare) if find_withdraw_decision(policy)
    ]
    page: str = _template().render(
        review=review,
        owner=owner,
        why=why,
        until=axis.end,
        sections=_sections(review, by_record),
        pending=list(compress(people, is_pending)),
        others=list(compress(people, map(not_, is_pending))),
        ticks=weekly_ticks(axis),
        days=_days(changes, by_record),
        curve=curve,
        steps=curve_steps(curve),
        windows=_windows(prices),
        prices=prices,
        timetables=list(_timetables(review.policy)),
        legend=_legend(review),
        account_summary=account_summary(review),
        problems_title=problems_title(review.problems),
        today=axis.at(review.now),
        named_days=_NAMED_DAYS,
        last_day=_CURVE_DAYS[-1],
        most=_MOST_LISTED,
    )
    return page


@cache
def _template() -> Any:
    try:
        import jinja2  # noqa: PLC0415  (an extra)
    except ImportError:
        raise InvitePolicyError("this needs jinja2; install it: pip install 'invitepolicy[report]'") from None
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,  # a misspelt name in the template is an error, not an empty text
    )
    environment.filters.update(inert=safe_text, words=_words, minute=format_minute, day=format_date, percent=_percent)
    return environment.get_template("review.html")


def _person(review: Review, index: int, answered: Answered, axis: Axis) -> _Person:
    invitation = answered.invitation
    rules = review.policy.decisions.get(_PICTURED)
    bars: tuple[Bar, ...] = ()
    # A policy may lack the decision, or use its name for a question about the account.
    if rules is not None and rules.subject == "invitation" and _is_pictured(invitation):
        stages = timeline(review.policy, invitation, _PICTURED, account=review.account)
        bars = timeline_bars(stages, axis, rules.outcomes, since=invitation.sent_at)
    return _Person(
        anchor=f"i{index}",
        name=safe_text(invitation.name or "") or NO_NAME,
        # A javascript: address would run when it is clicked.
        href=safe_text(invitation.url) if (invitation.url or "").startswith(_SAFE_ADDRESS) else None,  # type: ignore[arg-type]
        when=_when(invitation, review.now),
        bars=bars,
        label=_describe(bars),
        answers=tuple((name, answer) for name, answer in answered.advice.items() if answer.outcome != NOT_APPLICABLE),
    )


def _timetables(policy: Policy) -> Iterator[Timetable]:
    """Yield the policy's timetables; a decision with too many overlapping rules is left out."""
    for decision in policy.decisions:
        with suppress(TooManyRegionsError):
            yield make_timetable(policy, decision)


def _legend(review: Review) -> list[tuple[str, str]]:
    rules = review.policy.decisions.get(_PICTURED)
    outcomes = () if rules is None else rules.outcomes
    return [(shade_of(outcome, outcomes), outcome) for outcome in (*outcomes, NOT_APPLICABLE)]


def _is_pictured(invitation: Invitation) -> bool:
    return invitation.direction == "outgoing" and invitation.status == "pending" and invitation.sent_at is not None


def _when(invitation: Invitation, now: datetime) -> str:
    if invitation.sent_at is None:
        return "not sent yet" if invitation.status == "draft" else "sent on an unknown date"
    verb = "sent" if invitation.direction == "outgoing" else "came"
    return f"{verb} {format_date(invitation.sent_at)}, {format_ago(invitation.sent_at, now)}"


def _describe(bars: Iterable[Bar]) -> str:
    """Return the text alternative of a timeline, for screen readers."""
    return ", ".join(_words(bar.outcome) + (f" from {format_date(bar.begins)}" if bar.begins else "") for bar in bars)


def _sections(review: Review, people: dict[int, _Person]) -> Iterator[dict[str, Any]]:
    for section in group_answers(review):
        groups = [
            (group, [(people[id(one.invitation)], answer) for one, answer in group.rows]) for group in section.groups
        ]
        yield {"section": section, "groups": groups}


def _days(changes: Iterable[Change], people: dict[int, _Person]) -> list[tuple[datetime, list[tuple[Change, _Person]]]]:
    # groupby joins neighbours only: the changes come in order of time.
    days = groupby(changes, key=lambda change: change.at.date())
    return [
        (same_day[0].at, [(change, people[id(change.invitation)]) for change in same_day])
        # Copied, since groupby drops a group when it goes on to the next one.
        for same_day in (list(group) for _, group in days)
    ]


def _price(policy: Policy, records: Sequence[Invitation], now: datetime) -> _Price:
    result = backtest(policy, records, now=now)
    waits = [format_wait(wait) for wait, _ in result.waits()]
    return _Price(policy.name, result, ", ".join(waits) or "never")


def _windows(prices: Iterable[_Price]) -> list[_Window]:
    """Mark on the curve, for each policy, the waits after which it withdrew, as far as the picture reaches."""
    last = timedelta(days=_CURVE_DAYS[-1])
    marked: dict[timedelta, list[str]] = {}
    for price in prices:
        for wait, _ in price.result.waits():
            if wait <= last:
                # Policies with the same wait share a line, and its label has all their names.
                marked.setdefault(wait, []).append(price.policy)
    return [
        _Window(round(1000 * (wait / last)), f"{', '.join(names)}: {format_wait(wait)}")
        for wait, names in sorted(marked.items())
    ]


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")


def _percent(part: float) -> str:
    return f"{round(100 * part)}%"
