"""People's etiquette for LinkedIn invitations, as policies that are read, proven and applied."""

from invitepolicy._answers import Advice, Decision
from invitepolicy._decide import decide, decide_account, decide_each, summarize
from invitepolicy._load import load_policy, parse_policy, with_settings
from invitepolicy._model import Policy
from invitepolicy._records import Account, Invitation, as_invitation
from invitepolicy.errors import InvitePolicyError, PolicyError, Problem, RecordError

__all__ = [
    "Account",
    "Advice",
    "Decision",
    "Invitation",
    "InvitePolicyError",
    "Policy",
    "PolicyError",
    "Problem",
    "RecordError",
    "as_invitation",
    "decide",
    "decide_account",
    "decide_each",
    "load_policy",
    "parse_policy",
    "summarize",
    "with_settings",
]
