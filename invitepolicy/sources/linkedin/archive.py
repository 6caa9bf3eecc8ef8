"""The files of an export: in its folder, in its zip, or beside a single Invitations.csv."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import attrs

from invitepolicy._core.errors import InvitePolicyError
from invitepolicy._core.text import clip, join_words, safe_text

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

INVITATIONS: Final = "Invitations.csv"
CONNECTIONS: Final = "Connections.csv"
PEOPLE: Final = "people.csv"

LARGEST: Final = 256 * 2**20  # bytes of one file, unpacked: a thousand times the largest export seen
_CHUNK: Final = 2**20
_HIGHEST_RATIO: Final = 200  # of compression: rows of an export have five to thirty
_BIG: Final = 8 * 2**20  # bytes unpacked, below which any ratio is harmless
_LISTED: Final = 8
# The beginning of a zip's first member, or of its end if it is empty.
_ZIP_SIGNS: Final = (b"PK\x03\x04", b"PK\x05\x06")
# A workbook is a zip (.xlsx) or the compound file of older versions (.xls).
_WORKBOOK_SIGNS: Final = (*_ZIP_SIGNS, b"\xd0\xcf\x11\xe0")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
# What `zipfile` and what it calls raise, depending on where a zip is damaged.
_DAMAGED: Final = (zipfile.BadZipFile, RuntimeError, zlib.error, struct.error, EOFError, OSError, ValueError)
_AGAIN: Final = "download it again, or unpack it and give the folder"


class ExportError(InvitePolicyError):
    """An export that cannot be read at all; the message says why, and what to do."""


@attrs.frozen
class ExportFile:
    """A file's name, as problems show it, and its bytes."""

    name: str
    data: bytes = attrs.field(repr=False)


def read_files(source: str | os.PathLike[str], wanted: Iterable[str]) -> dict[str, ExportFile]:
    """Return the wanted files of an export, by name; missing ones are left out, except for Invitations.csv.

    The source is a folder, a zip (whatever its name), or one CSV file, which is then taken as Invitations.csv and has
    the others beside it. Names match in any case. A people.csv is looked for in the zip, then beside it.

    Raise ExportError if the source or one of the files cannot be read, is damaged, or is larger than 256 MiB, if a
    name occurs twice, or if a folder or zip does not contain Invitations.csv.
    """
    path = Path(source)
    try:
        if path.is_dir():
            return _from_folder(path, tuple(wanted))
        if not path.is_file():
            raise ExportError(f"{_printable(path)} does not exist; give the folder or the zip that LinkedIn sent")
        if _is_zip(path):
            return _from_zip(path, tuple(wanted))
        others = [name for name in wanted if name != INVITATIONS]
        return {INVITATIONS: read_file(path), **_from_siblings(path.parent, others)}
    except OSError as error:
        raise ExportError(_unreadable(path, error)) from None


def read_file(source: str | os.PathLike[str]) -> ExportFile:
    """Read one file. Raise ExportError if it is no file, cannot be read, is larger than 256 MiB, or holds no text."""
    path = Path(source)
    try:
        if not path.is_file():
            raise ExportError(f"{_printable(path)} does not exist, or is not a file; check its name")
        with path.open("rb") as stream:
            return _read(stream, path.name)
    except OSError as error:
        raise ExportError(_unreadable(path, error)) from None


def _read(stream: IO[bytes], name: str) -> ExportFile:
    shown = _printable(name)
    chunks: list[bytes] = []
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > LARGEST:
            raise ExportError(_too_large(shown))
        if not chunks:
            _refuse_binary(chunk, shown)
        chunks.append(chunk)
    return ExportFile(shown, b"".join(chunks))


def _too_large(shown: str) -> str:
    return f"{shown} is larger than 256 MiB; this is not a file that LinkedIn exports"


def _refuse_binary(start: bytes, shown: str) -> None:
    if start.startswith(_WORKBOOK_SIGNS):
        raise ExportError(f"{shown} is a spreadsheet workbook; save its sheet as “CSV UTF-8”")
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise ExportError(f"{shown} is UTF-16 text; save it again as “CSV UTF-8”")
    # Latin text in UTF-16 without a mark is half NUL; a lone NUL is left for its row to report.
    if start.count(0) * 4 > len(start):
        raise ExportError(f"{shown} is not text, since many of its bytes are NUL; save it again as “CSV UTF-8”")


def _from_folder(folder: Path, wanted: tuple[str, ...]) -> dict[str, ExportFile]:
    names = [path.name for path in folder.iterdir()]
    if _pick(INVITATIONS, names, _printable(folder)) is None:
        raise ExportError(_missing(_printable(folder), names))
    return _from_siblings(folder, wanted)


def _from_siblings(folder: Path, wanted: Iterable[str]) -> dict[str, ExportFile]:
    names = [path.name for path in folder.iterdir()]
    picked = {name: _pick(name, names, _printable(folder)) for name in wanted}
    return {name: read_file(folder / actual) for name, actual in picked.items() if actual is not None}


def _from_zip(path: Path, wanted: tuple[str, ...]) -> dict[str, ExportFile]:
    shown = _printable(path)
    try:
        with zipfile.ZipFile(path) as archive:
            files = _members(archive, wanted, shown)
    except _DAMAGED:
        raise ExportError(f"{shown} is damaged or cut short; {_AGAIN}") from None
    # The zip is as LinkedIn sent it, so that the user's own people.csv is found next to it.
    if PEOPLE in wanted and PEOPLE not in files:
        files |= _from_siblings(path.parent, [PEOPLE])
    return files


def _members(archive: zipfile.ZipFile, wanted: tuple[str, ...], shown: str) -> dict[str, ExportFile]:
    members = {info.filename: info for info in archive.infolist() if not info.is_dir()}
    # A list as well, since a dictionary would hide that a name occurs twice.
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    if _pick(INVITATIONS, names, shown) is None:
        raise ExportError(_missing(shown, names))
    picked = {name: _pick(name, names, shown) for name in wanted}
    return {
        name: _read_member(archive, members[actual], shown) for name, actual in picked.items() if actual is not None
    }


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, shown: str) -> ExportFile:
    if member.flag_bits & _ENCRYPTED:
        raise ExportError(f"{shown} is protected by a password; unpack it and give the folder")
    if member.compress_type not in _METHODS:
        raise ExportError(f"{shown} uses an unsupported compression method; unpack it and give the folder")
    if member.file_size > LARGEST:  # no more than the declared size is ever unpacked
        raise ExportError(_too_large(_printable(_basename(member.filename))))
    if member.file_size > max(_BIG, _HIGHEST_RATIO * member.compress_size):
        raise ExportError(f"{shown} has a compression ratio too high for a text file; unpack it and give the folder")
    with archive.open(member) as stream:
        return _read(stream, _basename(member.filename))


def _pick(wanted: str, names: Iterable[str], shown: str) -> str | None:
    # By the last part alone: some zips hold the files in a folder, and nothing is unpacked to disk.
    matches = [name for name in names if _basename(name).casefold() == wanted.casefold()]
    if len(matches) > 1:
        raise ExportError(f"{shown} contains {wanted} {len(matches)} times; keep one of them")
    return matches[0] if matches else None


def _missing(shown: str, names: list[str]) -> str:
    # An .xlsx file is a zip that holds this member.
    if "[Content_Types].xml" in names:
        return f"{shown} is a spreadsheet workbook; save its sheet as “CSV UTF-8”"
    if not names:
        return f"{shown} is empty; give the folder or the zip that LinkedIn sent"
    first = [clip(safe_text(name), 60) for name in sorted(names)[:_LISTED]]
    rest = [f"{len(names) - _LISTED} more"] if len(names) > _LISTED else []
    there = join_words([*first, *rest], "and")
    return f"{shown} does not contain {INVITATIONS}, but {there}; give the folder or the zip that LinkedIn sent"


def _is_zip(path: Path) -> bool:
    with path.open("rb") as stream:
        # A .zip is one even if it does not begin so (it is damaged); a .csv never is, but may be a workbook.
        return path.suffix.lower() == ".zip" or (path.suffix.lower() != ".csv" and stream.read(4) in _ZIP_SIGNS)


def _basename(name: str) -> str:
    # Some programs on Windows write backslashes into a zip.
    return re.split(r"[/\\]", name)[-1]


def _printable(path: str | Path) -> str:
    return safe_text(str(path))


def _unreadable(path: Path, error: OSError) -> str:
    return f"{_printable(path)} cannot be read ({(error.strerror or 'no reason given').lower()}); check its permissions"
