"""The line of a file that a problem is about, with a caret below the column."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from invitepolicy._core.text import safe_text
from invitepolicy._read.load import shipped_names
from invitepolicy._read.yaml_source import MOST_BYTES
from invitepolicy.cli.text.terminal import width_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_INDENT: Final = "    "
_CUT: Final = "…"


def excerpt(named: str, path: str, position: tuple[int, int], *, width: int) -> Iterator[str]:
    """Yield the line at a position (line and column, from 1), and a caret below the column.

    Only the file that the user `named`, or one in its folder, is shown, since a policy may name any file as its parent;
    yields nothing for others, and for what cannot be read. Control characters are escaped; a line wider than `width`
    columns is cut around the column.
    """
    text = _read(path) if _may_show(named, path) else ""
    # Not splitlines, which also breaks at U+2028 and the like: problems count lines by \n.
    lines = text.split("\n")
    line, column = position
    if not text or line > len(lines) or not lines[line - 1].strip():
        return
    yield from draw(lines[line - 1].rstrip("\r"), column, width=width)


def draw(line: str, column: int, *, width: int) -> Iterator[str]:
    """Yield a line and the caret below its column, in at most `width` columns."""
    # Escaped before it is measured: an escape such as \x1b takes four columns.
    before, after = safe_text(line[: column - 1]), safe_text(line[column - 1 :])
    room = width - len(_INDENT)
    if width_of(before + after) > room:
        # Reversed, so that the beginning of the line is cut, and not what stands beside the caret.
        before = _cut(before[::-1], room * 2 // 3)[::-1]
        after = _cut(after, room - width_of(before))
    yield f"{_INDENT}{before}{after}".rstrip()
    yield f"{_INDENT}{' ' * width_of(before)}^"


def _cut(text: str, width: int) -> str:
    """Return the beginning of a text that fits into `width` columns; what is cut ends in `…`."""
    if width_of(text) <= width:
        return text
    end = 0
    while width_of(text[: end + 1]) < width:
        end += 1
    return text[:end] + _CUT


def _may_show(named: str, path: str) -> bool:
    if not Path(named).is_file():
        return False
    if path == str(Path(named)):
        return True
    # The path of a shipped policy is its bare name: a file of that name in the folder is another one.
    is_shipped = path.removesuffix(".yaml") in shipped_names()
    # Resolved, so that a link in the folder does not show a file from outside.
    folder = Path(named).resolve().parent
    return not is_shipped and Path(path).is_file() and Path(path).resolve().is_relative_to(folder)


def _read(path: str) -> str:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123  (a bounded read)
            # The encoding may be the problem itself; a byte-order mark is no column of the first line.
            return stream.read(MOST_BYTES).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""
