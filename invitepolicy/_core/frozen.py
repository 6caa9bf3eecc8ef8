"""An immutable mapping that hashes, compares and pickles, and plain data frozen into it and thawed again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, NoReturn, TypeVar

import attrs

V = TypeVar("V")


class ByFields:
    """What values have in common: two are equal if their fields are.

    It is written once, since attrs would make it for every class whenever the library is imported.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        """Compare the fields of two values of one class."""
        return _compared(self) == _compared(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        """Hash what is compared."""
        return hash(_compared(self))

    def __repr__(self) -> str:
        """Show the fields by their names, but for those that are not to be shown."""
        fields: Any = attrs.fields(type(self))  # type: ignore[arg-type]  # every class below this one is made by attrs
        shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields if field.repr)
        return f"{type(self).__name__}({', '.join(shown)})"


class Ordered(ByFields):
    """Values of one class that can be sorted by their fields."""

    __slots__ = ()

    def __lt__(self, other: object) -> bool:
        """Compare the fields in their order."""
        return _compared(self) < _compared(other) if type(other) is type(self) else NotImplemented

    def __le__(self, other: object) -> bool:
        """Compare the fields in their order."""
        return _compared(self) <= _compared(other) if type(other) is type(self) else NotImplemented


def _compared(value: object) -> tuple[Any, ...]:
    fields: Any = attrs.fields(type(value))  # type: ignore[arg-type]
    # A field with `eq=False` (a setting's place) says where a value came from, not what it is.
    return tuple(getattr(value, field.name) for field in fields if field.eq)


class FrozenMapping(Mapping[str, V], Generic[V]):
    """A mapping from text that nobody can change; equal to any mapping with the same items."""

    __slots__ = ("_items",)

    _items: dict[str, V]

    def __init__(self, items: Mapping[str, V] | None = None) -> None:
        """Copy the items, in their order."""
        # Around `__setattr__`, which refuses everybody, this constructor included.
        object.__setattr__(self, "_items", dict(items or {}))

    def __getitem__(self, key: str) -> V:
        """Look one up; KeyError where there is none."""
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        """Go through the keys in order."""
        return iter(self._items)

    def __len__(self) -> int:
        """Count the items."""
        return len(self._items)

    def __hash__(self) -> int:
        """Hash the items, whatever their order."""
        # Mappings that differ only in the order of their items are equal, so their hashes must be, too.
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        """Show the items as a dictionary does."""
        return repr(self._items)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: it is frozen."""
        message = f"a {type(self).__name__} cannot be changed"
        raise AttributeError(message)

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse: it is frozen."""
        message = f"a {type(self).__name__} cannot be changed"
        raise AttributeError(message)

    def __reduce__(self) -> tuple[type[FrozenMapping[V]], tuple[dict[str, V]]]:
        """Pickle as the items alone."""
        # Made anew by the constructor: pickle would otherwise set the slot by `__setattr__`, which refuses.
        return type(self), (self._items,)


def freeze(data: Any) -> Any:
    """Turn dictionaries into frozen mappings and lists into tuples, all the way down."""
    if isinstance(data, Mapping):
        return FrozenMapping({key: freeze(value) for key, value in data.items()})
    return tuple(freeze(value) for value in data) if isinstance(data, list | tuple) else data


def thaw(data: Any) -> Any:
    """Turn frozen data back into dictionaries and lists of its own, ready for JSON."""
    if isinstance(data, Mapping):
        return {key: thaw(value) for key, value in data.items()}
    return [thaw(value) for value in data] if isinstance(data, list | tuple) else data
