"""What the command hands back: exit statuses, remarks on stderr, and files that are written atomically."""

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

FINE: Final = 0
FOUND: Final = 1
COULD_NOT_RUN: Final = 2
INTERRUPTED: Final = 130  # as shells report SIGINT
_LONGEST_NAME: Final = 60  # characters of a name that gets a prefix and a suffix: file systems stop at 255 bytes


class OutputError(Exception):
    """Raised for an output that cannot be written; its text has the reason and the remedy."""


def tolerate_unencodable(*streams: TextIO) -> None:
    r"""Make streams write `\u…` for characters that their encoding lacks, instead of failing."""
    for stream in streams:
        # A StringIO or None in place of a stream has no encoding to set; a closed stream refuses.
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[attr-defined]


def warn(remark: str) -> None:
    """Print a remark to stderr."""
    sys.stderr.write(f"invitepolicy: {safe_text(remark)}\n")


def write_out(text: Iterable[str], path: str | None, *, sources: Iterable[str] = (), live: bool = False) -> None:
    """Write to stdout (`path` is None or `-`), or to a file atomically; never overwrite one of the `sources`.

    A device or a pipe is written directly. `live` flushes stdout after each part. Raise OutputError.
    """
    if path is None or path == "-":
        for part in text:
            sys.stdout.write(part)
            if live:
                sys.stdout.flush()
        return
    if any(_is_same(source, path) for source in sources):
        message = f"{path} is also an input; choose another file for -o"
        raise OutputError(message)
    try:
        _replace(Path(path), text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(path, error) from None


def write_new(text: str, path: Path) -> None:
    """Create a file atomically; raises OutputError if it exists already or cannot be written."""
    try:
        with _temporary_file(path.resolve(), [text]) as temporary:
            try:
                # A hard link, unlike a rename, fails where the name is taken.
                os.link(temporary, path)
            except FileExistsError:
                raise
            except OSError:  # a file system without hard links
                if path.exists():
                    raise FileExistsError from None
                temporary.replace(path)
    except FileExistsError:
        message = f"{path} already exists; choose another name with -o"
        raise OutputError(message) from None
    except OSError as error:
        raise _unwritable(str(path), error) from None


def _unwritable(path: str, error: OSError) -> OutputError:
    return OutputError(
        f"{path} cannot be written ({(error.strerror or 'no reason given').lower()}); nothing was changed"
    )


def _is_same(source: str, path: str) -> bool:
    """Return whether both are the same file, under whatever names; `-` is stdin."""
    try:
        status = os.fstat(sys.stdin.fileno()) if source == "-" else Path(source).stat()
        return os.path.samestat(status, Path(path).stat())
    except (OSError, ValueError, AttributeError):
        # The name of a shipped policy is no file, and stdin may be closed or replaced: nothing to protect.
        return False


def _replace(path: Path, text: Iterable[str]) -> None:
    # Renaming over a device or a pipe would put a file in its place; a folder fails when it is opened.
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(text)
        return
    target = path.resolve()  # so that a link stays one, and what it names is replaced
    with _temporary_file(target, text) as temporary:
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)


@contextlib.contextmanager
def _temporary_file(target: Path, text: Iterable[str]) -> Iterator[Path]:
    """Write a temporary file in the folder of the target, yield its path, and remove it in the end."""
    # In the folder of the target: a rename is atomic only within one file system.
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:_LONGEST_NAME]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.writelines(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o666 & ~_umask())  # mkstemp makes files that only their owner may read
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
