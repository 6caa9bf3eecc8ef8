"""Pictures as numbers: where instants stand, how a timeline is cut, and the curve's steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from strategies import NOW, invitations

from invitepolicy import Invitation, load_policy
from invitepolicy.review.backtest import AcceptanceCurve
from invitepolicy.review.charts import Bar, curve_steps, shade_of, time_axis, timeline_bars, weekly_ticks
from invitepolicy.timeline import timeline

DAY = timedelta(days=1)
FAQ = load_policy("faq")
OUTCOMES = FAQ.decisions["withdraw"].outcomes
AXIS = time_axis(NOW, back=5 * DAY, ahead=15 * DAY)


def bars(**fields):
    """Return the bars of an invitation's timeline."""
    record = Invitation(**fields)
    return timeline_bars(timeline(FAQ, record, "withdraw"), AXIS, OUTCOMES, since=record.sent_at)


def test_instants_stand_in_proportion_and_are_cut_at_the_ends():
    """From the left edge to the right one, in thousandths."""
    assert [AXIS.at(NOW + days * DAY) for days in (-9, -5, 0, 5, 15, 99)] == [0, 0, 250, 500, 1000, 1000]


def test_weeks_are_marked_with_their_days():
    """Today by name, the others by date."""
    ticks = weekly_ticks(time_axis(datetime(2026, 3, 15, tzinfo=UTC), back=7 * DAY, ahead=14 * DAY))

    assert [(tick.at, tick.label) for tick in ticks] == [
        (0, "8 Mar"),
        (333, "today"),
        (667, "22 Mar"),
        (1000, "29 Mar"),
    ]


def test_a_timeline_is_drawn_from_the_sending_on():
    """Keep, consider, and withdrawn to the right edge."""
    sent = NOW - 2 * DAY

    assert bars(sent_at=sent, activity="daily") == (
        Bar(150, 150, "keep", "0", sent),
        Bar(300, 50, "consider", "1", sent + 3 * DAY),
        Bar(350, 650, "withdraw", "2", sent + 4 * DAY),
    )


def test_what_began_before_the_picture_has_no_beginning_in_it():
    """It starts at the left edge; stages that lie outside are left out."""
    assert bars(sent_at=NOW - 100 * DAY) == (Bar(0, 1000, "withdraw", "2", None),)
    assert [bar.outcome for bar in bars(sent_at=NOW - 178 * DAY)] == ["withdraw", "not_applicable"]


def test_without_a_date_it_is_undetermined():
    """One open bar over the whole picture."""
    assert bars() == (Bar(0, 1000, "undetermined", "open", None),)


@pytest.mark.parametrize(
    ("outcome", "outcomes", "shade"),
    [
        ("keep", OUTCOMES, "0"),
        ("consider", OUTCOMES, "1"),
        ("withdraw", OUTCOMES, "2"),
        ("only", ("only",), "0"),
        ("c", ("a", "b", "c", "d"), "1"),
        ("not_applicable", OUTCOMES, "none"),
        ("undetermined", OUTCOMES, "open"),
        ("else", OUTCOMES, "open"),
    ],
)
def test_shades_follow_the_order_of_outcomes(outcome, outcomes, shade):
    """From calm to urgent; what is not asked and what is not known have their own."""
    assert shade_of(outcome, outcomes) == shade


def test_the_curve_rises_in_steps():
    """A day to the right, then up to the share that had come by then."""
    assert curve_steps(AcceptanceCurve(9, 4, ((0, 1), (5, 2), (10, 4)))) == "M0 1000V750H500V500H1000V0"


def test_no_acceptance_no_curve():
    """And a single day is a curve too."""
    assert curve_steps(AcceptanceCurve(9, 0, ((0, 0),))) == ""
    assert curve_steps(AcceptanceCurve(9, 1, ((0, 1),))) == "M0 1000V0"


@settings(max_examples=100, deadline=None)
@given(record=invitations)
def test_bars_touch_and_stay_inside(record):
    """From the sending, or the left edge, to the right one, without gaps."""
    drawn = timeline_bars(timeline(FAQ, record, "withdraw"), AXIS, OUTCOMES, since=record.sent_at)

    for first, second in pairwise(drawn):
        assert first.x + first.width == second.x
        assert first.outcome != second.outcome
    for bar in drawn:
        assert 0 <= bar.x < bar.x + bar.width <= 1000
    if drawn:
        assert drawn[-1].x + drawn[-1].width == 1000
