"""`invitepolicy show [POLICY]`: the shipped policies, or one policy with everything it inherits.

Parses POLICY, its settings and `--timetable`; calls `format_policy` or `make_timetable`; prints the resolved policy as
YAML, its timetables, or, without POLICY, the list of shipped policies with what each is about; all of it as JSON too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from invitepolicy import InvitePolicyError, Policy, load_policy
from invitepolicy._core.conditions import format_operator
from invitepolicy._core.frozen import thaw
from invitepolicy._core.quantities import format_quantity
from invitepolicy._core.reasons import format_reason
from invitepolicy._read.load import shipped_names
from invitepolicy.analysis.show import format_policy
from invitepolicy.analysis.timetable import make_timetable
from invitepolicy.cli import options
from invitepolicy.cli.output import FINE, write_out
from invitepolicy.cli.text.terminal import Style, screen_width, wrap
from invitepolicy.cli.text.timetable import format_timetables

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.policy import Promise, Rule
    from invitepolicy._core.quantities import Setting


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "policy", metavar="POLICY", nargs="?", help=f"{options.POLICY_HELP}; without it, list the shipped policies"
    )
    parser.add_argument("--timetable", action="store_true", help="print the policy as tables of people by time")
    options.add_settings(parser)
    options.add_output(parser, ("text", "json"))


def run(args: argparse.Namespace) -> int:
    """Show the shipped policies, or one policy; always 0."""
    if args.policy is None:
        if args.set or args.timetable:
            raise InvitePolicyError("--set and --timetable need a POLICY, as in: invitepolicy show faq --timetable")
        shipped = [load_policy(name) for name in shipped_names()]
        _write(args, map(_summary, shipped), _list(shipped, options.page_style(args), screen_width()))
        return FINE
    policy = options.choose_policy(args.policy, args.set).policy
    # Parents too: no file that was read may be overwritten.
    sources = [layer.path for layer in policy._files]
    if args.timetable:
        tables = [make_timetable(policy, decision) for decision in policy.decisions]
        text = format_timetables(tables, style=options.page_style(args), width=screen_width())
        _write(args, map(attrs.asdict, tables), text, sources)
        return FINE
    _write(args, _as_data(policy), format_policy(policy), sources)
    return FINE


def _write(args: argparse.Namespace, data: Any, lines: Iterable[str], sources: Iterable[str] = ()) -> None:
    if args.format == "json":
        plain = data if isinstance(data, dict) else list(data)  # json writes no iterators
        lines = [json.dumps(plain, ensure_ascii=False, indent=1)]
    write_out([f"{line}\n" for line in lines], args.output, sources=sources)


def _summary(policy: Policy) -> dict[str, Any]:
    return {"name": policy.name, "title": policy.title, "about": policy.about, "fingerprint": policy.fingerprint}


def _list(policies: list[Policy], style: Style, width: int) -> Iterator[str]:
    column = max(len(policy.name) for policy in policies) + 2
    for policy in policies:
        # Wrapped with an indent of the width of the column; then the name takes its place in the first line.
        first, *rest = wrap(f"{policy.title}. {policy.about}", width=width, hanging=" " * column, indent=" " * column)
        yield style.heading(policy.name) + first[len(policy.name) :]
        yield from rest


def _as_data(policy: Policy) -> dict[str, Any]:
    """Return a resolved policy as plain data: settings, facts, decisions and promises, with the place of each."""
    return {
        **_summary(policy),
        "settings": {name: _setting(setting) for name, setting in policy.settings.items()},
        "facts": {name: {"kind": fact.kind, "words": list(fact.words)} for name, fact in policy.facts.items()},
        "decisions": {
            name: {
                "question": decision.question,
                "subject": decision.subject,
                "applies_to": _conditions(decision.applies_to),
                "outcomes": list(decision.outcomes),
                "rules": [_rule(rule) for rule in decision.rules],
                "otherwise": _rule(decision.otherwise),
            }
            for name, decision in policy.decisions.items()
        },
        "promises": [_promise(promise) for promise in policy.promises],
    }


def _setting(setting: Setting) -> dict[str, Any]:
    quantities = {"value": setting.value, "at_least": setting.at_least, "at_most": setting.at_most}
    written = {
        key: None if quantity is None else format_quantity(quantity, setting.kind)
        for key, quantity in quantities.items()
    }
    texts = {"about": setting.about, "source": setting.source, "place": str(setting.place)}
    return {"kind": setting.kind, **written, **texts}


def _conditions(conditions: Iterable[Condition]) -> list[dict[str, str]]:
    return [
        {
            "fact": condition.fact,
            "test": format_operator(condition.operator, names=True),
            "place": str(condition.place),
        }
        for condition in conditions
    ]


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "limit": rule.limit,
        "when": _conditions(rule.when),
        "then": rule.then,
        "because": format_reason(rule.because),
        "details": thaw(rule.details),
        "place": str(rule.place),
    }


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "promise": promise.name,
        "decision": promise.decision,
        "when": _conditions(promise.when),
        promise.mode: list(promise.outcomes),  # `only` or `never`
        "place": str(promise.place),
    }
