"""A policy for each user's style, from a folder with files that may be edited while the application runs."""

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

# 1 to 64 characters, none of which leads to another folder.
_STYLE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?")
_SUFFIX: Final = ".yaml"
_MOST_READINGS: Final = 3
# File systems tell the time of a change in steps, some of two seconds: two changes within one step look like one.
_SETTLED_AFTER: Final = 3.0
_LOG: Final = logging.getLogger(__name__)

# Each file's path, with modification time, size, inode and change time; None where there is no file.
_Signature = tuple[tuple[str, tuple[int, int, int, int] | None], ...]


@attrs.frozen
class _Entry:
    """The last valid policy of a style (None: there was none), the signature of its files, and their problems.

    Without a `signature` it is read again at the next call. `settled` means that the last change of the files was
    long enough before they were read.
    """

    policy: Policy | None
    signature: _Signature | None = None
    problems: tuple[Problem, ...] = ()
    settled: bool = False


class PolicyStore:
    """Policies by style: `store.get("brisk")` is the policy of `brisk.yaml` in the folder, as it is now.

    Each call checks the files of the style (its own and those it extends in the folder) with `stat` and reads them
    again if one was changed, added or removed. The new policy replaces the old one as a whole. If the new file is
    invalid, half written or removed, the last valid policy stays in use; `problems` then lists why, and
    `report(style, problems)` is called once for each such edit. A style without a file, or with one that was never
    valid, gets the default.

    A store may be shared by threads and takes no lock: every policy that `get` returns is immutable. Style names come
    from users and are safe to pass: a name of other characters than letters, digits, `_` and `-`, or of more than 64,
    is never used as a path and gets the default.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        default: str | os.PathLike[str] = "faq",
        report: Callable[[str, tuple[Problem, ...]], None] | None = None,
    ) -> None:
        """Open a folder of policies, which need not exist yet; `default` is a shipped name or a path, read once.

        An exception raised by `report` is logged and suppressed, so that the caller of `get` still gets a policy.
        Raise PolicyError if the default is invalid.
        """
        self._folder = Path(folder).absolute()
        self._default = load_policy(default)
        self._report = report
        self._entries: dict[str, _Entry] = {}
        # By edit (a style, the signature of its files), the claim of the thread that reports it.
        self._reported: dict[tuple[str, _Signature | None], object] = {}

    @property
    def default(self) -> Policy:
        """The policy of a user without a style."""
        return self._default

    @property
    def problems(self) -> Mapping[str, tuple[Problem, ...]]:
        """The problems of the files as `get` last read them, by style; empty if there are none."""
        return {style: entry.problems for style, entry in sorted(self._entries.copy().items()) if entry.problems}

    def styles(self) -> list[str]:
        """Return the names of the styles that have a file, sorted."""
        return sorted(
            path.stem for path in self._folder.glob(f"*{_SUFFIX}") if _STYLE.fullmatch(path.stem) and path.is_file()
        )

    def get(self, style: str | None) -> Policy:
        """Return the policy of a style as its files are now, else the last valid one, else the default."""
        if style is None or not _STYLE.fullmatch(style):
            return self._default
        path = self._folder / f"{style}{_SUFFIX}"
        entry = self._entries.get(style)
        # Without a file, what was never valid is no style, and no problem. Nothing is kept of such a name, so
        # that a stranger's many names fill no memory.
        if (entry is None or entry.policy is None) and _stat(str(path)) is None:
            self._entries.pop(style, None)
            return self._default
        if entry is None or not _is_current(entry):
            entry = self._renew(style, path, entry)
        return entry.policy or self._default

    def _renew(self, style: str, path: Path, entry: _Entry | None) -> _Entry:
        renewed = _read(path, entry)
        if renewed.policy is None:
            # Another thread may have read a valid one meanwhile; it must not be lost.
            newest = self._entries.get(style)
            renewed = attrs.evolve(renewed, policy=None if newest is None else newest.policy)
        self._entries[style] = renewed
        if renewed.problems:
            self._report_once(style, renewed)
        return renewed

    def _report_once(self, style: str, entry: _Entry) -> None:
        """Report an edit once, from whichever thread is first."""
        edit, claim = (style, entry.signature), object()
        # `setdefault` is atomic: of several threads that find the same edit, one reports it.
        if self._reported.setdefault(edit, claim) is not claim:
            return
        # Only the last edit of a style is remembered, so that the dictionary does not grow.
        for older in [other for other in self._reported.copy() if other[0] == style and other != edit]:
            self._reported.pop(older, None)
        try:
            if self._report is not None:
                self._report(style, entry.problems)
        except Exception:  # noqa: BLE001  (the callback may raise anything, and that is logged)
            _LOG.exception("reporting the problems of the style %s failed", style)


def _read(path: Path, entry: _Entry | None) -> _Entry:
    """Read a policy from files that stand still meanwhile; a bad one, and one that never stands still, is None."""
    # The files that were read last time, most likely the same as now.
    names = [str(path)] if entry is None or entry.signature is None else [name for name, _ in entry.signature]
    for _ in range(_MOST_READINGS):
        before = _make_signature(names)
        settled = _is_settled(before)
        policy, problems = _load(path)
        names = _files_of(policy) if policy is not None else files_of(path)
        # Nothing changed while the files were read. If others turn out to be extended, the signatures differ,
        # and the next round begins with those.
        if _make_signature(names) == before:
            return _Entry(policy, before, problems, settled)
    # Without a signature, the next call tries again.
    return _Entry(None)


def _load(path: Path) -> tuple[Policy | None, tuple[Problem, ...]]:
    try:
        return load_policy(path), ()
    except PolicyError as error:
        return None, error.problems


def _files_of(policy: Policy) -> list[str]:
    """Return the files that a policy was read from, its own first; shipped ones do not change."""
    return [file.path for file in reversed(policy._files) if Path(file.path).is_absolute()]


def _is_current(entry: _Entry) -> bool:
    if entry.signature is None or entry.signature != _make_signature(name for name, _ in entry.signature):
        return False
    # Once the file system's clock has moved on, the files are read once more: the last change may hide
    # another one.
    return entry.settled or not _is_settled(entry.signature)


def _is_settled(signature: _Signature) -> bool:
    """Return whether the last change is so long ago that a later one has another time."""
    last = max((stat[0] for _, stat in signature if stat is not None), default=0)
    return read_clock().timestamp() - last / 1e9 > _SETTLED_AFTER


def _make_signature(names: Iterable[str]) -> _Signature:
    return tuple((name, _stat(name)) for name in names)


def _stat(path: str) -> tuple[int, int, int, int] | None:
    try:
        stat = Path(path).stat()
    except (OSError, ValueError):
        return None
    # A file that replaces another has another inode; where the modification time is preserved, as by `cp -p`,
    # the change time tells.
    return stat.st_mtime_ns, stat.st_size, stat.st_ino, stat.st_ctime_ns
