"""Settings: read with their bounds and grounds, held to a parent's kind, and overridden from code."""

from __future__ import annotations

from datetime import timedelta

import pytest

from invitepolicy._core.errors import InvalidInputError, Location
from invitepolicy._core.quantities import FOREVER, Setting
from invitepolicy._read.settings import override_setting, read_setting

DAY = timedelta(days=1)
PLACE = Location("p.yaml", 3)
WAIT = Setting("wait", "duration", 3 * DAY, at_least=DAY, at_most=7 * DAY, about="They need it.", source="ours")
SHARE = Setting("part", "share", 0.4)
FEW = Setting("few", "number", 3)


def read(raw, parent=None, *, whole=False):
    """Read a setting as YAML gives it."""
    return read_setting(parent.name if parent else "wait", raw, parent, PLACE, whole=whole)


def refused(call, *arguments, **named):
    """Return a refusal: code, key inside, and sentence."""
    with pytest.raises(InvalidInputError) as caught:
        call(*arguments, **named)
    error = caught.value
    assert str(error) == error.what
    return error.code, error.inside[0] if error.inside else None, f"{error.what}; {error.hint}"


@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [
        ("3 weeks", "duration", 21 * DAY),
        ("forever", "duration", FOREVER),
        ("40%", "share", 0.4),
        (20, "number", 20),
        ("20", "number", 20),
        (2.5, "number", 2.5),
        ({"value": "3 weeks"}, "duration", 21 * DAY),
    ],
)
def test_a_setting_is_a_quantity_with_a_name(raw, kind, value):
    """A duration, a share or a number, alone or with bounds."""
    assert read(raw) == Setting("wait", kind, value)
    assert read(raw).place == PLACE


def test_a_card_has_bounds_and_grounds():
    """Empty texts are none."""
    raw = {"value": "3 days", "at_least": "1 day", "at_most": "1 week", "about": "They need it.", "source": "ours"}

    assert read(raw) == WAIT
    assert read({"value": "3 days", "about": ""}) == Setting("wait", "duration", 3 * DAY)


def test_a_child_gives_the_value_and_keeps_the_rest():
    """Texts of its own win; the place is that of the child."""
    found = read({"value": "4 days", "source": "mine"}, WAIT)

    assert found == Setting("wait", "duration", 4 * DAY, DAY, 7 * DAY, "They need it.", "mine")
    assert found.place == PLACE


@pytest.mark.parametrize("value", ["1 day", "7 days"])
def test_the_bounds_themselves_are_allowed(value):
    """At least and at most."""
    assert read(value, WAIT).value in (DAY, 7 * DAY)


@pytest.mark.parametrize(
    ("raw", "parent", "refusal"),
    [
        (
            "23 hours",
            WAIT,
            ("bounds", "value", ("“wait” may not be less than 1 day, and “23 hours” is (They need it); "
             "write 1 day or more")),
        ),
        (
            "169 hours",
            WAIT,
            ("bounds", "value", ("“wait” may not be more than 1 week, and “169 hours” is (They need it); "
             "write 1 week or less")),
        ),
        (
            {"value": "3 days", "at_least": "4 days"},
            None,
            ("bounds", "value", "“wait” may not be less than 4 days, and “3 days” is; write 4 days or more"),
        ),
        (
            {"value": "3 days", "at_least": "4 days", "at_most": "2 days"},
            None,
            ("bounds", "at_least", ("nothing lies between these bounds; "
             "let at_least be the smaller and at_most the larger one")),
        ),
        (
            {"value": "3 days", "at_most": "1 week"},
            WAIT,
            ("bounds", "at_most", ("“wait” has its bounds from a parent; "
             "give the value only; bounds belong to the policy that introduces a setting")),
        ),
        ("40%", WAIT, ("kind", "value", "“wait” is a duration, and “40%” is not; write a duration, such as 3 weeks")),
        (30, WAIT, ("kind", "value", "“wait” is a duration, and “30” is not; write 30 days, if that is what you mean")),
        (40, SHARE, ("kind", "value", "“part” is a share, and “40” is not; write 40%, if that is what you mean")),
        (0.4, SHARE, ("kind", "value", "“part” is a share, and “0.4” is not; write a share, such as 40%")),
        ("3 weeks", FEW, ("kind", "value", "“few” is a number, and “3 weeks” is not; write a number, such as 20")),
        ("3 people", FEW, ("quantity", "value", ("“few” is a number, and “3 people” is not; "
            "write a number, such as 20"))),
        ("2,5", FEW, ("quantity", "value", "“2,5” has a comma; write a point, as in 2.5, and a thousand as 1000")),
        (
            {"value": "3 days", "at_least": 20},
            None,
            ("kind", "at_least", "“wait” is a duration, and “20” is not; write 20 days, if that is what you mean"),
        ),
        ("1 month", None, ("quantity", "value", "“1 month” has no fixed length; write 30 days or 4 weeks")),
        ("three weeks", None, ("quantity", "value", "“three weeks” is spelled out; write 3 weeks")),
        (
            None,
            None,
            ("quantity", "value", ("“wait” has no value; "
             "write a duration (3 weeks, forever), a share (40%) or a number (20)")),
        ),
        (
            "long_wait",
            None,
            ("quantity", "value", ("“long_wait” is not a value for a setting; write a duration (3 weeks, forever), "
             "a share (40%) or a number (20), and no other setting's name")),
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_remedy(raw, parent, refusal):
    """Bounds with the grounds for them, kinds, and quantities that are none."""
    assert refused(read, raw, parent) == refusal


def test_a_name_is_no_word_of_the_grammar():
    """A line could not be read any more."""
    assert refused(read_setting, "least", "3 days", None, PLACE, whole=False) == (
        "name",
        None,
        "“least” is a word of the grammar; take another name; at, least, most, ago and the like are the language's own",
    )


def test_what_counts_is_whole():
    """Where a line counts something by it."""
    refusal = ("kind", "value", "“few” counts something, and “2.5” is not a whole number; write a whole number")

    assert read(2.5, FEW).value == 2.5
    assert read(4, FEW, whole=True).value == 4
    assert refused(read, 2.5, FEW, whole=True) == refusal
    assert refused(override_setting, FEW, 2.5, whole=True) == refusal


@pytest.mark.parametrize(
    ("setting", "raw", "value"),
    [
        (WAIT, "4 days", 4 * DAY),
        (WAIT, 4 * DAY, 4 * DAY),
        (SHARE, "50%", 0.5),
        (SHARE, 0.5, 0.5),
        (SHARE, 1, 1),
        (FEW, 7, 7),
        (FEW, "7", 7),
    ],
)
def test_code_may_give_another_value(setting, raw, value):
    """As in a file, or a timedelta, or a number; a share from 0 to 1."""
    assert override_setting(setting, raw, whole=False).value == value


@pytest.mark.parametrize(
    ("setting", "raw", "code"),
    [
        (WAIT, timedelta(seconds=1), "quantity"),
        (WAIT, timedelta(hours=23), "bounds"),
        (WAIT, "8 days", "bounds"),
        (WAIT, 4, "kind"),
        (SHARE, 1.5, "quantity"),
        (SHARE, True, "quantity"),
        (FEW, timedelta(days=1), "kind"),
        (FEW, None, "quantity"),
    ],
)
def test_another_value_is_held_to_kind_and_bounds(setting, raw, code):
    """As in a file."""
    assert refused(override_setting, setting, raw, whole=False)[0] == code
