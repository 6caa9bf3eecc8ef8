"""What the schema says of a fact follows from its kind: also of kinds that no fact has yet."""

from __future__ import annotations

import pytest

from invitepolicy._core.facts import FACTS, Fact
from invitepolicy._read import fact_schemas
from invitepolicy._read.schema import read_schema


def fact(kind, words=()):
    """Return a fact of a kind about an invitation."""
    return Fact("f", kind, "invitation", "f", "what it is", words)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        ("flag", {"description": "What it is.", "type": "boolean"}),
        ("count", {"description": "What it is.", "type": "integer", "minimum": 0}),
        ("number", {"description": "What it is.", "type": "number"}),
        ("share", {"description": "What it is.", "type": ["string", "number"]}),
        ("tags", {"description": "What it is.", "type": "array", "items": {"description": "A tag.", "type": "string"}}),
    ],
)
def test_a_field_is_described_by_its_kind(kind, schema):
    """In a policy test, under `given` and `account`."""
    assert fact_schemas._field_schema(fact(kind), None) == schema


def test_a_choice_and_an_instant_say_more():
    """The words and what stands for none; how an instant is written, and that it may be empty."""
    choice = fact_schemas._field_schema(fact("choice", ("a", "b")), "b")
    clock = fact_schemas._field_schema(fact("clock"), None)

    assert choice == {"description": "What it is. b if left out.", "enum": ["a", "b"]}
    assert clock["type"] == ["string", "null"]
    assert "3 days ago" in clock["description"]


def test_a_fact_without_a_description_of_its_own_gets_one():
    """From its meaning and its kind; one that the file has is kept."""
    schema = read_schema()
    properties = schema["$defs"]["conditions"]["properties"]
    stripped = {name: value for name, value in properties.items() if name != "tags"}
    stripped["sent"] = {"description": "Own words."}
    definitions = {**schema["$defs"], "conditions": {**schema["$defs"]["conditions"], "properties": stripped}}

    filled = fact_schemas.fill_in_facts({**schema, "$defs": definitions})["$defs"]["conditions"]["properties"]

    assert list(filled) == list(FACTS)
    assert filled["tags"]["description"] == "The user's own marks. Write a tag, [several tags], or {not: tag}."
    assert filled["sent"] == {**properties["sent"], "description": "Own words."}
