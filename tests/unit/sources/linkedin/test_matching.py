"""People are found again by address, and by name only where nobody else bears it."""

from __future__ import annotations

import time

import pytest

from invitepolicy.sources.linkedin.matching import find_entry, person_key, register_entries

RAW = "https://www.linkedin.com/in/zsófia-名取"


@pytest.mark.parametrize(
    "url",
    [
        RAW,
        "https://www.linkedin.com/in/zs%C3%B3fia-%E5%90%8D%E5%8F%96",  # as Connections.csv writes it
        "https://www.linkedin.com/in/zs%c3%b3fia-名取/",
        "https://www.linkedin.com/in/zso\u0301fia-名取",  # decomposed
        "https://www.linkedin.com/in/ZSÓFIA-名取",
        "https://hu.linkedin.com/in/zsófia-名取?originalSubdomain=hu",  # as a browser shows it
        "http://linkedin.com/in/zsófia-名取#about",
        "linkedin.com/in/zsófia-名取",
    ],
)
def test_an_address_is_the_same_however_it_is_written(url):
    """Encoded or raw, composed or not, in any case, with or without what follows."""
    assert person_key(url, None) == person_key(RAW, None)


def test_different_addresses_stay_different():
    """Nothing but spelling is forgiven."""
    urls = [
        RAW,
        "https://www.linkedin.com/in/zsofia-名取",
        "https://example.org/in/zsófia-名取",
        "https://www.linkedin.com/in",
    ]

    assert len({person_key(url, None) for url in urls}) == 4


def test_a_name_is_the_same_in_any_case_and_spacing():
    """Double spaces, no-break spaces and decomposed letters occur in exports."""
    assert person_key("", "Saoirse  Vandermolen,\u00a0PhD") == person_key(None, "SAOIRSE Vandermolen, phd ")
    assert person_key(None, "Zso\u0301fia Straße") == person_key(None, "ZSÓFIA STRASSE")
    assert person_key("", "") == person_key(None, None)


ANN = person_key(RAW, "Ann Lee")
NAMED = person_key(None, "Ann Lee")
OTHER = person_key("https://www.linkedin.com/in/other", "Ann Lee")


@pytest.mark.parametrize(
    ("entries", "person", "shared", "found"),
    [
        ([(ANN, 1)], ANN, (), 1),
        ([(OTHER, 1), (ANN, 2)], ANN, ("ann lee",), 2),  # an address needs no name
        ([(ANN, 1), (ANN, 2)], ANN, (), 1),  # the first of two
        ([(ANN, 1)], NAMED, (), 1),  # one side has no address: by name
        ([(NAMED, 1)], ANN, (), 1),
        ([(NAMED, 1)], NAMED, (), 1),
        ([(OTHER, 1)], ANN, (), None),  # both have one, and another: not the same person
        ([(ANN, 1), (OTHER, 2)], NAMED, (), None),  # two of that name
        ([(NAMED, 1), (OTHER, 2)], ANN, (), None),
        ([(ANN, 1)], NAMED, ("ann lee",), None),  # several who ask
        ([(person_key(RAW, None), 1)], NAMED, (), None),
        ([(NAMED, 1)], person_key("https://x.example", None), (), None),
        ([], ANN, (), None),
    ],
)
def test_people_are_found_by_address_or_by_a_name_of_their_own(entries, person, shared, found):
    """A name counts where one side has no address, and only if it is unique on both sides."""
    assert find_entry(register_entries(entries), person, shared) == found


def test_people_are_not_printed():
    """A `repr` shows neither name nor address."""
    assert "ann" not in repr(ANN).lower()


def test_a_long_address_costs_no_more_than_its_length():
    """A hundred thousand letters that look like the beginning of a host, in a field that a stranger writes."""
    began = time.process_time()

    person_key("https://" + "x" * 100_000, None)

    assert time.process_time() - began < 1
