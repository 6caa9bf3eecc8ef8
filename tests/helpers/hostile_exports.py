"""Exports in LinkedIn's exact format whose fields hold what hostile files and strangers put there."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

from exports import ME, address

COLUMNS = ("From", "To", "Sent At", "Message", "Direction", "inviterProfileUrl", "inviteeProfileUrl")
STRANGE = {
    "long": "x" * 100_000,
    "longer than a field may be": "x" * 140_000,
    "nul": "a\0b",
    "bidi": "a\u202eb\u2066c",
    "formula": '=HYPERLINK("http://example.org/?"&A1)',
    "formula behind a tab": "\t=1+1",
    "formula in wide letters": "\uff1d1+1",
    "terminal": "\x1b]0;owned\x07\x1b[2J\x9b31m",
    "calendar": "x\r\nBEGIN:VALARM\r\nACTION:AUDIO\r\nEND:VALARM",
    "page": "</script><img src=x onerror=alert(1)>",
    "address": "javascript:alert(1)",
    "format": "{0.__class__} %s %(x)s ${HOME} {{7*7}}",
    "path": "../../../../etc/passwd",
    "lines": "a\nb\r\nc\rd\u2028e\x85f",
    "quotes": "\"'\"\"'",
    "half a pair": "\\ud800",
    "combining": "e" + "\u0301" * 2_000,
    "invisible": "\u200b\u2060\ufeff\u3164",
    "far away": "9999-12-31T23:59:59-23:59",
    "before time": "0001-01-01T00:00+14:00",
    "no such day": "2/30/26, 12:00 PM",
    "no such hour": "3/8/26, 2:30 AM",
    "digits": "9" * 4_400,
    "infinite": "1e999",
    "arabic": "\u0663/\u0661\u0661/\u0662\u0666, 12:00 PM",
    "not a number": "nan",
}  # fmt: skip
BROKEN = {
    "a quote left open": '"open,\n',
    "a quote in the middle": 'a"b"c,"d"e,f\n',
    "too short": "a,b\n",
    "too long": "a," * 400 + "\n",
    "lone carriage return": "Me,A\rB,x,,OUTGOING,,\n",
    "many quotes": '"' * 9_999 + "\n",
}
FINE = ("Me", "Ann", "3/11/26, 12:00 PM", "", "OUTGOING", ME, address("ann"))


def row(column, value):
    """Return a row that is fine except for one of its fields; another person in each column."""
    cells = list(FINE)
    cells[6] = address(f"ann{column}")
    cells[column] = value
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue()


def tables():
    """Return, for each strange value, and each broken row, an Invitations.csv with a fine row at its end."""
    header, last = ",".join(COLUMNS) + "\n", row(1, "Zoe").replace(address("ann1"), address("zoe"))
    wrapped = {name: "".join(row(column, value) for column in range(7)) for name, value in STRANGE.items()}
    return {name: (header + body + last).encode() for name, body in {**wrapped, **BROKEN}.items()}


def write_zip(path, size, member="Invitations.csv"):
    """Write a zip whose one file unpacks to so many bytes of nothing but a header and letters. Return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(member, "w") as stream:
        stream.write((",".join(COLUMNS) + "\n").encode())
        for _ in range(size >> 20):
            stream.write(b"a" * 2**20)
    return path


def write_exports(folder):
    """Write each table into a folder of its own, as a file, and one as a zip that bursts. Return the exports' paths."""
    written = []
    for number, (_, data) in enumerate(tables().items()):
        own = Path(folder) / str(number)
        own.mkdir()
        (own / "Invitations.csv").write_bytes(data)
        written.append(own)
    return [*written, write_zip(Path(folder) / "bomb.zip", 32 * 2**20)]
