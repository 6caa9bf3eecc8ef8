"""A policy per user style, from a folder whose files people edit while the application runs."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy import PolicyError, load_policy
from invitepolicy._decide.decide import read_clock
from invitepolicy._read.load import files_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping

    from invitepolicy import Policy
    from invitepolicy._core.errors import Problem

_STYLE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?")
_SUFFIX: Final = ".yaml"
_MOST_READINGS: Final = 3
# File systems tell the time of a change in steps, some of two seconds: two changes within one step look like one.
_SETTLED_AFTER: Final = 3.0
_LOG: Final = logging.getLogger(__name__)

_Signature = tuple[tuple[str, tuple[int, int, int, int] | None], ...]


@attrs.frozen
class _Kept:
    """The last good policy of a style (None: there never was one), the files it was read from, and what is wrong.

    Without a `signature` it is read again at the next call. `settled` says that the files had been left alone for
    long enough when they were read.
    """

    policy: Policy | None
    signature: _Signature | None = None
    problems: tuple[Problem, ...] = ()
    settled: bool = False


class PolicyStore:
    """Policies by style: `store.get("brisk")` is the policy of `brisk.yaml` in the folder, as it is now.

    At each call the files of the style (itself and those that it extends in the folder) are looked at with `stat`,
    and read again where one has changed, appeared or gone. The new policy replaces the old one whole. Where the new
    file is bad, half written or gone, the last good policy stays; `problems` then says why, and
    `report(style, problems)` is called once for each such edit. A style that has no file, or never had a good one,
    gets the default.

    May be shared by threads, and holds no lock: each answer of `get` is one immutable policy. Style names come from
    users and are never used as paths: only letters, digits, `_` and `-`.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        default: str | os.PathLike[str] = "faq",
        report: Callable[[str, tuple[Problem, ...]], None] | None = None,
    ) -> None:
        """Keep policies of a folder; `default` is a shipped name or a path, read once. Raises PolicyError for it.

        An exception of `report` is logged and goes no further: whoever asked gets the policy.
        """
        self._folder = Path(folder).absolute()
        self._default = load_policy(default)
        self._report = report
        self._kept: dict[str, _Kept] = {}
        self._told: dict[tuple[str, _Signature | None], object] = {}

    @property
    def default(self) -> Policy:
        """The policy of whoever has no style."""
        return self._default

    @property
    def problems(self) -> Mapping[str, tuple[Problem, ...]]:
        """What is wrong with the files as `get` last saw them, by style; empty where all is well."""
        return {style: kept.problems for style, kept in sorted(self._kept.copy().items()) if kept.problems}

    def styles(self) -> list[str]:
        """Name the styles that have a file."""
        return sorted(
            path.stem for path in self._folder.glob(f"*{_SUFFIX}") if _STYLE.fullmatch(path.stem) and path.is_file()
        )

    def get(self, style: str | None) -> Policy:
        """Give the policy of a style as its files are now, or the last good one, or the default."""
        if style is None or not _STYLE.fullmatch(style):
            return self._default
        path = self._folder / f"{style}{_SUFFIX}"
        kept = self._kept.get(style)
        if (kept is None or kept.policy is None) and _stat(str(path)) is None:
            self._kept.pop(style, None)
            return self._default
        if kept is None or not _is_current(kept):
            kept = self._renew(style, path, kept)
        return kept.policy or self._default

    def _renew(self, style: str, path: Path, kept: _Kept | None) -> _Kept:
        fresh = _read(path, kept)
        if fresh.policy is None:
            # Another thread may have found a good one meanwhile: what it found is not lost.
            newest = self._kept.get(style)
            fresh = attrs.evolve(fresh, policy=None if newest is None else newest.policy)
        self._kept[style] = fresh
        if fresh.problems:
            self._tell(style, fresh)
        return fresh

    def _tell(self, style: str, kept: _Kept) -> None:
        """Report an edit, in the one of several threads that is the first to say so."""
        edit, mine = (style, kept.signature), object()
        if self._told.setdefault(edit, mine) is not mine:
            return
        for older in [other for other in self._told.copy() if other[0] == style and other != edit]:
            self._told.pop(older, None)
        try:
            if self._report is not None:
                self._report(style, kept.problems)
        except Exception:  # noqa: BLE001  (theirs may be anything, and is logged)
            _LOG.exception("reporting the problems of the style %s failed", style)


def _read(path: Path, kept: _Kept | None) -> _Kept:
    """Read a policy from files that stand still meanwhile; a bad one, and one that never stands still, is None."""
    names = [str(path)] if kept is None or kept.signature is None else [name for name, _ in kept.signature]
    for _ in range(_MOST_READINGS):
        before = _sign(names)
        settled = _is_settled(before)
        policy, problems = _load(path)
        names = _files_of(policy) if policy is not None else files_of(path)
        if _sign(names) == before:
            return _Kept(policy, before, problems, settled)
    return _Kept(None)


def _load(path: Path) -> tuple[Policy | None, tuple[Problem, ...]]:
    try:
        return load_policy(path), ()
    except PolicyError as error:
        return None, error.problems


def _files_of(policy: Policy) -> list[str]:
    """Name the files that a policy was read from, its own first; shipped ones do not change."""
    return [layer.path for layer in reversed(policy._files) if Path(layer.path).is_absolute()]


def _is_current(kept: _Kept) -> bool:
    if kept.signature is None or kept.signature != _sign(name for name, _ in kept.signature):
        return False
    return kept.settled or not _is_settled(kept.signature)


def _is_settled(signature: _Signature) -> bool:
    """Say whether the last change is so long ago that a later one would show."""
    last = max((found[0] for _, found in signature if found is not None), default=0)
    return read_clock().timestamp() - last / 1e9 > _SETTLED_AFTER


def _sign(names: Iterable[str]) -> _Signature:
    return tuple((name, _stat(name)) for name in names)


def _stat(path: str) -> tuple[int, int, int, int] | None:
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_ctime_ns
