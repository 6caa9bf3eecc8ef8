"""What the schema of policies says of facts and fields: derived from the facts and the records, so stated once."""

from __future__ import annotations

from typing import Any, assert_never

import attrs

from invitepolicy._core.conditions import EXAMPLES, WANTED_KINDS
from invitepolicy._core.facts import FACTS, Fact, Subject, field_facts
from invitepolicy._core.records import Account, Invitation

_INSTANT = "Write 2026-03-01, 2026-03-01T10:00Z, or 3 days ago; leave it empty where it is not known."


def fill_in_facts(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with a property for each fact under conditions, and for each field of the two records.

    A description that the schema has already is kept; the rest follows from the kind of the fact, its words and the
    record's default. Fields that are no facts (a name, an address, a note) stay as the schema has them.
    """
    definitions = schema["$defs"]
    conditions = definitions["conditions"]
    test = definitions["test"]["properties"]
    filled = {
        **definitions,
        "conditions": {**conditions, "properties": _condition_properties(conditions["properties"])},
        "test": {
            **definitions["test"],
            "properties": {
                **test,
                "given": _with_fields(test["given"], "invitation", Invitation),
                "account": _with_fields(test["account"], "account", Account),
            },
        },
    }
    return {**schema, "$defs": filled}


def _condition_properties(written: dict[str, Any]) -> dict[str, Any]:
    return {name: _described(written.get(name), _condition_schema(fact)) for name, fact in FACTS.items()}


def _described(written: dict[str, Any] | None, derived: dict[str, Any]) -> dict[str, Any]:
    # Only the description is taken from the file: kinds and words follow from the fact.
    return derived if written is None else {**derived, "description": written["description"]}


def _condition_schema(fact: Fact) -> dict[str, Any]:
    meaning = f"{fact.meaning[:1].upper()}{fact.meaning[1:]}."
    match fact.kind:
        case "choice":
            # Each choice has words of its own; the other kinds share a definition of the schema.
            one: dict[str, Any] = {"enum": list(fact.words)}
            several = {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}
            negated = {
                "type": "object",
                "properties": {"not": {"description": "None of these.", "anyOf": [one, several]}},
                "required": ["not"],
                "additionalProperties": False,
            }
            hint = "Write a word, [several words], or {not: word}."
            return {"description": f"{meaning} {hint}", "anyOf": [one, several, negated]}
        case "flag":
            hint = "Write true or false."
        case "tags":
            hint = "Write a tag, [several tags], or {not: tag}."
        case "clock" | "share" | "count" | "number":
            hint = f"Write {EXAMPLES[fact.kind]}; a setting's name may stand for a {WANTED_KINDS[fact.kind]}."
        case _ as never:
            assert_never(never)
    return {"description": f"{meaning} {hint}", "allOf": [{"$ref": f"#/$defs/{fact.kind}_test"}]}


def _with_fields(written: dict[str, Any], subject: Subject, record: type[Invitation | Account]) -> dict[str, Any]:
    fields: Any = attrs.fields(record)
    facts = {fact.field: fact for fact in field_facts(subject)}
    properties = {
        field.name: _described(written["properties"].get(field.name), _field_schema(facts[field.name], field.default))
        if field.name in facts
        else written["properties"][field.name]
        for field in fields
    }
    return {**written, "properties": properties}


def _field_schema(fact: Fact, default: object) -> dict[str, Any]:  # noqa: PLR0911  (a kind, a line)
    meaning = f"{fact.meaning[:1].upper()}{fact.meaning[1:]}."
    match fact.kind:
        case "choice":
            return {"description": f"{meaning} {default} if left out.", "enum": list(fact.words)}
        case "flag":
            return {"description": meaning, "type": "boolean"}
        case "count":
            return {"description": meaning, "type": "integer", "minimum": 0}
        case "number":
            return {"description": meaning, "type": "number"}
        case "share":
            return {"description": meaning, "type": ["string", "number"]}  # “40%” or 0.4
        case "clock":
            return {"description": f"{meaning} {_INSTANT}", "type": ["string", "null"]}
        case "tags":
            return {"description": meaning, "type": "array", "items": {"description": "A tag.", "type": "string"}}
        case _ as never:
            assert_never(never)
