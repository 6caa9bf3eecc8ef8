"""The shape of a policy file: mistyped and missing keys, wrong kinds, worded from the JSON Schema.

What only `resolve` can judge, since it knows the settings and the policy's own facts, is left to it: conditions under
`when` and `applies_to`, quantities of settings, and what stands in a test's `given`, `account` and `expect`.
"""

from __future__ import annotations

import os
import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from invitepolicy._core.quantities import UNIT_PATTERN
from invitepolicy._core.resources import resource_folder
from invitepolicy._core.text import clip, closest, did_you_mean, join_words, quoted, safe_text
from invitepolicy._read.fact_schemas import fill_in_facts
from invitepolicy._read.problems import PathProblem, ProblemCollector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from invitepolicy._core.policy import Path, PolicyFile

_WITHOUT_COLON: Final = r"([a-z][a-z0-9_]*) +([0-9].*|forever)"
# This bounds the time that a stranger's file may cost.
_MOST_ERRORS: Final = 200
_FORMAT: Final = 1
_UNITS_IN_FILE: Final = r"\(\?:(?:[a-z]+\|)*day(?:\|[a-z]+)*\)"  # whatever list the file has: the units' own is used
_KINDS: Final = {"object": "keys and values", "array": "a list", "string": "a text"}
_SEVERAL: Final = {"object": "keys and values", "string": "texts"}
_ENTRIES: Final = {"rules": "rule", "limits": "rule", "tests": "test", "promises": "promise"}
_SENTENCES: Final = ("title", "about", "source", "question", "because", "rule", "test", "promise", "skip")
_OF_A_DECISION: Final = ("rules", "otherwise", "question", "limits", "applies_to", "outcomes")
_DECISION: Final = 2  # keys lead to it
_VERBS: Final = ("write ", "say ")
_LINES: Final = ("when", "applies_to")
_QUANTITIES: Final = ("value", "at_least", "at_most")
_JUDGED_LATER: Final = ("given", "account", "expect")


def read_schema() -> dict[str, Any]:
    """Read the JSON Schema of a policy file; what it says of facts and fields follows from the facts themselves."""
    import json  # noqa: PLC0415  (imported late, with jsonschema)

    with open(os.path.join(resource_folder("schemas"), "policy.schema.json"), encoding="utf-8") as file:
        text = file.read()
    return fill_in_facts(json.loads(re.sub(_UNITS_IN_FILE, UNIT_PATTERN, text)))


@cache
def _validator() -> Any:
    # Imported late: a shipped policy needs no check, and an import of jsonschema costs more than all the rest. The
    # registry is empty, so that nothing is ever fetched.
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415

    return Draft202012Validator(read_schema(), registry=Registry())


def check_shape(document: PolicyFile) -> None:
    """Hold a file's data against the schema. Raise PolicyError with every problem of its shape."""
    problems = ProblemCollector(document.path)
    # Alone and first: nobody knows what another version means by the rest.
    _check_version(document, problems)
    problems.raise_if_any()
    # Several errors may come from one mistake: a rule with a dash before each line is one in every line.
    reported = set()
    for error in islice(_validator().iter_errors(document.data), _MOST_ERRORS):
        for finding in _findings(error, document):
            if (finding.path, finding.what) not in reported:
                reported.add((finding.path, finding.what))
                problems.report(document, finding)
    problems.raise_if_any()


def _check_version(document: PolicyFile, problems: ProblemCollector) -> None:
    version = document.data.get("invitepolicy")
    # In Python True equals 1.
    plain = isinstance(version, int) and not isinstance(version, bool)
    # A missing key is left to the schema, which finds with it whatever else is missing.
    if "invitepolicy" not in document.data or (plain and version == _FORMAT):
        return
    what, hint = f"{quoted(version)} is not a version of this format", "write invitepolicy: 1"
    if version is None:
        what = "the version is missing"
    elif plain and version > _FORMAT:
        what = f"this file is written in format {version}, and this library reads format {_FORMAT}"
        hint = f"update to invitepolicy {version}, or later"
    problems.add(document.value_mark(("invitepolicy",)), "version", what, hint)


def _findings(error: Any, document: PolicyFile) -> Iterator[PathProblem]:
    path: Path = tuple(error.absolute_path)
    # The error's path leads to the mapping; the bad name itself is its instance.
    if "propertyNames" in error.absolute_schema_path:
        yield PathProblem((*path, error.instance), "name", *_bad_name(error), key=True)
    # One rule written as `- rule: …`, `- when: …`, `- then: …` is three rules that lack most of their keys.
    elif error.validator == "required" and (entries := _scattered(document.data, path)):
        yield PathProblem(entries, "dash", "extra “-”: this line belongs to the entry above it", "delete the dash")
    elif not _left_to_resolve(path, name=error.validator):
        yield from _WORDED[error.validator](error, path)


def _scattered(data: Any, path: Path) -> Path | None:
    """Return the path of the second of several entries that are one, written with a dash before each line, or None."""
    outside, index = path[:-1], path[-1] if path else ""
    if not isinstance(index, int):
        return None
    for part in outside:
        data = data[part]
    name = _ENTRIES.get(str(outside[-1]), "")
    # An entry begins with the key that names it; those without it, up to the next head, belong to it.
    heads = [number for number, entry in enumerate(data) if isinstance(entry, dict) and name in entry]
    head = max((number for number in heads if number <= index), default=len(data))
    end = min((number for number in heads if number > index), default=len(data))
    parts = data[head:end]
    single = all(isinstance(part, dict) and len(part) == 1 for part in parts)
    return (*outside, head + 1) if len(parts) > 1 and single else None


def _bad_name(error: Any) -> tuple[str, str]:
    name: str = error.instance
    what = f"{quoted(name)} cannot be a name here"
    if match := re.fullmatch(_WITHOUT_COLON, name):
        return what, f"put a colon and a space after the name: {match[1]}: {clip(safe_text(match[2]), 40)}"
    plain = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")
    meant = f"my_{plain}" if error.absolute_path[0] == "facts" else plain
    write = f"write {meant}; " if plain and re.search(error.schema["pattern"], meant) else ""
    return what, write + _described(error.schema)


def _missing(error: Any, path: Path) -> Iterator[PathProblem]:
    # A key that is only mistyped is not missing: `_unknown_keys` suggests it.
    meant = _meant(error.schema, error.instance).values()
    for key in error.validator_value:
        if key not in error.instance and key not in meant:
            yield PathProblem(path, "missing", *_what_is_missing(error.schema, key, path), key=True)


def _what_is_missing(schema: dict[str, Any], key: str, path: Path) -> tuple[str, str]:
    described = _described(schema["properties"][key])
    hint = f"add {key}: {described}"
    entry = next((_ENTRIES[str(part)] for part in path[-2:-1] if part in _ENTRIES), None)
    match key:
        # The schema asks for `never` wherever there is no `only`.
        case "never":
            return "this promise says neither “only” nor “never”", f"add never: {described}"
        case _ if key == entry:
            return f"this {entry} has no name", hint
    owner = f"this {entry}" if entry else f"“{path[-1]}”" if path else "the policy"
    return f"{owner} has no “{key}”", hint


def _kind(error: Any, path: Path) -> Iterator[PathProblem]:
    yield PathProblem(path, "kind", *_wrong_kind(error, path))


def _word(error: Any, path: Path) -> Iterator[PathProblem]:
    hint = _remedy(error.schema)
    if isinstance(error.instance, str):
        hint = did_you_mean(error.instance, error.validator_value, hint)
    yield PathProblem(path, "word", _cannot_be(error.instance, path), hint)


def _pattern(error: Any, path: Path) -> Iterator[PathProblem]:
    yield PathProblem(path, "name", _cannot_be(error.instance, path), _remedy(error.schema))


def _cannot_be(value: Any, path: Path) -> str:
    name = _name_of(path)
    if value is None or (isinstance(value, str) and not value.strip()):
        return f"“{name}” is empty"
    return f"“{name}” cannot be {quoted(value)}" if name == path[-1] else f"{quoted(value)} cannot stand in “{name}”"


def _empty(error: Any, path: Path) -> Iterator[PathProblem]:
    yield PathProblem(path, "empty", f"“{_name_of(path)}” is empty", _remedy(error.schema))


def _twice(error: Any, path: Path) -> Iterator[PathProblem]:
    items = error.instance
    index = next(index for index, item in enumerate(items) if item in items[:index])
    yield PathProblem((*path, index), "twice", f"{quoted(items[index])} is named twice", "name it once")


def _both(error: Any, path: Path) -> Iterator[PathProblem]:
    if isinstance(error.instance, dict):  # of anything else its kind is reported
        what, hint = "this promise says both “only” and “never”", "keep one of them"
        yield PathProblem((*path, "never"), "key", what, hint, key=True)


def _left_to_resolve(path: Path, *, name: str) -> bool:
    # From the third part on, since a decision may itself be called `when`. Below the conditions everything is
    # left, and of the conditions themselves all but that they are a mapping and not empty.
    for key in _LINES:
        if key in path[2:]:
            return len(path) > path.index(key, 2) + 1 or name not in ("type", "minProperties")
    match path:
        case ("settings", str()):
            return name not in ("required", "additionalProperties")
        case ("settings", str(), part, *_) if part in _QUANTITIES:
            return True
        case ("tests", int(), part, *rest) if part in _JUDGED_LATER:
            return bool(rest) or name not in ("type", "minProperties")
    return False


def _unknown_keys(error: Any, path: Path) -> Iterator[PathProblem]:
    known = [*error.schema["properties"]]
    meant = _meant(error.schema, error.instance)
    where = f"in “{_name_of(path)}” " if path else ""
    for key, value in error.instance.items():
        if key in known:
            continue
        hint = f"did you mean “{meant[key]}”?" if key in meant else f"the keys are {join_words(known, 'and')}"
        # `withdraw: {rules: …}` at the top level.
        if not path and isinstance(value, dict) and not value.keys().isdisjoint(_OF_A_DECISION):
            hint = "a decision stands under decisions"
        yield PathProblem((*path, key), "key", f"{where}there is no key {quoted(key)}", hint, key=True)


def _meant(schema: dict[str, Any], entry: dict[str, Any]) -> dict[str, str]:
    """Return for each unknown key of an entry the one that was probably meant, which does not stand there already."""
    known = [key for key in schema["properties"] if key not in entry]
    unknown = [key for key in entry if key not in schema["properties"]]
    missing = [key for key in schema.get("required", ()) if key not in entry]
    # One unknown, one missing: they belong together however little they look alike, as `if` and `when` do.
    if len(unknown) == len(missing) == 1:
        return {unknown[0]: closest(unknown[0], known) or missing[0]}
    return {key: word for key in unknown if (word := closest(key, known)) is not None}


def _name_of(path: Path) -> str:
    return next(part for part in reversed(path) if isinstance(part, str))


def _wrong_kind(error: Any, path: Path) -> tuple[str, str]:
    wanted = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
    # Of `[object, null]` the first is what is wanted; the other only allows a value to be left empty.
    kind, name, value = wanted[0], _name_of(path), error.instance
    if value is None:
        return f"“{name}” is empty", _remedy(error.schema)
    what = f"“{name}” must be {_KINDS[kind]}, not {quoted(value)}"
    if isinstance(path[-1], int):
        what = f"“{name}” must contain {_SEVERAL[kind]}, not {quoted(value)}"
    return what, _to_write(kind, name, value, path) or _remedy(error.schema)


def _to_write(kind: str, name: str, value: Any, path: Path) -> str | None:  # noqa: PLR0911  (a case, a line)
    match kind, value:
        # Quotes would make a text of it, but hardly the one that was meant. First, since a bool is an int.
        case "string", bool():
            return None
        case "string", int() | float():
            return "put it in quotes"
        case "string", dict():
            return "a text that begins with a brace { needs quotes"
        case "string", list() if name in _SENTENCES:
            return "a text that begins with a bracket [ needs quotes"
        case "object", list() if path[0] == "decisions" and len(path) == _DECISION:
            return "put the rules under “rules”"
        case "object", list():
            return "write the lines without dashes"
        case "object", str() if ":" in value:  # then:keep
            return "put a space after each colon, and each line below the other"
        case "array", str():
            return f"write [{quoted(value).strip('“”')}]"
        case "array", dict():
            return f"put a dash before the first line of each: - {next(iter(value), name)}"
    return None


def _described(schema: dict[str, Any]) -> str:
    """Take from the schema the first sentence of what it says of itself."""
    while "description" not in schema:
        schema = _validator().schema["$defs"][schema["$ref"].rpartition("/")[2]]
    sentence: str = schema["description"].partition(". ")[0].rstrip(".")
    return sentence[:1].lower() + sentence[1:]


def _remedy(schema: dict[str, Any]) -> str:
    described = _described(schema)
    return described if described.startswith(_VERBS) else f"write {described}"


_WORDED: Final[dict[str, Callable[[Any, Path], Iterator[PathProblem]]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing,
    "type": _kind,
    "enum": _word,
    "pattern": _pattern,
    "minItems": _empty,
    "minProperties": _empty,
    "uniqueItems": _twice,
    "not": _both,  # of a promise, which says only or never
}
