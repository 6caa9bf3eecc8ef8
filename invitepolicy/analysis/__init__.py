"""What a policy does: findings, differences between two, tables of times, and the policy as one file."""

from invitepolicy.analysis.diff import Difference, Impact, diff_policies, impact
from invitepolicy.analysis.lint import Finding, lint_policy
from invitepolicy.analysis.show import format_policy
from invitepolicy.analysis.timetable import Timetable, make_timetable

__all__ = [
    "Difference",
    "Finding",
    "Impact",
    "Timetable",
    "diff_policies",
    "format_policy",
    "impact",
    "lint_policy",
    "make_timetable",
]
