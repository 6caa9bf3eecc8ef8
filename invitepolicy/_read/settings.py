"""The settings of a file: read, held to their kind and their bounds, and overridden."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

import attrs

from invitepolicy._core.errors import InvalidInputError, Location
from invitepolicy._core.facts import GRAMMAR_WORDS
from invitepolicy._core.quantities import (
    Quantity,
    QuantityKind,
    Setting,
    checked_duration,
    checked_share,
    format_count,
    format_quantity,
    parse_setting,
)
from invitepolicy._core.text import in_digits, quoted

_A_KIND: Final[dict[QuantityKind, str]] = {"duration": "a duration", "share": "a share", "number": "a number"}
_EXAMPLE: Final[dict[QuantityKind, str]] = {"duration": "3 weeks", "share": "40%", "number": "20"}
_BOUNDS: Final = ("at_least", "at_most")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def read_setting(name: str, raw: Any, parent: Setting | None, place: Location, *, whole: bool) -> Setting:
    """Read a setting as YAML gives it; `parent` has its kind and bounds, `whole` says that it counts something.

    Raise InvalidInputError.
    """
    # Conditions are taken apart at these words, so that none may stand for a quantity.
    if name in GRAMMAR_WORDS:
        hint = "take another name; at, least, most, ago and the like are the language's own"
        raise InvalidInputError("name", f"{quoted(name)} is a word of the grammar", hint, key=True)
    parts = raw if isinstance(raw, dict) else {"value": raw}
    inherited = [key for key in _BOUNDS if key in parts and parent is not None]
    if inherited:
        hint = "give the value only; bounds belong to the policy that introduces a setting"
        raise InvalidInputError("bounds", f"“{name}” has its bounds from a parent", hint, (inherited[0],), key=True)
    quantities = {key: _quantity(name, parts[key], key, parent) for key in ("value", *_BOUNDS) if key in parts}
    # The value is there: the schema requires it.
    kind = quantities["value"][0] if parent is None else parent.kind
    for key, (other, quantity) in quantities.items():
        _check_kind(name, kind, other, quantity, key)
    # An empty text is none: it does not erase the parent's.
    texts = {key: parts[key] for key in ("about", "source") if parts.get(key)}
    values = {key: quantity for key, (_, quantity) in quantities.items()}
    _check_bounds(values)
    known = parent or Setting(name, kind, values["value"])
    changes: dict[str, Any] = {**values, **texts}
    return _checked(attrs.evolve(known, **changes, place=place), whole=whole)


def override_setting(setting: Setting, raw: Any, *, whole: bool) -> Setting:
    """Return a setting with another value: as YAML gives it, or a timedelta or a number.

    Raise InvalidInputError.
    """
    try:
        kind, value = _from_code(raw, setting.kind)
    except InvalidInputError as error:
        raise InvalidInputError("quantity", error.what, error.hint) from None
    _check_kind(setting.name, setting.kind, kind, value, "value")
    return _checked(attrs.evolve(setting, value=value), whole=whole)


def _from_code(raw: Any, kind: QuantityKind) -> tuple[QuantityKind, Quantity]:
    if isinstance(raw, timedelta):
        return "duration", checked_duration(raw)
    if kind == "share" and isinstance(raw, int | float) and not isinstance(raw, bool):
        # In a file 0.4 is a number; for a share, code may give the part as one.
        return parse_setting(format_quantity(checked_share(raw, raw), "share"))
    given_kind, value = parse_setting(raw)
    # What code may set is what a file could say: 1e-300 wants more digits than a file may have.
    return parse_setting(format_quantity(value, given_kind)) if isinstance(raw, float) else (given_kind, value)


def _quantity(name: str, raw: Any, key: str, parent: Setting | None) -> tuple[QuantityKind, Quantity]:
    try:
        return parse_setting(raw)
    except InvalidInputError as error:
        raise InvalidInputError("quantity", *_why_not(name, raw, error, parent), (key,)) from None


def _why_not(name: str, raw: Any, error: InvalidInputError, parent: Setting | None) -> tuple[str, str]:
    if raw is None:
        return f"“{name}” has no value", error.hint
    if isinstance(raw, str) and (digits := in_digits(raw)) is not None:
        return f"{quoted(raw)} is spelled out", f"write {digits}"
    if isinstance(raw, str) and _NAME.fullmatch(raw):
        return error.what, f"{error.hint}, and no other setting's name"
    # The hint about a decimal comma is the better one.
    if parent is not None and parent.kind == "number" and "," not in str(raw):
        return f"“{name}” is a number, and {quoted(raw)} is not", f"write a number, such as {_EXAMPLE['number']}"
    return error.what, error.hint


def _check_kind(name: str, wanted: QuantityKind, kind: QuantityKind, value: Quantity, key: str) -> None:
    if kind != wanted:
        what = f"“{name}” is {_A_KIND[wanted]}, and {_shown(value, kind)} is not"
        hint = f"write {_A_KIND[wanted]}, such as {_EXAMPLE[wanted]}"
        # 40 for a share surely means 40%; 0.4 may mean 0.4% as well as 40%.
        if kind == "number" and isinstance(value, int) and wanted == "duration" and value >= 0:
            hint = f"write {format_count(value, 'day')}, if that is what you mean"
        elif kind == "number" and wanted == "share" and 1 < value <= 100:  # type: ignore[operator]  # noqa: PLR2004
            hint = f"write {format_quantity(value, kind)}%, if that is what you mean"
        raise InvalidInputError("kind", what, hint, (key,))


def _check_bounds(values: dict[str, Quantity]) -> None:
    low, high = values.get("at_least"), values.get("at_most")
    if low is not None and high is not None and max(low, high) != high:  # one kind, so one type
        hint = "let at_least be the smaller and at_most the larger one"
        raise InvalidInputError("bounds", "nothing lies between these bounds", hint, ("at_least",), key=True)


def _checked(setting: Setting, *, whole: bool) -> Setting:
    value, kind = setting.value, setting.kind
    if whole and not isinstance(value, int):  # a whole number is an int by now, also where 4.0 was written
        what = f"“{setting.name}” counts something, and {_shown(value, kind)} is not a whole number"
        raise InvalidInputError("kind", what, "write a whole number", ("value",))
    grounds = f" ({setting.about.rstrip('.')})" if setting.about else ""
    # A value breaks a bound if of the two it is the lesser one (`min`), or the greater (`max`).
    for bound, outside, words, hint in (
        (setting.at_least, "less", "or more", min),
        (setting.at_most, "more", "or less", max),
    ):
        if bound is not None and hint(value, bound) != bound:  # one kind, so one type
            shown = format_quantity(bound, kind)
            what = f"“{setting.name}” may not be {outside} than {shown}, and {_shown(value, kind)} is{grounds}"
            raise InvalidInputError("bounds", what, f"write {shown} {words}", ("value",))
    return setting


def _shown(value: Quantity, kind: QuantityKind) -> str:
    return quoted(format_quantity(value, kind))
