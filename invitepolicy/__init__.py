"""People's etiquette for LinkedIn invitations, as policies that are read, proven and applied."""

from typing import TYPE_CHECKING

from invitepolicy._core.errors import InvitePolicyError, PolicyError, Problem, RecordError
from invitepolicy._core.policy import Policy
from invitepolicy._core.records import Account, Invitation, as_invitation
from invitepolicy._decide.answers import Advice, Decision
from invitepolicy._decide.decide import decide, decide_account, decide_each, summarize

if TYPE_CHECKING:
    from invitepolicy._read.load import load_policy, parse_policy, with_settings

    __version__: str
else:
    # Hidden from type checkers, to which a module with `__getattr__` would seem to have every name.
    def __getattr__(name: str) -> object:
        """Import what reads policies, and YAML with it, when it is first asked for: deciding does without."""
        if name == "__version__":
            from importlib.metadata import version  # noqa: PLC0415  (few programs ask)

            value: object = version("invitepolicy")
        elif name in ("load_policy", "parse_policy", "with_settings"):
            import invitepolicy._read.load as loading  # noqa: PLC0415

            value = getattr(loading, name)
        else:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        # Kept as an ordinary name, so that `__getattr__` is not asked for it again.
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """List also the names that are not imported yet."""
        return sorted({*globals(), *__all__})


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
    "__version__",
    "as_invitation",
    "decide",
    "decide_account",
    "decide_each",
    "load_policy",
    "parse_policy",
    "summarize",
    "with_settings",
]
