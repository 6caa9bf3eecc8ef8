"""Matching of people across the files of an export: by their address, or weakly by their name."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, Generic, TypeVar
from urllib.parse import unquote

import attrs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

_T = TypeVar("_T")
_HOST: Final = re.compile(r"(?:https?://)?(?:[a-z]{1,20}\.)?linkedin\.com(?=/)")  # bounded: linear time


@attrs.frozen
class PersonKey:
    """What identifies a person: the address and the name, normalised for comparison.

    `member` is the number of the older exports, which no other file has.
    """

    url: str | None = attrs.field(default=None, repr=False)
    name: str | None = attrs.field(default=None, repr=False)
    member: str | None = attrs.field(default=None, repr=False)


def person_key(url: str | None, name: str | None, member: str | None = None) -> PersonKey:
    """Return the key of a person: address and name normalised for comparison, None where they are empty."""
    return PersonKey(_comparable_url(url) if url else None, _comparable(name) if name else None, member or None)


def _comparable_url(url: str) -> str:
    """Decode, compose (NFC), casefold, drop query and fragment: the files of one export spell addresses differently."""
    # Cut before decoding: `%3F` and `%23` are part of the path.
    path = re.split(r"[?#]", url, maxsplit=1)[0]
    return _HOST.sub("linkedin.com", _comparable(unquote(path)), count=1).rstrip("/")


def _comparable(text: str) -> str:
    # The result is the same as below, and found sooner.
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFC", text).casefold()
    # Composed again, since folding can decompose: of U+0390 it makes three characters.
    return " ".join(unicodedata.normalize("NFC", folded).split())


@attrs.frozen
class Register(Generic[_T]):
    """Entries by the address and by the name of their person."""

    by_url: Mapping[str, _T]
    by_name: Mapping[str, Sequence[tuple[PersonKey, _T]]]


def register_entries(entries: Iterable[tuple[PersonKey, _T]]) -> Register[_T]:
    """Return a register of the entries; of two with the same address, the first counts."""
    by_url: dict[str, _T] = {}
    by_name: dict[str, list[tuple[PersonKey, _T]]] = {}
    for person, entry in entries:
        if person.url is not None:
            by_url.setdefault(person.url, entry)
        if person.name is not None:
            by_name.setdefault(person.name, []).append((person, entry))
    return Register(by_url, by_name)


def find_entry(register: Register[_T], person: PersonKey, shared_names: Collection[str]) -> _T | None:
    """Return a person's entry: by address, or, if either has none, by a name that is unique on both sides.

    `shared_names` are those that several of the people who are looked up share. None where there is no such entry.
    """
    if person.url is not None and person.url in register.by_url:
        return register.by_url[person.url]
    namesakes = register.by_name.get(person.name or "", ())
    if len(namesakes) != 1 or person.name in shared_names:
        return None
    namesake, entry = namesakes[0]
    # Two addresses are two people, whatever their names.
    return entry if person.url is None or namesake.url is None else None
