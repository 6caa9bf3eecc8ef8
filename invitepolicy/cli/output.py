"""Where the command prints: inert streams, remarks, and files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from invitepolicy._text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable


class OutputError(Exception):
    """An output that cannot be written, with the reason and the remedy."""


def make_inert(*streams: TextIO) -> None:
    r"""Let a stream write what its encoding cannot as `\\\\u…` instead of failing."""
    for stream in streams:
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[attr-defined]


def say(remark: str) -> None:
    """Print a remark to stderr."""
    sys.stderr.write(f"invitepolicy: {safe_text(remark)}\n")


def write_out(text: Iterable[str], path: str | None, *, sources: Iterable[str] = ()) -> None:
    """Write to stdout, or to a file, which then appears whole or not at all; `sources` are never overwritten.

    Raises OutputError.
    """
    if path is None or path == "-":
        for part in text:
            sys.stdout.write(part)
        return
    target = Path(path).resolve()
    for source in sources:
        if target.exists() and os.path.exists(source) and os.path.samefile(source, target):  # noqa: PTH110, PTH121
            message = f"{path} is what is being read; name another file behind -o"
            raise OutputError(message)
    try:
        _replace(target, text)
    except OSError as error:
        message = f"{path} cannot be written ({(error.strerror or 'no reason given').lower()}); nothing was changed"
        raise OutputError(message) from None


def _replace(target: Path, text: Iterable[str]) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.writelines(text)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            shutil.copymode(target, beside)
        else:
            beside.chmod(0o666 & ~_umask())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
