"""One file merged into what its parents say: names checked, conditions and reasons read, rules overridden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import attrs

from invitepolicy._core.errors import InvalidInputError
from invitepolicy._core.facts import OWN_KINDS, RESERVED_OUTCOMES, Fact
from invitepolicy._core.frozen import ByFields, freeze
from invitepolicy._core.policy import Promise, Rule
from invitepolicy._core.quantities import Setting
from invitepolicy._core.text import did_you_mean, join_words, quoted
from invitepolicy._read.condition_reader import ConditionReader, Scope, named_in
from invitepolicy._read.problems import PathProblem
from invitepolicy._read.settings import read_setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.facts import Subject
    from invitepolicy._core.policy import Path, PolicyFile
    from invitepolicy._read.problems import ProblemCollector


@attrs.define(eq=False, repr=False)
class DecisionBuilder:
    """A decision under construction, while files are merged into it."""

    name: str
    question: str = ""
    subject: Subject = "invitation"
    applies_to: list[Condition] = attrs.field(factory=list)
    outcomes: tuple[str, ...] = ()
    limits: list[Rule] = attrs.field(factory=list)
    rules: list[Rule] = attrs.field(factory=list)
    otherwise: Rule | None = None
    details: dict[str, Any] = attrs.field(factory=dict)


@attrs.define(eq=False, repr=False)
class Merged(Scope):
    """What the files read so far say together, the oldest parent first."""

    decisions: dict[str, DecisionBuilder] = attrs.field(factory=dict)
    promises: list[Promise] = attrs.field(factory=list)


def merge_document(
    document: PolicyFile, merged: Merged, problems: ProblemCollector, *, is_child: bool, is_last: bool
) -> None:
    """Merge a file into what its parents say; what is wrong goes to `problems`.

    After the last file every decision is total, or that is a problem.
    """
    merger = _Merger(document, merged, problems)
    introduced = merger.merge()
    # In a child, a setting that nothing uses is most likely a parent's, mistyped. A policy without parents
    # may introduce settings for its children.
    if is_child:
        merger.refuse_unused(introduced)
    if is_last:
        merger.refuse_partial()


class _Merger:
    """Merges one file into what its parents say; what is wrong goes to `problems`."""

    def __init__(self, document: PolicyFile, merged: Merged, problems: ProblemCollector) -> None:
        self._document, self._merged = document, merged
        self._reader = ConditionReader(document, merged, problems)

    def merge(self) -> list[str]:
        data = self._document.data
        # Settings and facts come first, since decisions name them; promises name decisions.
        introduced = self._settings(data.get("settings") or {})
        self._facts(data.get("facts") or {})
        for name, raw in (data.get("decisions") or {}).items():
            self._decision(name, raw or {}, ("decisions", name))
        for index, raw in enumerate(data.get("promises") or ()):
            self._promise(raw, ("promises", index))
        return introduced

    # settings

    def _settings(self, raw: dict[str, Any]) -> list[str]:
        """Merge the settings; return the names that no parent has."""
        introduced = [name for name in raw if name not in self._merged.settings]
        for name, value in raw.items():
            path: Path = ("settings", name)
            parent = self._merged.settings.get(name)
            try:
                setting = read_setting(
                    name, value, parent, self._reader.place(path, key=True), whole=name in self._merged.counting
                )
            except InvalidInputError as error:
                # `wait: 3 moons` has no key `value` that the path could lead to.
                inside = (*path, *error.inside) if isinstance(value, dict) else path
                self._reader.refuse(inside, error.code, error.what, error.hint, key=error.key)
                if parent is None:
                    # Of this stand-in only the name is used. With a parent, the parent's value stands in.
                    self._reader.broken[name] = Setting(name, "number", 0)
                continue
            self._merged.settings[name] = setting
        return introduced

    def refuse_unused(self, introduced: Iterable[str]) -> None:
        known = [name for name in self._merged.settings if name not in introduced]
        for name in introduced:
            if name in self._merged.settings and name not in self._reader.used:
                hint = did_you_mean(name, known, "use it in a rule, or delete it")
                what = f"no parent has a setting {quoted(name)}, and nothing here uses it"
                self._reader.refuse(("settings", name), "setting", what, hint, key=True)

    # facts

    def _facts(self, raw: dict[str, Any]) -> None:
        for name, kind in raw.items():
            path: Path = ("facts", name)
            if name in self._merged.own:
                hint = "delete it here, since a child may not redefine a fact"
                self._reader.refuse(path, "fact", f"a parent has introduced “{name}” already", hint, key=True)
            elif isinstance(kind, list):
                # A fact that a record does not have is `unknown`, which may be listed or not.
                words = tuple(dict.fromkeys([*kind, "unknown"]))
                self._merged.own[name] = Fact(name, "choice", "invitation", name, name, words)
            else:
                # The schema has checked the word; `next` gives it the type of a kind.
                self._merged.own[name] = Fact(name, next(k for k in OWN_KINDS if k == kind), "invitation", name, name)

    # decisions

    def _decision(self, name: str, raw: dict[str, Any], path: Path) -> None:
        known = self._merged.decisions.get(name)
        decision = known or DecisionBuilder(name)
        self._texts(decision, raw, path, is_new=known is None)
        decision.details.update(
            {
                outcome: freeze(details)
                for outcome, details in (raw.get("details") or {}).items()
                # The outcomes of a new decision are not known yet; `_name_outcomes` checks them.
                if known is None or self._is_outcome(decision, outcome, (*path, "details", outcome), key=True)
            }
        )
        # A child adds to its parents' conditions: it can make a question narrower, never wider.
        decision.applies_to += self._reader.read_conditions(
            raw.get("applies_to") or {}, decision.subject, (*path, "applies_to")
        )
        limits = self._read_rules(decision, raw.get("limits") or (), (*path, "limits"), limit=True)
        rules = self._read_rules(decision, raw.get("rules") or (), (*path, "rules"), limit=False)
        otherwise = None
        if raw.get("otherwise") is not None:
            otherwise = self._read_rule(decision, {"rule": None, **raw["otherwise"]}, (*path, "otherwise"), limit=False)
        self._name_outcomes(
            decision, raw, [*limits, *rules, *([otherwise] if otherwise else [])], path, is_new=known is None
        )
        self._override_rules(decision, raw, limits, rules, path)
        decision.otherwise = otherwise or decision.otherwise
        self._merged.decisions[name] = decision

    def refuse_partial(self) -> None:
        total = [name for name, decision in self._merged.decisions.items() if decision.otherwise is not None]
        for name, decision in self._merged.decisions.items():
            if decision.otherwise is None:
                # A decision that this file does not mention came from a parent: `extends` is at fault.
                paths: tuple[Path, ...] = (("decisions", name), ("extends",), ())
                self._reader.refuse(
                    next(path for path in paths if path in self._document.places),
                    "otherwise",
                    f"the decision “{name}” has no “otherwise”",
                    did_you_mean(
                        name, total, "add otherwise with then and because, so that every record gets an answer"
                    ),
                    key=True,
                )

    def _texts(self, decision: DecisionBuilder, raw: dict[str, Any], path: Path, *, is_new: bool) -> None:
        question = raw.get("question")
        if question is not None and not question.rstrip().endswith("?"):
            self._reader.refuse((*path, "question"), "question", "a question ends in a question mark", "add the ?")
        decision.question = question or decision.question
        subject = raw.get("subject")
        if subject is not None and not is_new and subject != decision.subject:
            hint = "delete the line, since a child may not change whom a decision is about"
            self._reader.refuse(
                (*path, "subject"), "subject", f"a parent asks “{decision.name}” about the {decision.subject}", hint
            )
        elif subject is not None:
            decision.subject = subject

    def _name_outcomes(
        self, decision: DecisionBuilder, raw: dict[str, Any], rules: list[Rule], path: Path, *, is_new: bool
    ) -> None:
        stated = raw.get("outcomes")
        for index, word in enumerate(stated or ()):
            if word in RESERVED_OUTCOMES:
                hint = "delete it, since the library itself gives this outcome"
                self._reader.refuse((*path, "outcomes", index), "outcome", f"{quoted(word)} may not be listed", hint)
        # Without `outcomes`, what the rules use is what may come; a mistyped outcome cannot be noticed there.
        if is_new:
            used = dict.fromkeys(rule.then for rule in rules)
            decision.outcomes = (
                tuple(stated) if stated else tuple(word for word in used if word not in RESERVED_OUTCOMES)
            )
        # To repeat the parent's list, in any order, is allowed.
        elif stated is not None and set(stated) != set(decision.outcomes):
            hint = f"delete the line, since a child may not change {join_words(decision.outcomes, 'and')}"
            self._reader.refuse(
                (*path, "outcomes"), "outcome", f"a parent has listed the outcomes of “{decision.name}”", hint, key=True
            )
        if is_new:
            for outcome in decision.details:
                self._is_outcome(decision, outcome, (*path, "details", outcome), key=True)
        for place_of, then in self._thens(raw, path):
            self._is_outcome(decision, then, place_of)

    def _thens(self, raw: dict[str, Any], path: Path) -> Iterable[tuple[Path, str]]:
        for kind in ("limits", "rules"):
            for index, rule in enumerate(raw.get(kind) or ()):
                yield (*path, kind, index, "then"), rule["then"]
        if raw.get("otherwise") is not None:
            yield (*path, "otherwise", "then"), raw["otherwise"]["then"]

    def _is_outcome(self, decision: DecisionBuilder, word: str, path: Path, *, key: bool = False) -> bool:
        if word in decision.outcomes:
            return True
        hint = did_you_mean(word, decision.outcomes, f"its outcomes are {join_words(decision.outcomes)}")
        if word in RESERVED_OUTCOMES:
            hint = "the library itself gives this outcome, where a condition of applies_to fails"
            if word == "undetermined":
                hint = "the library itself gives this outcome, where facts are not known"
        self._reader.refuse(path, "outcome", f"{quoted(word)} is not an outcome of “{decision.name}”", hint, key=key)
        return False

    def _read_rules(
        self, decision: DecisionBuilder, raws: Sequence[dict[str, Any]], path: Path, *, limit: bool
    ) -> list[Rule]:
        return [self._read_rule(decision, raw, (*path, index), limit=limit) for index, raw in enumerate(raws)]

    def _read_rule(self, decision: DecisionBuilder, raw: dict[str, Any], path: Path, *, limit: bool) -> Rule:
        when = self._reader.read_conditions(raw.get("when") or {}, decision.subject, (*path, "when"))
        because = self._reader.read_reason(raw["because"], decision.subject, (*path, "because"))
        place = self._reader.place(path, key=raw["rule"] is None)
        return Rule(raw["rule"], when, raw["then"], because, freeze(raw.get("details")), place, limit)

    def _override_rules(
        self, decision: DecisionBuilder, raw: dict[str, Any], limits: list[Rule], rules: list[Rule], path: Path
    ) -> None:
        replaces = [rule.get("replaces") for rule in raw.get("rules") or ()]
        changes = RuleChanges(limits, rules, replaces, raw.get("without") or ())
        for index, rule in enumerate(raw.get("limits") or ()):
            if "replaces" in rule:
                hint = "delete the line, or move the limit to rules"
                self._reader.refuse(
                    (*path, "limits", index, "replaces"), "rule", "a limit replaces nothing", hint, key=True
                )
        # The file's own limits are added last, so that its rules are compared with its parents' only.
        findings = list(find_conflicts(decision.limits, decision.rules, changes))
        for problem in findings:
            self._reader.refuse((*path, *problem.path), problem.code, problem.what, problem.hint, key=problem.key)
        # A rule that replaces nothing, or two that replace one, have no place; the file is refused anyway.
        if not findings:
            decision.rules = apply_overrides(decision.rules, changes)
        decision.limits += limits

    # promises

    def _promise(self, raw: dict[str, Any], path: Path) -> None:
        name = raw["decision"]
        decision = self._merged.decisions.get(name)
        if decision is None:
            hint = did_you_mean(
                name, self._merged.decisions, f"the decisions are {join_words(self._merged.decisions, 'and')}"
            )
            self._reader.refuse((*path, "decision"), "decision", f"there is no decision {quoted(name)}", hint)
            # Its conditions are not read, since the subject is unknown; their settings still count as used.
            self._reader.used.update(named_in(raw.get("when")))
            return
        when = self._reader.read_conditions(raw.get("when") or {}, decision.subject, (*path, "when"))
        mode: Literal["only", "never"] = "only" if "only" in raw else "never"
        stated = raw[mode] if isinstance(raw[mode], list) else [raw[mode]]
        known = (*decision.outcomes, *RESERVED_OUTCOMES)
        for index, word in enumerate(stated):
            if word not in known:
                at = (*path, mode, index) if isinstance(raw[mode], list) else (*path, mode)
                hint = did_you_mean(word, known, f"its outcomes are {join_words(decision.outcomes)}")
                self._reader.refuse(at, "outcome", f"{quoted(word)} is not an outcome of “{name}”", hint)
        self._merged.promises.append(Promise(raw["promise"], name, when, mode, tuple(stated), self._reader.place(path)))


@attrs.frozen(eq=False, repr=False)
class RuleChanges(ByFields):
    """What a file says of a decision's rules: its rules, which one each one replaces, and what it drops."""

    limits: Sequence[Rule]
    rules: Sequence[Rule]
    replaces: Sequence[str | None]
    without: Sequence[str]


def apply_overrides(rules: Sequence[Rule], changes: RuleChanges) -> list[Rule]:
    """Put a file's rules above its parents' `rules`, or in the place of those that they replace."""
    # `replaces` has an entry for each rule of the file, None for those that replace nothing.
    replaced = {
        target: rule for target, rule in zip(changes.replaces, changes.rules, strict=True) if target is not None
    }
    own = [rule for target, rule in zip(changes.replaces, changes.rules, strict=True) if target is None]
    return own + [replaced.get(rule.name or "", rule) for rule in rules if rule.name not in changes.without]


def find_conflicts(limits: Sequence[Rule], rules: Sequence[Rule], changes: RuleChanges) -> Iterator[PathProblem]:
    """Yield what cannot be merged: names given twice or taken, and rules replaced or dropped that no parent has."""
    fixed = [rule.name for rule in limits]
    inherited = [rule.name for rule in rules]
    yield from _double_names(changes)
    for kind, group in (("limits", changes.limits), ("rules", changes.rules)):
        for index, rule in enumerate(group):
            # A limit replaces nothing; where it says so, `_arrange` has reported it.
            target = changes.replaces[index] if kind == "rules" else None
            # A name is free again if the parent's rule that has it is dropped, or replaced by this very rule.
            free = rule.name in changes.without or rule.name == target
            if rule.name in fixed or (rule.name in inherited and not free):
                yield PathProblem((kind, index, "rule"), "rule", *_taken(rule, fixed))
    for index, name in enumerate(changes.without):
        if name not in inherited:
            yield PathProblem(("without", index), "rule", *_no_such_rule(name, fixed, inherited, "dropped"))
    yield from _bad_targets(changes, fixed, inherited)


def _double_names(changes: RuleChanges) -> Iterator[PathProblem]:
    seen: dict[str | None, int] = {}
    for kind, group in (("limits", changes.limits), ("rules", changes.rules)):
        for index, rule in enumerate(group):
            if rule.name in seen:
                hint = f"line {seen[rule.name]} has it; rename one"
                yield PathProblem((kind, index, "rule"), "twice", f"a second rule {quoted(rule.name)}", hint)
            seen.setdefault(rule.name, rule.place.line)


def _bad_targets(
    changes: RuleChanges, fixed: Sequence[str | None], inherited: Sequence[str | None]
) -> Iterator[PathProblem]:
    replaced: dict[str, int] = {}
    for index, target in enumerate(changes.replaces):
        if target is None:
            continue
        path: Path = ("rules", index, "replaces")
        if target in changes.without:
            yield PathProblem(
                path, "rule", f"{quoted(target)} is dropped by without", "drop it or replace it, not both"
            )
        elif target not in inherited:
            yield PathProblem(path, "rule", *_no_such_rule(target, fixed, inherited, "replaced"))
        elif target in replaced:
            hint = f"the rule in line {replaced[target]} replaces it already; delete one of the two"
            yield PathProblem(path, "rule", f"{quoted(target)} is replaced twice", hint)
        replaced.setdefault(target, changes.rules[index].place.line)


def _taken(rule: Rule, fixed: Sequence[str | None]) -> tuple[str, str]:
    what = f"a parent has a rule {quoted(rule.name)} already"
    if rule.name in fixed:
        return what, "take another name, since it is a limit and stays"
    return what, f"add “replaces: {rule.name}” to stand in its place, or take another name"


def _no_such_rule(
    name: str, fixed: Sequence[str | None], inherited: Sequence[str | None], verb: str
) -> tuple[str, str]:
    if name in fixed:
        return f"{quoted(name)} is a limit and cannot be {verb}", "delete the line, since a limit stands in every style"
    known = [rule for rule in inherited if rule]
    hint = f"its rules are {join_words(known, 'and')}" if known else "delete the line, since no parent has rules here"
    return f"no parent has a rule {quoted(name)}", did_you_mean(name, known, hint)
