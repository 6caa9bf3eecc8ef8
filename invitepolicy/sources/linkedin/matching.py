"""Who is who in an export: people told apart and found again by their address, or weakly by their name."""

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
    """What tells a person apart: the address and the name in the form in which they are compared.

    `member` is the number of the older exports, which nothing else knows.
    """

    url: str | None = attrs.field(default=None, repr=False)
    name: str | None = attrs.field(default=None, repr=False)
    member: str | None = attrs.field(default=None, repr=False)


def person_key(url: str | None, name: str | None, member: str | None = None) -> PersonKey:
    """Bring an address and a name into the form in which they are compared; empty ones are not known."""
    return PersonKey(_comparable_url(url) if url else None, _comparable(name) if name else None, member or None)


def _comparable_url(url: str) -> str:
    """Decode, compose (NFC), fold case and drop what follows the profile: one export writes an address in two ways."""
    path = re.split(r"[?#]", url, maxsplit=1)[0]
    return _HOST.sub("linkedin.com", _comparable(unquote(path)), count=1).rstrip("/")


def _comparable(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


@attrs.frozen
class Register(Generic[_T]):
    """Entries by the address of their person, and by the name."""

    by_url: Mapping[str, _T]
    by_name: Mapping[str, Sequence[tuple[PersonKey, _T]]]


def register_entries(entries: Iterable[tuple[PersonKey, _T]]) -> Register[_T]:
    """File entries by person; of two with the same address the first stands."""
    by_url: dict[str, _T] = {}
    by_name: dict[str, list[tuple[PersonKey, _T]]] = {}
    for person, entry in entries:
        if person.url is not None:
            by_url.setdefault(person.url, entry)
        if person.name is not None:
            by_name.setdefault(person.name, []).append((person, entry))
    return Register(by_url, by_name)


def find_entry(register: Register[_T], person: PersonKey, shared_names: Collection[str]) -> _T | None:
    """Find a person's entry: by address; where either has none, by a name that nobody else bears on either side.

    `shared_names` are those that several of the people who are looked up have in common.
    """
    if person.url is not None and person.url in register.by_url:
        return register.by_url[person.url]
    namesakes = register.by_name.get(person.name or "", ())
    if len(namesakes) != 1 or person.name in shared_names:
        return None
    found, entry = namesakes[0]
    return entry if person.url is None or found.url is None else None
