"""Plain data against the schema of a policy, in our own words.

What only `_build` can judge, since it knows the settings and the policy's own facts, is left to it: lines under
`when` and `applies_to`, quantities of settings, and what stands in a test's `given`, `account` and `expect`.
"""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from invitepolicy._resources import resource_folder
from invitepolicy._source import Finding, Problems
from invitepolicy._text import did_you_mean, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from invitepolicy._model import Document, Path

_MOST_ERRORS: Final = 200
_FORMAT: Final = 1
_KINDS: Final = {
    "object": "keys and values",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}
_LINES: Final = ("when", "applies_to")
_QUANTITIES: Final = ("value", "at_least", "at_most")
_JUDGED_LATER: Final = ("given", "account", "expect")


def read_schema() -> dict[str, Any]:
    """Read the JSON Schema of a policy file."""
    path = resource_folder("schemas") / "policy.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


@cache
def _validator() -> Any:
    # Imported late: a shipped policy needs no check, and an import of jsonschema costs more than all the rest. The
    # registry is empty, so that nothing is ever fetched.
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415

    return Draft202012Validator(read_schema(), registry=Registry())


def check_shape(document: Document) -> None:
    """Hold a file's data against the schema. Raises PolicyError with every problem of its shape."""
    problems = Problems(document.path)
    _check_version(document, problems)
    problems.settle()
    told = set()
    for error in islice(_validator().iter_errors(document.data), _MOST_ERRORS):
        for finding in _findings(error):
            if (finding.path, finding.code) not in told:
                told.add((finding.path, finding.code))
                problems.report(document, finding)
    problems.settle()


def _check_version(document: Document, problems: Problems) -> None:
    version = document.data.get("invitepolicy")
    if "invitepolicy" not in document.data or (version == _FORMAT and not isinstance(version, bool)):
        return
    what, hint = f"{quoted(version)} is no version of this format", "write invitepolicy: 1"
    if isinstance(version, int) and version > _FORMAT:
        what = f"this file is written in format {version}, and this library reads format {_FORMAT}"
        hint = f"update to invitepolicy {version}, or later"
    problems.add(document.value_mark(("invitepolicy",)), "version", what, hint)


def _findings(error: Any) -> Iterator[Finding]:
    path: Path = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        if not _left_to_build((*path, error.instance), name="pattern"):
            what = f"{quoted(error.instance)} cannot be a name here"
            yield Finding((*path, error.instance), "name", what, _described(error.schema), key=True)
    elif not _left_to_build(path, name=error.validator):
        yield from _WORDED.get(error.validator, _misfit)(error, path)


def _missing(error: Any, path: Path) -> Iterator[Finding]:
    for key in error.validator_value:
        if key not in error.instance:
            yield Finding(path, "missing", f"{_whose(path)}has no “{key}”", _missing_hint(error.schema, key), key=True)


def _kind(error: Any, path: Path) -> Iterator[Finding]:
    yield Finding(path, "kind", *_wrong_kind(error, path))


def _word(error: Any, path: Path) -> Iterator[Finding]:
    words = error.validator_value if error.validator == "enum" else [error.validator_value]
    known = [word for word in words if isinstance(word, str)]
    hint = f"write {listed(known)}"
    if isinstance(error.instance, str):
        hint = did_you_mean(error.instance, known, hint)
    yield Finding(path, "word", f"{quoted(error.instance)} does not fit here", hint)


def _pattern(error: Any, path: Path) -> Iterator[Finding]:
    yield Finding(path, "name", f"{quoted(error.instance)} does not fit here", _described(error.schema))


def _empty(error: Any, path: Path) -> Iterator[Finding]:
    yield Finding(path, "empty", f"“{path[-1]}” is empty", _described(error.schema))


def _twice(error: Any, path: Path) -> Iterator[Finding]:
    items = error.instance
    index = next(index for index, item in enumerate(items) if item in items[:index])
    yield Finding((*path, index), "twice", f"{quoted(items[index])} is named twice", "name it once")


def _misfit(error: Any, path: Path) -> Iterator[Finding]:
    yield Finding(path, "shape", "this does not fit here", _described(error.schema))


def _left_to_build(path: Path, *, name: str) -> bool:
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


def _unknown_keys(error: Any, path: Path) -> Iterator[Finding]:
    known = [*error.schema.get("properties", {})]
    patterns = error.schema.get("patternProperties", {})
    for key in error.instance:
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        if patterns:
            what, hint = f"{quoted(key)} cannot be a name here", "names are made of small letters, digits and _"
            yield Finding((*path, key), "name", what, hint, key=True)
        else:
            hint = did_you_mean(key, known, f"the keys are {listed(known, 'and')}")
            yield Finding((*path, key), "key", f"{_where(path)}there is no key {quoted(key)}", hint, key=True)


def _where(path: Path) -> str:
    named = [part for part in path if isinstance(part, str)]
    return f"in “{named[-1]}” " if named else ""


def _whose(path: Path) -> str:
    match path:
        case ():
            return "the policy "
        case (*_, "rules" | "limits", int()):
            return "this rule "
        case ("tests", int()):
            return "this test "
        case ("promises", int()):
            return "this promise "
    return f"“{path[-1]}” "


def _wrong_kind(error: Any, path: Path) -> tuple[str, str]:
    wanted = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
    kinds = [_KINDS[kind] for kind in wanted if kind != "null"]
    what = f"“{path[-1]}” wants {listed(kinds)}, not {quoted(error.instance)}" if path else "this is no policy"
    if error.instance is None:
        what = f"“{path[-1]}” wants {listed(kinds)}, and nothing stands here"
    if isinstance(path[-1], int):
        what = what.replace(f"“{path[-1]}” wants", "a list element here is")
    if "string" in wanted and isinstance(error.instance, int | float):
        return what, "put it in quotes"
    if wanted == ["object"] and isinstance(error.instance, list):
        return what, "write the lines without dashes"
    if "array" in wanted and isinstance(error.instance, str):
        return what, f"write [{quoted(error.instance).strip('“”')}]"
    return what, _described(error.schema)


def _missing_hint(schema: dict[str, Any], key: str) -> str:
    described = _described(schema.get("properties", {}).get(key, {}))
    return f"add {key}: {described}" if described else f"add {key}"


def _described(schema: Any) -> str:
    """Take the remedy from the schema: the first sentence of what it says of itself."""
    text: str = schema.get("description", "") if isinstance(schema, dict) else ""
    sentence = text.partition(". ")[0].rstrip(".")
    return sentence[:1].lower() + sentence[1:] if sentence else "compare with docs/language.md"


_WORDED: Final[dict[str, Callable[[Any, Path], Iterator[Finding]]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing,
    "type": _kind,
    "enum": _word,
    "const": _word,
    "pattern": _pattern,
    "minItems": _empty,
    "minLength": _empty,
    "minProperties": _empty,
    "uniqueItems": _twice,
}
