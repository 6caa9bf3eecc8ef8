"""CSV as a table: every row is read, or reported with its lines, and nothing swallows its neighbours."""

from __future__ import annotations

import pytest

from invitepolicy.sources.linkedin.archive import ExportError, ExportFile
from invitepolicy.sources.linkedin.csv_table import TableSchema, read_table
from invitepolicy.sources.problems import split_place

FORM = TableSchema(
    needed=(("Name",), ("Sent At", "Sent")),
    optional=("Note",),
    remedy="give another file",
    is_row=lambda row: row.read("Sent At").isdecimal(),
)
HEADER = "Name,Sent At,Note\n"
LONE_CR = "the row holds a carriage return outside quotes; remove it"
QUOTES = "a quotation mark is not closed; close it, and double a quotation mark inside a cell"


def table(text):
    """Read a text as a table."""
    return read_table(ExportFile("t.csv", text.encode() if isinstance(text, str) else text), FORM)


def rows(found):
    """Return the rows as places and cells."""
    return [(row.place, *row.cells.values()) for row in found.rows]


def problems(found):
    """Return the problems as places and messages."""
    return [(problem.place, problem.what) for problem in found.problems]


@pytest.mark.parametrize(
    "header",
    [
        "Name,Sent At,Note",
        "\ufeffname,sent_at,NOTE",
        " NAME ,SentAt,note",
        "Name;Sent At;Note",
        '"Name","Sent At","Note"',
    ],
)
def test_a_header_is_known_by_its_words(header):
    """Case, spaces, underscores, quotes, a byte-order mark and Europe's semicolons make no difference."""
    row = "ann;1;x" if ";" in header else "ann,1,x"

    found = table(f"{header}\n{row}\n")

    assert found.columns == ("Name", "Sent At", "Note")
    assert rows(found) == [("t.csv:2", "ann", "1", "x")]


def test_a_preamble_is_passed_over_and_counted():
    """The header stands within the first ten lines; places count from the file's first line."""
    preamble = 'Notes:\n"When exporting, you may notice"\n\n'

    assert rows(table(f"{preamble}{HEADER}ann,1,\n")) == [("t.csv:5", "ann", "1", "")]
    assert table("\n" * 9 + HEADER).header == "t.csv:10"
    with pytest.raises(ExportError):
        table("\n" * 10 + HEADER)


def test_other_columns_get_plain_names():
    """What the form does not know keeps its words, in snake case."""
    assert table("Name,Sent,My Mutual-Friends,,\n").columns == ("Name", "Sent", "my_mutual_friends", "", "")


@pytest.mark.parametrize(
    ("text", "rows_read"),
    [
        (HEADER, []),
        (HEADER.strip(), []),
        (HEADER + "ann,1,", [("t.csv:2", "ann", "1", "")]),  # no newline behind the last row
        (
            HEADER.replace("\n", "\r\n") + "ann,1,\r\nbob,2,\r\n",
            [("t.csv:2", "ann", "1", ""), ("t.csv:3", "bob", "2", "")],
        ),
        ("Name,Sent At,Note\rann,1,\rbob,2,", [("t.csv:2", "ann", "1", ""), ("t.csv:3", "bob", "2", "")]),  # an old Mac
        (HEADER + "\n,,\n , ,\nann,1,\n", [("t.csv:5", "ann", "1", "")]),  # empty rows
        (HEADER + "ann,1,,,\n", [("t.csv:2", "ann", "1", "")]),  # empty cells that a spreadsheet adds
        (HEADER + '"a, b",1,"say ""hi"""\n', [("t.csv:2", "a, b", "1", 'say "hi"')]),
        (HEADER + 'ann,1,"x\ny"\nbob,2,\n', [("t.csv:2-3", "ann", "1", "x\ny"), ("t.csv:4", "bob", "2", "")]),
        (HEADER + 'ann,1,"x\ry"\n', [("t.csv:2", "ann", "1", "x\ry")]),  # a lone CR inside quotes
        (HEADER + "ann,1,x\u2028y\x85z\n", [("t.csv:2", "ann", "1", "x\u2028y\x85z")]),  # no line breaks in CSV
    ],
)
def test_what_is_a_row_is_read_with_its_lines(text, rows_read):
    """Line ends, empty rows and line breaks in quotes, as hands and spreadsheets leave them."""
    found = table(text)

    assert rows(found) == rows_read
    assert found.problems == ()


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ("ann,1\n", "the row has 2 cells, the header 3; put cells that hold commas in quotes"),
        ("ann\n", "the row has 1 cell, the header 3; put cells that hold commas in quotes"),
        ("ann,1,x,y\n", "the row has 4 cells, the header 3; put cells that hold commas in quotes"),
        ("an\0n,1,x\n", "the row holds a NUL character; remove it"),
        ("an\rn,1,x\n", LONE_CR),
        ('"an",1\r,"x"y\n', LONE_CR),
        ('"a\rn"x,1,y\n', QUOTES),
        ('ann,1,"x"y\n', QUOTES),
        ('ann,1,"x\n', QUOTES),
        (f"ann,1,{'x' * 131_073}\n", QUOTES),
    ],
)
def test_a_bad_row_is_reported_and_costs_only_itself(bad, what):
    """The rows before and behind it are read."""
    found = table(f"{HEADER}zoe,0,\n{bad}bob,2,\n")

    assert rows(found) == [("t.csv:2", "zoe", "0", ""), ("t.csv:4", "bob", "2", "")]
    assert problems(found) == [("t.csv:3", what)]
    assert {problem.level for problem in found.problems} == {"error"}


def test_a_bad_row_of_several_lines_is_reported_with_both_ends():
    """First and last line, as an editor counts them."""
    found = table(f'{HEADER}"a\nb\nc",1\nbob,2,\n')

    assert problems(found) == [("t.csv:2-4", "the row has 2 cells, the header 3; put cells that hold commas in quotes")]
    assert rows(found) == [("t.csv:5", "bob", "2", "")]


def test_a_quote_left_open_swallows_nobody():
    """Neither to the end of the file, nor up to a quote that happens to close it, nor past the longest cell."""
    others = "".join(f"bob,{number},{'y' * 1000}\n" for number in range(500))

    for bad, end in (('ann,1,"x\n', ""), ('ann,1,"x\n', 'eve,7,z"\n'), ('ann,1,"x\n', 'eve,"7",z\n')):
        found = table(HEADER + bad + others + end)
        assert problems(found)[0] == ("t.csv:2", QUOTES)
        assert len(found.rows) == 500 + bool(end)


def test_a_line_break_in_a_note_is_no_swallowed_row():
    """Lines with as many commas as the header are part of a note, unless they read as a row."""
    found = table(f'{HEADER}ann,1,"first\none, two, three\nlast"\n')

    assert rows(found) == [("t.csv:2-4", "ann", "1", "first\none, two, three\nlast")]


def test_no_pattern_of_quotes_makes_reading_slow():
    """Lines that each swallow all others are read again only so often; then the rest is reported at once."""
    found = table(HEADER + 'b","\n' * 20_000)

    first, *_, last = (problem.place for problem in found.problems)
    assert first == "t.csv:2"
    assert last.endswith("-20001")
    assert len(found.problems) < 10


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ("", "t.csv is empty; give another file"),
        ("\n \n", "t.csv is empty; give another file"),
        ("Nom,Date\n", "t.csv lacks the columns Name and Sent At or Sent in the first 10 lines; give another file"),
        ("Name,Date\nann,1\n", "t.csv lacks the column Sent At or Sent in the first 10 lines; give another file"),
        (
            "Na\rme,Sent At\n",
            "t.csv lacks the columns Name and Sent At or Sent in the first 10 lines; give another file",
        ),
        ("Name\tSent At\nann\t1\n", "t.csv separates its columns by tabs; save it again as CSV, with commas"),
        ("Name,Sent At,Note,note\n", "t.csv:1 has the column “Note” twice; rename or delete one of them"),
        ("\nName,Sent,x,X\n", "t.csv:2 has the column “x” twice; rename or delete one of them"),
        (
            b"\xef\xbb\xbfName,Sent At\nJos\xe9,1\n",
            "t.csv is not UTF-8 text (the byte at offset 19, in line 2); save it again as “CSV UTF-8”",
        ),
        (
            "ann\ud800".encode("utf-8", "surrogatepass"),
            "t.csv is not UTF-8 text (the byte at offset 3, in line 1); save it again as “CSV UTF-8”",
        ),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(data, what):
    """A file that cannot be read at all says why, and what to do."""
    with pytest.raises(ExportError) as refused:
        table(data)

    assert str(refused.value) == what


@pytest.mark.parametrize(
    ("place", "parts"),
    [
        ("Invitations.csv:12", ("Invitations.csv", 12)),
        ("a:b.csv:12-14", ("a:b.csv", 12)),
        ("Connections.csv", ("Connections.csv", 0)),
        (":", (":", 0)),
    ],
)
def test_a_place_splits_into_file_and_line(place, parts):
    """Problems are sorted by it."""
    assert split_place(place) == parts
