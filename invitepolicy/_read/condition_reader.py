"""The conditions and reasons of one file: facts and settings looked up, and a record of the settings they use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy._core.conditions import Condition, parse_operator, thresholds_in
from invitepolicy._core.errors import InvalidInputError, Location
from invitepolicy._core.facts import FACTS
from invitepolicy._core.reasons import parse_reason
from invitepolicy._core.text import did_you_mean, join_words, quoted
from invitepolicy._read.problems import PathProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from invitepolicy._core.facts import Fact, Subject
    from invitepolicy._core.policy import Path, PolicyFile, Reason
    from invitepolicy._core.quantities import Setting
    from invitepolicy._read.problems import ProblemCollector

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@attrs.define(eq=False, repr=False)
class Scope:
    """The settings and own facts of the files read so far; `counting` names the settings that count something."""

    settings: dict[str, Setting] = attrs.field(factory=dict)
    own: dict[str, Fact] = attrs.field(factory=dict)
    counting: set[str] = attrs.field(factory=set)


class ConditionReader:
    """Reads the conditions and reasons of a file; what is wrong goes to `problems`.

    `used` gathers the settings that they name. `broken` holds settings that were refused where they are introduced,
    so that they are not reported again where they are used.
    """

    def __init__(self, document: PolicyFile, known: Scope, problems: ProblemCollector) -> None:
        """Begin with nothing used and nothing broken."""
        self._document, self._known, self._problems = document, known, problems
        # On Windows a path may mix separators: a folder has backslashes, what `extends` names has slashes.
        self._file = re.split(r"[/\\]", document.path)[-1]
        self.used: set[str] = set()
        self.broken: dict[str, Setting] = {}

    def place(self, path: Path, *, key: bool = False) -> Location:
        """Return the place of a value, or of its key."""
        mark = self._document.key_mark(path) if key else self._document.value_mark(path)
        return Location(self._file, *mark)

    def refuse(self, path: Path, code: str, what: str, hint: str, *, key: bool = False) -> None:
        """Record a problem at a path."""
        self._problems.report(self._document, PathProblem(path, code, what, hint, key))

    def read_conditions(self, raw: dict[str, Any], subject: Subject, path: Path) -> tuple[Condition, ...]:
        """Read the conditions of a `when` or of `applies_to`; those that mean nothing are reported and left out."""
        facts = self._facts_for(subject)
        stray = self._stray_words(raw, facts, path)
        conditions = [self._read_condition(name, raw[name], facts, (*path, name)) for name in raw if name not in stray]
        return tuple(condition for condition in conditions if condition is not None)

    def _stray_words(self, raw: dict[str, Any], facts: Mapping[str, Fact], path: Path) -> set[str]:
        """Report `{relationship: known, logical}` once, and return the words that are not facts."""
        # In braces, YAML takes the comma for the end of the list: `logical` becomes a key without a value.
        stray = {name for name, value in raw.items() if value is None and name not in facts}
        for fact, words in _rows(raw, stray) if stray else ():
            if fact in facts and facts[fact].kind in ("choice", "tags"):
                hint = f"write a list in brackets: {fact}: [{', '.join(words)}]"
                self.refuse((*path, words[1]), "fact", f"{quoted(words[1])} is on its own here", hint, key=True)
                # The rest of the stray words are read on, and reported one by one as unknown facts.
                return stray.intersection(words)
        return set()

    def _read_condition(self, name: str, raw: Any, facts: Mapping[str, Fact], path: Path) -> Condition | None:
        if name not in facts:
            self.refuse(path, "fact", *self._unknown_fact(name, facts), key=True)
            # Its settings count as used: a mistyped fact must not have them reported as well.
            self.used.update(named_in(raw))
            return None
        try:
            operator = parse_operator(facts[name], raw, self._known.settings)
        except InvalidInputError as error:
            # A setting that was refused where it is introduced is unknown here; one problem is enough.
            if error.code != "setting" or named_in(raw).isdisjoint(self.broken):
                self.refuse((*path, *error.inside), error.code, error.what, error.hint)
            self.used.update(named_in(raw))
            return None
        names = {threshold.setting for threshold in thresholds_in(operator) if threshold.setting}
        self.used |= names
        # A child, or `with_settings`, may give these settings another value, which has to be whole, too.
        if facts[name].kind == "count":
            self._known.counting |= names
        return Condition(name, operator, _as_written(raw), self.place(path, key=True))

    def _unknown_fact(self, name: str, facts: Mapping[str, Fact]) -> tuple[str, str]:
        if name in FACTS or name in self._known.own:
            return (
                f"“{name}” is a fact of an invitation, and this decision is about the account",
                f"its facts are {join_words(facts, 'and')}",
            )
        # Whoever knows the records writes their fields: `sent_at` for the fact `sent`.
        by_field = {fact.field: fact.name for fact in facts.values()}
        if name in by_field:
            return f"there is no fact {quoted(name)}", f"the record's “{name}” is the fact “{by_field[name]}”"
        what = f"there is no fact {quoted(name)}"
        if name.startswith("my_"):
            return what, did_you_mean(name, self._known.own, "introduce it under facts")
        known = [fact for fact in facts if not fact.startswith("account_")]
        hint = f"the facts are {join_words(known, 'and')}, and those of the account, which begin with account_"
        if not known or name.startswith("account"):
            hint = f"the account's facts are {join_words([fact for fact in facts if fact not in known], 'and')}"
        return what, did_you_mean(name, facts, hint)

    def read_reason(self, text: str, subject: Subject, path: Path) -> Reason:
        """Read a `because`."""
        # YAML takes ` #` for the start of a comment, and the reason would end before it unnoticed.
        if path in self._document.commented:
            hint = "put the text in quotes, or the comment on a line of its own"
            self.refuse(path, "cut-short", "a “ #” cuts this text short", hint)
        try:
            # The broken settings are known here: a placeholder that names one is no second mistake.
            reason = parse_reason(text, {**self._known.settings, **self.broken}, self._facts_for(subject))
        except InvalidInputError as error:
            self.refuse(path, error.code, error.what, error.hint)
            self.used.update(named_in(text))
            return ()
        self.used.update(
            part.fact for part in reason if not isinstance(part, str) and part.fact in self._known.settings
        )
        return reason

    def _facts_for(self, subject: Subject) -> dict[str, Fact]:
        if subject == "account":
            return {name: fact for name, fact in FACTS.items() if fact.subject == "account"}
        return {**FACTS, **self._known.own}


def _as_written(raw: Any) -> str:
    match raw:
        case bool():
            return str(raw).lower()  # as YAML writes it: Python's text is True
        case list():
            return f"[{', '.join(map(_as_written, raw))}]"
        case dict():
            return f"{{{', '.join(f'{key}: {_as_written(value)}' for key, value in raw.items())}}}"
        case _:
            return str(raw)


def _rows(raw: dict[str, Any], stray: set[str]) -> Iterable[tuple[str, list[str]]]:
    """Yield each condition that is followed by words without a value: its fact, and its own word with those."""
    row: tuple[str, list[str]] | None = None
    for name, value in raw.items():
        if name in stray and row is not None:
            row[1].append(name)
            continue
        if row is not None and len(row[1]) > 1:
            yield row
        row = (name, [value]) if isinstance(value, str) else None
    # The last row has no successor that would end it.
    if row is not None and len(row[1]) > 1:
        yield row


def named_in(raw: Any) -> set[str]:
    """Find every word in raw data that could be a setting's name."""
    # Words that only look like a setting's name do no harm: at worst an unused setting is not reported.
    return set(_NAME.findall(_as_written(raw)))
