"""Reasons: text with places for settings and facts, checked when read, filled when asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invitepolicy._core.errors import InvalidInputError
from invitepolicy._core.facts import FACTS
from invitepolicy._core.policy import Placeholder
from invitepolicy._core.quantities import Setting
from invitepolicy._core.reasons import fill_settings, format_reason, parse_reason, render_reason
from invitepolicy._core.records import Absent

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SETTINGS = {
    "longest_wait": Setting("longest_wait", "duration", 14 * DAY),
    "part": Setting("part", "share", 0.4),
    "few": Setting("few", "number", 3),
    "sent": Setting("sent", "number", 7),
}
FACT = {
    name: FACTS[name] for name in ("answered", "attempts", "account_rejected_share", "tags", "has_note", "activity")
}


NEITHER = "is neither a setting nor a fact of this decision"
NO_HINT = "name one of those, or write {{ for a brace that is only text"


def read(text):
    """Read a reason."""
    return parse_reason(text, SETTINGS, FACT)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("They know.", ("They know.",)),
        ("{longest_wait}", (Placeholder("longest_wait"),)),
        (
            "After {longest_wait}, {attempts}.",
            ("After ", Placeholder("longest_wait"), ", ", Placeholder("attempts"), "."),
        ),
        ("{answered} {answered.age}", (Placeholder("answered"), " ", Placeholder("answered", age=True))),
        ("{{}} {{few}}", ("{} {few}",)),
        ("{{{few}}}", ("{", Placeholder("few"), "}")),
        ("a } b", ("a } b",)),
        ("few, and long_wait", ("few, and long_wait",)),
        ("my longest_waits and a_longest_wait", ("my longest_waits and a_longest_wait",)),
    ],
)
def test_braces_hold_a_setting_a_fact_or_its_age(text, parts):
    """Doubled they are braces; one that only closes is text."""
    assert read(text) == parts


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("a {few", "missing closing brace", "close it with }, or write {{ for a brace"),
        ("a {few {x}", "missing closing brace", "close it with }, or write {{ for a brace"),
        ("{longst_wait}", f"“{{longst_wait}}” {NEITHER}", "did you mean “longest_wait”?"),
        ("{answerd.age}", f"“{{answerd.age}}” {NEITHER}", "did you mean “answered.age”?"),
        ("{zebra}", f"“{{zebra}}” {NEITHER}", NO_HINT),
        ("{}", f"“{{}}” {NEITHER}", NO_HINT),
        ("{few!r}", f"“{{few!r}}” {NEITHER}", "did you mean “few”?"),
        ("{attempts.age}", "“attempts” is not a date and has no age", "write {attempts}"),
        ("{few.age}", f"“{{few.age}}” {NEITHER}", NO_HINT),
        ("wait longest_wait", "the setting “longest_wait” needs braces", "write {longest_wait}"),
        ("longest_wait {few}", "the setting “longest_wait” needs braces", "write {longest_wait}"),
    ],
)  # fmt: skip
def test_braces_that_mean_nothing_are_told(text, what, hint):
    """And a setting's name without any, which would be shown as it stands."""
    with pytest.raises(InvalidInputError) as caught:
        read(text)

    assert (caught.value.what, caught.value.hint) == (what, hint)
    assert str(caught.value) == what


def test_settings_are_filled_in_as_a_policy_writes_them():
    """Durations, shares and numbers; facts stay, and so does the age of a fact that shares its name with one."""
    reason = (
        "a ",
        Placeholder("longest_wait"),
        " b ",
        Placeholder("part"),
        Placeholder("attempts"),
        Placeholder("few"),
        Placeholder("sent", age=True),
    )

    assert fill_settings(reason, SETTINGS) == (
        "a 2 weeks b 40%",
        Placeholder("attempts"),
        "3",
        Placeholder("sent", age=True),
    )


@pytest.mark.parametrize(
    ("slot", "value", "shown"),
    [
        (Placeholder("answered"), Absent.NOT_KNOWN, "unknown"),
        (Placeholder("answered", age=True), Absent.DID_NOT_HAPPEN, "unknown"),
        (Placeholder("answered"), NOW, "2026-03-15"),
        (Placeholder("answered"), datetime(2026, 3, 16, 1, tzinfo=timezone(2 * timedelta(hours=1))), "2026-03-15"),
        (Placeholder("answered", age=True), NOW - 3 * DAY, "3 days"),
        (Placeholder("answered", age=True), NOW - timedelta(hours=5), "5 hours"),
        (Placeholder("answered", age=True), NOW + DAY, "0 minutes"),
        (Placeholder("attempts"), 2, "2"),
        (Placeholder("account_rejected_share"), 0.12345, "12.3%"),
        (Placeholder("tags"), frozenset({"vip", "friend"}), "friend and vip"),
        (Placeholder("tags"), frozenset(), "none"),
        (Placeholder("has_note"), True, "yes"),
        (Placeholder("has_note"), False, "no"),
        (Placeholder("activity"), "daily", "daily"),
    ],
)
def test_facts_are_filled_in_as_a_person_would_say_them(slot, value, shown):
    """A clock's date is that of UTC; what is missing reads `unknown`."""
    assert render_reason(("a ", slot, " b"), FACT, {slot.fact: value}, NOW) == f"a {shown} b"


@given(st.text(st.sampled_from("ab {}_.")))
def test_a_text_is_shown_as_it_stands_or_refused(text):
    """With every brace doubled it comes out as it went in."""
    doubled = text.replace("{", "{{").replace("}", "}}")

    assert render_reason(parse_reason(doubled, {}, {}), {}, {}, NOW) == text


@pytest.mark.parametrize("text", ["They know.", "{{few}} {longest_wait}", "{answered.age} of {answered}}}"])
def test_a_reason_is_written_as_it_was_read(text):
    """With its placeholders, and with braces doubled."""
    assert format_reason(read(text)) == text
