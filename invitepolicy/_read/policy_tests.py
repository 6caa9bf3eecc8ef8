"""The tests in a policy file: data as YAML gives it to records, instants and expected outcomes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from invitepolicy._core.errors import InvalidInputError, Location, RecordError
from invitepolicy._core.facts import FACTS, RESERVED_OUTCOMES, field_facts
from invitepolicy._core.frozen import FrozenMapping
from invitepolicy._core.policy import DEFAULT_NOW, Expectation, ExpectedStage, PolicyTest
from invitepolicy._core.quantities import add_or_none, parse_duration, parse_instant
from invitepolicy._core.records import NO_ACCOUNT, Account, Invitation, as_account, as_invitation, read_fact
from invitepolicy._core.text import did_you_mean, join_words, quoted
from invitepolicy._read.problems import PathProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import DecisionSpec, Path, PolicyFile
    from invitepolicy._read.problems import ProblemCollector

# An outcome and its time: `withdraw after 4 days`.
_LIFE: Final = r"([a-z][a-z0-9_]*)(?: after (.+))?"
_INSTANTS: Final = tuple(fact.field for fact in field_facts("invitation", "clock"))
_ACCOUNT_INSTANTS: Final = tuple(fact.field for fact in field_facts("account", "clock"))
_ABOUT_THE_VALUE: Final = ("word", "instant", "own-fact")  # codes of refusals that say what the value is not
_REMEDIES: Final = {  # by the code of a refusal: what to write in a file, where it differs from what to give in code
    "text": "put the text in quotes",
    "count": "write digits, such as 3",
    "share": "write a percentage, such as 40%",
}


def read_tests(
    document: PolicyFile, decisions: Mapping[str, DecisionSpec], own: Mapping[str, Fact], problems: ProblemCollector
) -> tuple[PolicyTest, ...]:
    """Read every test of a file against the resolved decisions; what is wrong goes to `problems`."""
    reader = _TestReader(document, decisions, own, problems)
    tests = [reader.read(index, raw) for index, raw in enumerate(document.data.get("tests") or ())]
    return tuple(test for test in tests if test is not None)


class _TestReader:
    def __init__(
        self,
        document: PolicyFile,
        decisions: Mapping[str, DecisionSpec],
        own: Mapping[str, Fact],
        problems: ProblemCollector,
    ) -> None:
        self._document, self._decisions, self._own, self._problems = document, decisions, own, problems
        self._names: dict[str, int] = {}

    def read(self, index: int, raw: dict[str, Any]) -> PolicyTest | None:
        path: Path = ("tests", index)
        # Reading goes on after a mistake, so that all of a test's are reported at once.
        before = len(self._problems.problems)
        self._check_name(raw["test"], path)
        now = self._now(raw, path)
        given = self._given(raw.get("given") or {}, now, path)
        account = self._account(raw.get("account") or {}, now, path)
        # May be empty: the test of a rule alone expects no outcome.
        expect = tuple(self._expectations(raw["expect"] or {}, now, path))
        rule = self._rule(raw.get("rule") or {}, path)
        if len(self._problems.problems) > before or given is None or account is None:
            return None
        place = Location(self._document.path, *self._document.value_mark(path))
        return PolicyTest(raw["test"], given, account, now, expect, rule, raw.get("skip"), place)

    def _check_name(self, name: str, path: Path) -> None:
        line = self._document.value_mark(path)[0]
        if name in self._names:
            self._refuse(
                (*path, "test"),
                "twice",
                f"a second test {quoted(name)}",
                f"line {self._names[name]} has it; rename one",
            )
        self._names.setdefault(name, line)

    def _refuse(self, path: Path, code: str, what: str, hint: str, *, key: bool = False) -> None:
        self._problems.report(self._document, PathProblem(path, code, what, hint, key))

    def _now(self, raw: dict[str, Any], path: Path) -> datetime:
        if raw.get("now") is None:
            return DEFAULT_NOW
        try:
            return parse_instant(raw["now"])
        except InvalidInputError as error:
            self._refuse((*path, "now"), "instant", error.what, error.hint)
            return DEFAULT_NOW

    def _given(self, raw: dict[str, Any], now: datetime, path: Path) -> Invitation | None:
        fields = dict(raw)
        clocks = [*_INSTANTS, *(name for name, fact in self._own.items() if fact.kind == "clock")]
        for name in clocks:
            self._fill_instant(fields, name, now, (*path, "given"))
        if self._has_gaps(fields, clocks, (*path, "given")) or self._has_stray_tags(fields, (*path, "given")):
            return None
        # An empty `sent_at:` is left alone: it says that the date is not known.
        if fields.get("status") != "draft" and "sent_at" not in fields:
            fields["sent_at"] = now
        try:
            invitation = as_invitation(fields)
            for name in invitation.facts:
                if name not in self._own:
                    hint = did_you_mean(name, self._own, "introduce it under facts")
                    what = "is not a fact of this policy"
                    raise RecordError(name, None, what, hint, "unknown-field")  # noqa: TRY301  (one way out)
                # The record takes own facts of any kind; that each has its fact's kind shows when it is read.
                read_fact(self._own[name], invitation, NO_ACCOUNT)
        except RecordError as error:
            self._refuse_field(error, fields, (*path, "given"))
            return None
        return invitation

    def _has_gaps(self, fields: dict[str, Any], clocks: Iterable[str], path: Path) -> bool:
        """Report empty values: only an instant may be left empty, where it is not known."""
        empty = [name for name, value in fields.items() if value is None and name not in clocks]
        for name in empty:
            self._refuse((*path, name), "empty", f"“{name}” is empty", "write its value, or delete the line")
        return bool(empty)

    def _has_stray_tags(self, fields: dict[str, Any], path: Path) -> bool:
        tags = fields.get("tags", [])
        stray = [] if not isinstance(tags, list) else [tag for tag in tags if not isinstance(tag, str)]
        if not isinstance(tags, list):
            hint = f"write [{quoted(tags).strip('“”')}]"
            self._refuse((*path, "tags"), "record", f"“tags” must be a list, not {quoted(tags)}", hint)
        for tag in stray:
            at = (*path, "tags", tags.index(tag))
            self._refuse(at, "record", f"“tags” must contain texts, not {quoted(tag)}", "put it in quotes")
        return bool(stray) or not isinstance(tags, list)

    def _fill_instant(self, fields: dict[str, Any], name: str, now: datetime, path: Path) -> None:
        text = fields.get(name)
        if text is None:
            return
        try:
            fields[name] = _parse_relative(text, now)
        except InvalidInputError as error:
            self._refuse((*path, name), "instant", error.what, error.hint)
            # A stand-in, with which the record's other fields can still be checked.
            fields[name] = now

    def _refuse_field(self, error: RecordError, fields: dict[str, Any], path: Path) -> None:
        name = error.field
        bundled = (*path, "facts", name)
        # Own facts stand beside the record's fields, or, as in code, under `facts`.
        at = bundled if bundled in self._document.places else (*path, name)
        if error.code == "unknown-field":
            hint = f"a record has “{FACTS[name].field}”" if name in FACTS else error.hint
            self._refuse(at, "record", f"“{name}” {error.what}", hint, key=True)
            return
        value = fields[name] if name in fields else fields["facts"][name]
        hint = _REMEDIES.get(error.code, error.hint)
        if error.code == "own-fact-name":
            what = f"“{name}” {error.what}"
        elif error.code in _ABOUT_THE_VALUE:
            what = f"“{name}”: {quoted(value)} {error.what}"
        else:
            what = f"“{name}” {error.what}, not {quoted(value)}"
        self._refuse(at, "record", what, hint)

    def _account(self, raw: dict[str, Any], now: datetime, path: Path) -> Account | None:
        fields = dict(raw)
        for name in _ACCOUNT_INSTANTS:
            self._fill_instant(fields, name, now, (*path, "account"))
        if self._has_gaps(fields, _ACCOUNT_INSTANTS, (*path, "account")):
            return None
        try:
            return as_account(fields)
        except RecordError as error:
            self._refuse_field(error, fields, (*path, "account"))
        return None

    def _expectations(self, raw: dict[str, Any], now: datetime, path: Path) -> Iterator[Expectation]:
        for name, expected in raw.items():
            at: Path = (*path, "expect", name)
            place = Location(self._document.path, *self._document.key_mark(at))
            if name not in self._decisions:
                hint = did_you_mean(name, self._decisions, f"the decisions are {join_words(self._decisions, 'and')}")
                self._refuse(at, "decision", f"there is no decision {quoted(name)}", hint, key=True)
            # An empty list or mapping would expect nothing, and the test would always pass.
            elif expected in (None, [], {}):
                hint = "write an outcome, such as keep, or a life, such as [keep, withdraw after 4 days]"
                self._refuse(at, "life", f"nothing is expected of “{name}”", hint)
            elif isinstance(expected, list):
                yield Expectation(name, tuple(self._life(name, expected, at)), (), place)
            elif isinstance(expected, dict):
                yield Expectation(name, (), tuple(self._instants(name, expected, now, at)), place)
            elif self._is_outcome(name, expected, at):
                yield Expectation(name, (), ((now, expected),), place)

    def _is_outcome(self, decision: str, word: object, at: Path) -> bool:
        known = (*self._decisions[decision].outcomes, *RESERVED_OUTCOMES)
        if word in known:
            return True
        hint = f"its outcomes are {join_words(self._decisions[decision].outcomes)}"
        self._refuse(
            at,
            "outcome",
            f"{quoted(word)} is not an outcome of “{decision}”",
            did_you_mean(word, known, hint) if isinstance(word, str) else hint,
        )
        return False

    def _life(self, decision: str, raw: list[Any], at: Path) -> Iterator[ExpectedStage]:
        last = timedelta(-1)  # before the first outcome, which comes after 0 days
        for index, item in enumerate(raw):
            path = (*at, index)
            match = re.fullmatch(_LIFE, item) if isinstance(item, str) else None
            # The first outcome holds from the test's now on and has no time; each further one must have one.
            if match is None or (match[2] is None) is not (index == 0):
                hint = "write the first outcome alone, each further one with its time: withdraw after 4 days"
                self._refuse(path, "life", f"{quoted(item)} does not fit into a life", hint)
                continue
            try:
                after = parse_duration(match[2]) if match[2] else timedelta()
            except InvalidInputError as error:
                self._refuse(path, "quantity", error.what, error.hint)
                continue
            if not self._is_outcome(decision, match[1], path):
                continue
            if after <= last:
                self._refuse(
                    path,
                    "life",
                    f"{quoted(item)} is not later than the one before it",
                    "put the outcomes in order of time",
                )
            last = after
            yield ExpectedStage(match[1], after)

    def _instants(self, decision: str, raw: dict[str, Any], now: datetime, at: Path) -> Iterator[tuple[datetime, str]]:
        for key, outcome in raw.items():
            path = (*at, key)
            try:
                instant = _parse_after(key, now)
            except InvalidInputError as error:
                self._refuse(path, "instant", error.what, error.hint, key=True)
                continue
            if self._is_outcome(decision, outcome, path):
                yield instant, outcome

    def _rule(self, raw: dict[str, Any], path: Path) -> FrozenMapping[str]:
        for name, rule in raw.items():
            at = (*path, "rule", name)
            if name not in self._decisions:
                hint = did_you_mean(name, self._decisions, f"the decisions are {join_words(self._decisions, 'and')}")
                self._refuse(at, "decision", f"there is no decision {quoted(name)}", hint, key=True)
                continue
            known = [rule.name for rule in self._decisions[name].rules if rule.name]
            if rule not in known:
                hint = did_you_mean(str(rule), known, f"its rules are {join_words(known)}")
                self._refuse(at, "rule", f"{quoted(rule)} is not a rule of “{name}”", hint)
        return FrozenMapping(raw)


def _parse_relative(text: object, now: datetime) -> datetime:
    """Read an instant, or `3 days ago`. Raise InvalidInputError."""
    if not isinstance(text, str):
        raise InvalidInputError(
            "instant", f"{quoted(text)} is not a date or an instant", "write 2026-03-01T10:00Z, or 3 days ago"
        )
    if not text.endswith(" ago"):
        return _parse_instant(text, "3 days ago")
    return _moved(text, now, -parse_duration(text.removesuffix(" ago").rstrip()))


def _parse_after(text: str, now: datetime) -> datetime:
    """Read an instant, or `after 3 days`. Raise InvalidInputError."""
    if not text.startswith("after "):
        return _parse_instant(text, "after 3 days")
    return _moved(text, now, parse_duration(text.removeprefix("after ").lstrip()))


def _parse_instant(text: str, relative: str) -> datetime:
    try:
        return parse_instant(text)
    except InvalidInputError as error:
        # Only the general hint is replaced; one about a missing zone or an impossible day fits better.
        hint = f"write 2026-03-01T10:00Z, or {relative}" if error.hint.startswith("write") else error.hint
        raise InvalidInputError("instant", error.what, hint) from None


def _moved(text: str, now: datetime, by: timedelta) -> datetime:
    instant = add_or_none(now, by)
    if instant is None:
        raise InvalidInputError(
            "instant", f"{quoted(text)} lies outside the years 1 to 9999", "take a smaller duration"
        )
    return instant
