"""Where the command prints: inert streams, remarks, and files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from invitepolicy._core.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LONGEST_NAME: Final = 60  # of a name that gets a prefix and an ending: file systems stop at 255 bytes


class OutputError(Exception):
    """An output that cannot be written, with the reason and the remedy."""


def tolerate_unencodable(*streams: TextIO) -> None:
    r"""Let a stream write what its encoding cannot as `\\\\u…` instead of failing."""
    for stream in streams:
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[attr-defined]


def warn(remark: str) -> None:
    """Print a remark to stderr."""
    sys.stderr.write(f"invitepolicy: {safe_text(remark)}\n")


def write_out(text: Iterable[str], path: str | None, *, sources: Iterable[str] = (), live: bool = False) -> None:
    """Write to stdout, or to a file, which then appears whole or not at all; `sources` are never overwritten.

    A device or a pipe is written as it is. `live` hands each part on at once, to whoever waits for it. Raises
    OutputError.
    """
    if path is None or path == "-":
        for part in text:
            sys.stdout.write(part)
            if live:
                sys.stdout.flush()
        return
    if any(_is_same(source, path) for source in sources):
        message = f"{path} is what is being read; name another file behind -o"
        raise OutputError(message)
    try:
        _replace(Path(path), text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(path, error) from None


def write_new(text: str, path: Path) -> None:
    """Write a file that is not there yet, whole or not at all; raises OutputError where there is one."""
    try:
        with _beside(path.resolve(), [text]) as beside:
            try:
                os.link(beside, path)
            except FileExistsError:
                raise
            except OSError:  # a file system without hard links
                if path.exists():
                    raise FileExistsError from None
                beside.replace(path)
    except FileExistsError:
        message = f"{path} is there already, and is yours; name another file behind -o"
        raise OutputError(message) from None
    except OSError as error:
        raise _unwritable(str(path), error) from None


def _unwritable(path: str, error: OSError) -> OutputError:
    return OutputError(
        f"{path} cannot be written ({(error.strerror or 'no reason given').lower()}); nothing was changed"
    )


def _is_same(source: str, path: str) -> bool:
    """Say whether both are one file, whatever they are called; `-` is stdin."""
    try:
        read = os.fstat(sys.stdin.fileno()) if source == "-" else Path(source).stat()
        return os.path.samestat(read, Path(path).stat())
    except (OSError, ValueError, AttributeError):
        return False


def _replace(path: Path, text: Iterable[str]) -> None:
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(text)
        return
    target = path.resolve()
    with _beside(target, text) as beside:
        if target.exists():
            shutil.copymode(target, beside)
        beside.replace(target)


@contextlib.contextmanager
def _beside(target: Path, text: Iterable[str]) -> Iterator[Path]:
    """Write a file under another name beside the target, and take that name away in the end."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:_LONGEST_NAME]}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.writelines(text)
            stream.flush()
            os.fsync(stream.fileno())
        beside.chmod(0o666 & ~_umask())
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
