"""A list of invitations under a policy: what to do now, what comes up, and what the policy would have cost."""

from invitepolicy.review.backtest import Backtest, acceptance_curve, backtest
from invitepolicy.review.calendar import format_calendar
from invitepolicy.review.html import format_report
from invitepolicy.review.model import Review, review_invitations
from invitepolicy.review.upcoming import Change, coming_changes

__all__ = [
    "Backtest",
    "Change",
    "Review",
    "acceptance_curve",
    "backtest",
    "coming_changes",
    "format_calendar",
    "format_report",
    "review_invitations",
]
