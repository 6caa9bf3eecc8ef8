"""LinkedIn's export: each row of the example and why it is there, then every way an export can be written."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest
from exports import CONNECTED, HEADER, ME, address, got, sent, write_export
from hypothesis import given, settings
from hypothesis import strategies as st
from locations import DATA
from locations import EXPORT as EXAMPLE

from invitepolicy.sources.linkedin import ExportError, read_export
from invitepolicy.sources.problems import RowProblem

HOSTILE = [
    entry
    for entry in json.loads((DATA / "hostile" / "manifest.json").read_text(encoding="utf-8"))
    if entry["file"].startswith("records/")
]
TABLES = [entry for entry in HOSTILE if Path(entry["file"]).suffix in (".csv", ".zip")]


def utc(*parts):
    """Return an instant in UTC."""
    return datetime(*parts, tzinfo=UTC)


def march(day, hour=0, minute=0):
    """Return an instant of March 2026 in UTC."""
    return utc(2026, 3, day, hour, minute)


NO = ("pending", "assumed", None)


def yes(answered_at):
    """Return what an accepted invitation has, as the connections show."""
    return "accepted", "joined", answered_at


ROWS = [
    # name, sent at, status, basis, answered at, why the row is there
    ("Tobiah Renn-Castell", march(15, 1, 41), *NO,
     "daylight saving: 18:41 Pacific is the next day in UTC; in both directions"),
    ("Fennimore Okwudili", march(13, 16, 5), *NO, "a note with a comma, in quotes"),
    ("Saoirse  Vandermolen, PhD", march(11, 19), *NO, "12:00 PM is noon; a double space and a comma in the name"),
    ("Ines Farrow 🌱", march(9, 14, 32), *yes(march(10)), "an emoji in the name, none in the address"),
    ("Łukasz Brzozowiec", march(8, 10, 12), *yes(march(8, 10, 12)),
     "an hour after the skipped one; encoded address; connected on the same UTC day, so at once"),
    ("Priyamvada Sengottuvel", march(7, 0, 58), *NO,
     "quotes in the note, doubled spaces for its line breaks; next day in UTC"),
    ("Jørn Ødegaardsli", march(5, 4, 15), *NO,
     "raw letters in the address, encoded in people.csv, with a slash behind"),
    ("Odalys Trevannion", march(1, 18, 20), *yes(march(2)),
     "a note of 300 characters, the most there is; a connection with mail"),
    ("Benedikt Auerswald", march(1, 7, 59), *NO, "the last minute of February, Pacific: March in UTC"),
    ("Chiamaka Ezeudu-Holm", utc(2026, 2, 28, 8, 1), *yes(march(14)),
     "12:01 AM is a minute after midnight; two weeks to a yes"),
    ("Dagny Marlowe", utc(2026, 2, 22, 22, 44), *NO,
     "a space at the end of the note; out of the order of dates; to be kept"),
    ("名取 あかり", utc(2026, 2, 24, 13, 7), "withdrawn", "observed", None,
     "another script; withdrawn, as people.csv says"),
    ("Rafiq Tellingstone", utc(2026, 2, 15, 21, 30), "withdrawn", "observed", None, "withdrawn, nobody knows when"),
    ("Guinevere O'Sheanix", utc(2026, 2, 12, 17, 10), "withdrawn", "observed", None,
     "an apostrophe; withdrawn three weeks ago"),
    ("Zsófia Bartókvári", utc(2026, 1, 31, 18), *yes(march(3)),
     "an encoded address; a connection without company or position"),
    ("Ulrika Steingrim", utc(2026, 1, 19, 23, 33), "withdrawn", "observed", None,
     "a tab in the note; standard time: eight hours; withdrawn after three earlier ones"),
    ("Corvin Ashdale", utc(2025, 12, 24, 16), *NO, "LinkedIn asked for the address; two digits of last year"),
    ("Yewande Brightwater", utc(2025, 11, 2, 8, 30), *NO, "1:30 AM happened twice that day: the first"),
    ("Théodore Lacombe-Rys", utc(2025, 10, 8, 13, 25), *yes(utc(2025, 10, 9)),
     "accents in note and address; encoded in connections"),
    ("Anselm Prudhoe", utc(2025, 9, 16, 17, 10), *yes(march(14)),
     "accepted after 179 days, a day before it would lapse"),
    ("Marguerite Haliburn", utc(2025, 9, 15, 23, 45), *NO, "180 days ended on the eve of the example's review"),
    ("Xanthe Corriveau", utc(2025, 9, 7, 14), *NO, "older than 180 days: lapsed"),
    ("Percival Nakagome", utc(2024, 10, 25, 21, 2), *NO, "more than a year old: lapsed long ago"),
    ("Bartholomew Quill-Ferris", march(14, 15, 2), *NO,
     "the first incoming row: the owner is now the one invited; no note"),
    ("Hyacinth Morrowby", march(14, 0, 55), *NO, "a sales note; next day in UTC"),
    ("Oluwaseun Dappleton", march(12, 17, 48), *NO, "a note that gives the context; joined to people.csv by name"),
    ("Tobiah Renn-Castell", march(12, 16), *NO, "the same person invites back: once in each direction"),
    ("Sigrún Vestmann", march(10, 18, 11), *yes(march(10, 18, 11)),
     "incoming, accepted by the owner; encoded; the same UTC day"),
    ("Kasimir Dellarosa", march(9, 14, 20), *NO, "incoming without a note"),
    ("Philippa Underhay", march(8, 0, 16), *NO,
     "a fraud's note; standard time on the eve of the change, next day in UTC"),
    ("عمر الزهراني", march(2, 9, 9), *NO, "from right to left, with an Arabic comma in the note"),
    ("Wilhelmina Strand", utc(2026, 2, 27, 14, 30), *yes(march(2)), "incoming, accepted after days"),
    ("Ezra Palfreyman", utc(2026, 2, 20, 20, 12), *NO, "12:12 PM; LinkedIn's ready-made note"),
    ("Noor Castellanos, MBA", utc(2026, 2, 11, 23, 40), *yes(utc(2026, 2, 12)),
     "a comma in the name, in the last name of connections"),
    ("Leopold Vance🚀", utc(2026, 1, 28, 22, 25), *NO,
     "an emoji without a space before it, joined ones in the note"),
    ("Agnieszka Thornfield", utc(2026, 1, 5, 17, 9), *NO, "a recruiter's note; single digits in date and time"),
    ("Rosalind Achterberg", utc(2025, 12, 1, 16, 30), *yes(utc(2025, 12, 9)), "accepted last year"),
    ("Demetrius Fallowfield", utc(2025, 11, 15, 6, 5), *NO, "10:05 PM is the next day in UTC"),
    ("Clementine Ravenhurst", utc(2025, 10, 3, 12, 45), *yes(utc(2025, 10, 3, 12, 45)),
     "accepted on the day itself, whose midnight is before the invitation"),
    ("Barnaby Oxenford", utc(2025, 9, 20, 14, 50), *NO, "incoming, close to lapsing"),
    ("Isolde Farnaby", None, "draft", "observed", None, "a stranger not yet invited, from people.csv"),
    ("Casimir Boldrewood", None, "draft", "observed", None, "not yet invited, since LinkedIn asks for the address"),
]  # fmt: skip


@pytest.fixture(scope="module")
def example():
    """Read the example export once."""
    return read_export(EXAMPLE)


@pytest.mark.parametrize(("number", "row"), list(enumerate(ROWS)), ids=[row[-1] for row in ROWS])
def test_each_row_of_the_example_says_what_it_is_there_for(example, number, row):
    """The instant, the status and how it is known, row by row."""
    name, sent_at, status, basis, answered_at, _ = row
    read = example.invitations[number]

    assert (read.name, read.sent_at, read.status, read.status_basis, read.answered_at) == (
        name, sent_at, status, basis, answered_at,
    )  # fmt: skip


def test_the_example_is_read_whole(example):
    """Every row has its line; the owner is found; nothing is wrong with it."""
    invitations = [f"Invitations.csv:{line}" for line in range(2, 42)]

    assert example.places == (*invitations, "people.csv:15", "people.csv:16")
    assert len(example.invitations) == len(ROWS) == 42
    assert example.owner == "Marisol Quintervane"
    assert example.problems == ()
    assert [read.direction for read in example.invitations] == ["outgoing"] * 23 + ["incoming"] * 17 + ["outgoing"] * 2


def test_the_notes_of_the_example_stay_as_they_are(example):
    """Spaces at the end, tabs, doubled spaces and quotes are the sender's; an empty note is none."""
    notes = {read.name: read.note for read in example.invitations}

    assert notes["Dagny Marlowe"] == "Hi Dagny - following up from the alumni call. "
    assert notes["Ulrika Steingrim"] == "Loved your post on hiring.\tCould we connect?"
    assert '  I read your piece on municipal bonds — "the boring 80%" — and' in notes["Priyamvada Sengottuvel"]
    assert len(notes["Odalys Trevannion"]) == 300
    assert notes["Kasimir Dellarosa"] is None


def test_the_people_of_the_example_use_every_column(example):
    """What the user knows reaches the record, by address however it is written, and by name."""
    known = {(read.name, read.direction): read for read in example.invitations}

    fennimore = known["Fennimore Okwudili", "outgoing"]
    assert (fennimore.relationship, fennimore.activity, fennimore.tags) == ("known", "weekly", {"vip"})
    assert (fennimore.last_active_at, dict(fennimore.facts)) == (march(14), {"my_mutual_connections": 9})
    assert known["Dagny Marlowe", "outgoing"].tags == {"keep", "vip"}
    assert known["名取 あかり", "outgoing"].withdrawn_at == march(1)
    assert known["Rafiq Tellingstone", "outgoing"].withdrawn_at is None
    assert known["Jørn Ødegaardsli", "outgoing"].activity == "occasional"
    assert known["Oluwaseun Dappleton", "incoming"].relationship == "known"
    assert {known["Tobiah Renn-Castell", way].activity for way in ("outgoing", "incoming")} == {"daily"}
    corvin = known["Corvin Ashdale", "outgoing"]
    assert (corvin.email_requested, corvin.attempts, corvin.status_basis) == (True, 1, "assumed")
    assert known["Isolde Farnaby", "outgoing"].url == "https://www.linkedin.com/in/isolde-farnaby-0000h1"


# --- the older headers, and the same export in other clothes ---


@pytest.mark.parametrize("name", ["Invitations_2018_5col.csv", "Invitations_2023_urn.csv"])
def test_older_headers_give_the_same_records(tmp_path, name):
    """Without addresses the connections are joined by name, and nothing else differs."""
    (tmp_path / "Invitations.csv").write_bytes((DATA / "older-headers" / name).read_bytes())
    (tmp_path / "Connections.csv").write_bytes((EXAMPLE / "Connections.csv").read_bytes())
    (tmp_path / "nobody.csv").write_text("url\n", encoding="utf-8")

    older = read_export(tmp_path)
    today = read_export(EXAMPLE, people=tmp_path / "nobody.csv")

    assert older.invitations == tuple(attrs.evolve(read, url=None) for read in today.invitations)
    assert older.owner == today.owner
    assert older.problems == ()


def test_a_zip_is_the_same_export(tmp_path, example):
    """Named as LinkedIn names it."""
    path = tmp_path / "Basic_LinkedInDataExport_03-15-2026.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for file in EXAMPLE.iterdir():
            target.write(file, file.name)

    assert read_export(path) == example


def test_a_single_file_is_the_same_export(example):
    """With Connections.csv and people.csv beside it."""
    assert read_export(EXAMPLE / "Invitations.csv") == example


def edited(text, **edit):
    """Rewrite the CSV text of the example as a spreadsheet or a script would."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator=edit.get("end", "\n"), delimiter=edit.get("delimiter", ","))
    writer.writerow(map(edit.get("title", str), rows[0]))
    writer.writerows([*row[:2], edit.get("date", str)(row[2]), *row[3:]] for row in rows[1:])
    return edit.get("mark", "") + written.getvalue()


def on_the_wall(text):
    """Read LinkedIn's form by other means."""
    return datetime.strptime(text, "%m/%d/%y, %I:%M %p")  # noqa: DTZ007  (a clock on a wall has no zone)


@pytest.mark.parametrize(
    ("edit", "dates"),
    [
        ({"mark": "\ufeff", "end": "\r\n"}, None),
        ({"delimiter": ";"}, None),
        ({"title": str.lower}, None),
        ({"title": lambda title: title.replace(" ", "_").upper()}, None),
        ({"date": lambda text: text.replace(" AM", "\u202fAM").replace(" PM", "\u00a0PM")}, None),
        ({"date": lambda text: on_the_wall(text).isoformat(" ", "minutes")}, None),
        ({"date": lambda text: on_the_wall(text).isoformat()}, None),
        ({"date": lambda text: f"{on_the_wall(text):%Y/%m/%d %H:%M:%S}"}, None),
        ({"date": lambda text: f"{on_the_wall(text):%d-%b-%y %H:%M}"}, None),
        ({"date": lambda text: f"{on_the_wall(text):%d.%m.%Y %H:%M}"}, "day-first"),
        ({"date": lambda text: f"{on_the_wall(text):%d/%m/%Y, %I:%M %p}".lower()}, "day-first"),
        ({"date": lambda text: f"{on_the_wall(text):%m/%d/%Y %H:%M}"}, "month-first"),
    ],
)
def test_a_copy_that_hands_have_touched_gives_the_same_records(tmp_path, example, edit, dates):
    """Spreadsheets and scripts change the clothes, not the person."""
    text = (EXAMPLE / "Invitations.csv").read_text(encoding="utf-8")
    (tmp_path / "Invitations.csv").write_text(edited(text, **edit), encoding="utf-8", newline="")
    for name in ("Connections.csv", "people.csv"):
        (tmp_path / name).write_bytes((EXAMPLE / name).read_bytes())

    assert read_export(tmp_path, dates=dates) == example


def test_each_row_with_a_doubtful_date_is_reported(tmp_path):
    """Which rows, and how to say what they mean; the others are read."""
    write_export(tmp_path, [sent("ann", at="03/04/2026 10:00"), sent("bob"), sent("cleo", at="13/02/2026 10:00")])

    export = read_export(tmp_path)

    assert [read.name for read in export.invitations] == ["Bob"]
    assert [(problem.place, problem.level) for problem in export.problems] == [
        ("Invitations.csv:2", "error"),
        ("Invitations.csv:4", "error"),
    ]
    assert [problem.what for problem in export.problems] == [
        f"Sent At: “{at} 10:00” may begin with its day or its month; give --dates day-first or --dates month-first"
        for at in ("03/04/2026", "13/02/2026")
    ]
    assert [read.sent_at for read in read_export(tmp_path, dates="day-first").invitations] == [
        utc(2026, 4, 3, 17),
        utc(2026, 3, 11, 19),
        utc(2026, 2, 13, 18),
    ]


def test_a_real_line_break_in_a_note_is_one_character(tmp_path):
    """However the file writes it; the place has both lines."""
    write_export(tmp_path, [sent("ann", note='"Hello\r\nyou\rand\nme"'), sent("bob", note="  ")])

    export = read_export(tmp_path)

    assert [read.note for read in export.invitations] == ["Hello\nyou\nand\nme", None]
    assert export.places == ("Invitations.csv:2-4", "Invitations.csv:5")


def test_an_hour_that_never_was_is_read_and_said(tmp_path):
    """A remark at its row, which is not left out."""
    write_export(tmp_path, [sent(), sent("bob", at="3/8/26, 2:30 AM")])

    export = read_export(tmp_path)

    assert export.invitations[1].sent_at == march(8, 10, 30)
    assert export.problems == (
        RowProblem(
            "Invitations.csv:3",
            "note",
            "“3/8/26, 2:30 AM” does not exist, since US Pacific clocks skipped it; read as standard time",
        ),
    )


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("Me,Ann,,,OUTGOING,,", ["Sent At: is empty; write a date like 2026-03-14 18:41"]),
        (
            'Me,Ann,"13/1/26, 6:41 PM",,OUTGOING,,',
            ["Sent At: “13/1/26, 6:41 PM” does not exist; LinkedIn writes month/day/year"],
        ),
        ("Me,Ann,2026-03-01,,SENT,,", ["Direction: must be OUTGOING or INCOMING"]),
        ("Me,Ann,2026-03-01,,,,", ["Direction: must be OUTGOING or INCOMING"]),
        ("Me, ,2026-03-01,,OUTGOING,,", ["To: is empty; give the other person's name or address"]),
        (",Me,2026-03-01,,INCOMING,,x", ["From: is empty; give the other person's name or address"]),
        (
            ",Me,soon,,INCOMING,,x",
            [
                "Sent At: is not a date; write it like 2026-03-14 18:41",
                "From: is empty; give the other person's name or address",
            ],
        ),
        ("Me,Ann,2026-03-01,,OUTGOING", ["the row has 5 cells, the header 7; put cells that hold commas in quotes"]),
    ],
)  # fmt: skip
def test_a_bad_row_is_reported_and_left_out(tmp_path, row, what):
    """With its line and what is wrong with it, all of it; the rest is answered."""
    write_export(tmp_path, [sent("bob"), row, sent("cleo")])

    export = read_export(tmp_path)

    assert [read.name for read in export.invitations] == ["Bob", "Cleo"]
    assert export.problems == tuple(RowProblem("Invitations.csv:3", "error", each) for each in what)


def test_somebody_without_a_name_has_an_address(tmp_path):
    """One of the two is enough."""
    write_export(tmp_path, [sent("ann", name=""), 'Me,Bob,"3/11/26, 12:00 PM",,outgoing,,'], connections=None)

    export = read_export(tmp_path)

    assert [(read.name, read.url) for read in export.invitations] == [(None, address("ann")), ("Bob", None)]
    assert export.problems == (
        RowProblem("Connections.csv", "note", "the file is missing, so no invitation counts as accepted"),
    )


def test_an_export_without_rows_is_an_export(tmp_path):
    """Nobody was invited, and its owner is unknown."""
    export = read_export(write_export(tmp_path))

    assert (export.owner, export.invitations, export.places, export.problems) == (None, (), (), ())


# --- one person, several rows ---


def test_the_same_row_again_is_judged_once(tmp_path):
    """As when two copies were put together; the address may be written in another way."""
    write_export(tmp_path, [sent("zoé"), sent("zo%C3%A9"), got("zoé"), sent("zoé")])

    export = read_export(tmp_path)

    assert export.places == ("Invitations.csv:2", "Invitations.csv:4")
    assert export.problems == (
        RowProblem("Invitations.csv:3", "note", "left out, since it repeats Invitations.csv:2"),
        RowProblem("Invitations.csv:5", "note", "left out, since it repeats Invitations.csv:2"),
    )


def test_of_a_persons_invitations_the_latest_counts(tmp_path):
    """Only one can be waiting: the earlier ones must have ended."""
    write_export(
        tmp_path,
        [
            sent("ann", at="2/1/26, 9:00 AM"),
            sent("bob"),
            sent("ann", at="3/1/26, 9:00 AM"),
            sent("ann", at="1/1/26, 9:00 AM"),
        ],
    )

    export = read_export(tmp_path)

    assert export.places == ("Invitations.csv:3", "Invitations.csv:4")
    later = "left out, since the same person was invited again later, in Invitations.csv:4"
    assert [(problem.place, problem.level, problem.what) for problem in export.problems] == [
        ("Invitations.csv:2", "note", later),
        ("Invitations.csv:5", "note", later),
    ]


OLD = "From,To,Sent At,Message,Direction"


def old(name="Ann", at="3/11/26, 12:00 PM", direction="OUTGOING"):
    """Return a row of 2018."""
    return f'Me,{name},"{at}",,{direction}' if direction == "OUTGOING" else f'{name},Me,"{at}",,{direction}'


def test_without_addresses_two_of_a_name_are_two_people(tmp_path):
    """Both stay, and neither is joined by that name; the very same row is still judged once."""
    rows = [old(), old(at="3/1/26, 9:00 AM"), old(), old("Bob"), old("Bob", direction="INCOMING")]
    write_export(
        tmp_path, rows, header=OLD,
        connections=["Ann,,,,,,12 Mar 2026", "Bob,,,,,,12 Mar 2026"],
        people=["name,activity", "Ann,daily", "Bob,daily"],
    )  # fmt: skip

    export = read_export(tmp_path)

    assert [(read.name, read.status, read.activity) for read in export.invitations] == [
        ("Ann", "pending", "unknown"),
        ("Ann", "pending", "unknown"),
        ("Bob", "accepted", "daily"),
        ("Bob", "accepted", "daily"),
    ]
    assert export.problems == (
        RowProblem("Invitations.csv:4", "note", "left out, since it repeats Invitations.csv:2"),
        RowProblem("people.csv:2", "note", "others have the same name; add the url"),
    )


def test_member_numbers_tell_people_apart(tmp_path):
    """The header of 2023: the same number is the same person, another one is another."""
    header = f"{OLD},inviterProfileUrn,inviteeProfileUrn"
    rows = [
        f"{old()},urn:li:member:1,urn:li:member:2",
        f"{old(at='3/1/26, 9:00 AM')},urn:li:member:1,urn:li:member:2",
        f"{old('Bob')},urn:li:member:1,urn:li:member:3",
        f"{old('Bob', direction='INCOMING')},urn:li:member:4,urn:li:member:1",
    ]
    write_export(
        tmp_path, rows, header=header, connections=["Ann,,,,,,12 Mar 2026", "Bob,,,,,,12 Mar 2026"],
    )  # fmt: skip

    export = read_export(tmp_path)

    assert [(place, read.status) for place, read in zip(export.places, export.invitations, strict=True)] == [
        ("Invitations.csv:2", "accepted"),
        ("Invitations.csv:4", "pending"),
        ("Invitations.csv:5", "pending"),
    ]


# --- connections ---


@pytest.mark.parametrize(
    ("connected_on", "answered_at"),
    [
        ("12 Mar 2026", march(12)),  # later than the invitation
        ("11 Mar 2026", march(11, 19)),  # the day itself
        ("10 Mar 2026", None),  # the whole day lies before it
        ("3/11/26, 4:00 PM", march(11, 19)),  # the form of 2018
        ("3/11/26, 5:00 PM", march(12)),  # Pacific, and so the next day in UTC
        ("2026-03-12", march(12)),
    ],
)
def test_a_connection_accepted_unless_it_was_one_before(tmp_path, connected_on, answered_at):
    """At 00:00 UTC of its day, or when the invitation was sent, whichever is later."""
    write_export(tmp_path, [sent()], connections=[f'Ann,,{address("ann")},,,,"{connected_on}"'])

    (read,) = read_export(tmp_path).invitations

    assert read.answered_at == answered_at
    assert (read.status, read.status_basis) == (("accepted", "joined") if answered_at else ("pending", "assumed"))


def test_a_day_that_ends_as_the_invitation_is_sent_lies_before_it(tmp_path):
    """The boundary: a minute earlier it would have been the same day."""
    on = f"Ann,,{address('ann')},,,,10 Mar 2026"

    for at, status in (("3/10/26, 4:59 PM", "accepted"), ("3/10/26, 5:00 PM", "pending")):
        write_export(tmp_path, [sent(at=at)], connections=[on])
        assert read_export(tmp_path).invitations[0].status == status


def test_connections_without_addresses_are_joined_by_name(tmp_path):
    """Before mid-2023 they had none, and no preamble before 2021."""
    write_export(
        tmp_path,
        [sent("ann", name='"Ann  Lee, PhD"'), sent("bob")],
        connected="First Name,Last Name,Email Address,Company,Position,Connected On",
        connections=['Ann,"Lee, PhD",,,,12 Mar 2026', "Bob,,,,,12 Mar 2026", "Bob,,,,,13 Mar 2026"],
    )

    export = read_export(tmp_path)

    assert [read.status for read in export.invitations] == ["accepted", "pending"]


def test_a_quote_left_open_in_a_note_swallows_nobody(tmp_path):
    """Though a later quote closes it: a line that reads as a row is one. A note's own lines are not."""
    write_export(
        tmp_path,
        [
            sent("ann", at="2026-03-01", note='"Hello'),
            sent("bob", at="2026-03-02"),
            sent("cleo", at="2026-03-03", note='bye"'),
            sent("dora", note='"Hello\none, two, three, four"'),
        ],
    )

    export = read_export(tmp_path)

    assert [read.name for read in export.invitations] == ["Bob", "Cleo", "Dora"]
    assert [problem.place for problem in export.problems] == ["Invitations.csv:2"]
    assert export.places[2] == "Invitations.csv:5-6"


def test_hidden_members_are_passed_over_and_bad_connections_told(tmp_path):
    """A row that names nobody is no row; one whose date cannot be read is."""
    write_export(
        tmp_path,
        [sent()],
        connected=f"Notes:\n\n{CONNECTED}",
        connections=[",,,,,,07 Jun 2026", ",,,,,,", "Ann,Lee,,,,,", "Bob,Roe,,,,,soon", "Cleo,Poe"],
    )

    assert read_export(tmp_path).problems == (
        RowProblem("Connections.csv:6", "error", "Connected On: is empty; write a date like 2026-03-14 18:41"),
        RowProblem("Connections.csv:7", "error", "Connected On: is not a date; write it like 2026-03-14 18:41"),
        RowProblem(
            "Connections.csv:8", "error", "the row has 2 cells, the header 7; put cells that hold commas in quotes"
        ),
    )


def test_a_quote_left_open_in_the_connections_swallows_nobody(tmp_path):
    """Only its own row is lost."""
    bad = f'"Ann,,{address("ann")},,,,12 Mar 2026'
    write_export(tmp_path, [sent()], connections=[bad, f'Bob,,{address("ann")},,"A, Inc.",,12 Mar 2026', 'a",,,,,,'])

    export = read_export(tmp_path)

    assert [read.status for read in export.invitations] == ["accepted"]
    assert export.problems[0].place == "Connections.csv:2"


# --- people.csv ---


def test_what_the_user_observed_wins(tmp_path):
    """Over what the connections show, over the same columns in Invitations.csv, and cell by cell."""
    rows = [
        f"{sent('ann')},known,daily,3,x",
        f"{sent('bob')},,daily,,",
        f"{sent('cleo')},stranger,,,",
    ]
    write_export(
        tmp_path,
        rows,
        header=f"{HEADER},Relationship,activity,my_score,my_kind",
        connections=[f"{name.title()},,{address(name)},,,,12 Mar 2026" for name in ("ann", "bob", "cleo")],
        people=[
            "url,relationship,status,my_score,my_other",
            f"{address('ann')},logical,withdrawn,4,y",
            f"{address('bob')},,accepted,,",
        ],
    )

    ann, bob, cleo = read_export(tmp_path).invitations

    assert (ann.relationship, ann.activity, dict(ann.facts)) == (
        "logical", "daily", {"my_score": 4, "my_kind": "x", "my_other": "y"},
    )  # fmt: skip
    assert (ann.status, ann.status_basis, ann.answered_at) == ("withdrawn", "observed", None)
    assert (bob.status, bob.status_basis, bob.answered_at) == ("accepted", "observed", march(12))
    assert (cleo.relationship, cleo.status, cleo.status_basis) == ("stranger", "accepted", "joined")


def test_a_persons_row_is_about_the_invitation_that_was_sent(tmp_path):
    """In both directions, what is about a person goes to both, what is about an invitation to the outgoing one."""
    people = ["name,activity,status,withdrawn_at,attempts", "Ann,daily,withdrawn,2026-03-12,2", "Bob,weekly,ignored,,"]
    write_export(tmp_path, [sent("ann"), got("ann"), got("bob")], people=people)

    seen = [
        (read.activity, read.status, read.withdrawn_at, read.attempts) for read in read_export(tmp_path).invitations
    ]

    assert seen == [
        ("daily", "withdrawn", march(12), 2),
        ("daily", "pending", None, 0),
        ("weekly", "ignored", None, 0),
    ]


def test_a_draft_is_an_invitation_not_yet_sent(tmp_path):
    """At the end, with its place; also to somebody who invited the owner, whose own invitation it leaves alone."""
    people = ["name,url,status,activity,attempts", "Dora,,draft,daily,1", f",{address('ann')},draft,weekly,2"]
    write_export(tmp_path, [got("ann")], people=people)

    export = read_export(tmp_path)

    assert export.places == ("Invitations.csv:2", "people.csv:2", "people.csv:3")
    assert [
        (read.name, read.direction, read.status, read.status_basis, read.activity, read.attempts, read.sent_at is None)
        for read in export.invitations
    ] == [
        ("Ann", "incoming", "pending", "assumed", "weekly", 0, False),
        ("Dora", "outgoing", "draft", "observed", "daily", 1, True),
        (None, "outgoing", "draft", "observed", "weekly", 2, True),
    ]
    assert export.problems == ()


def test_a_draft_that_was_sent_is_none_any_more(tmp_path):
    """It is reported, in whichever file it stands, and the rest of the row counts."""
    rows = [f"{sent('ann')},", f"{sent('bob')},draft"]
    write_export(
        tmp_path, rows, header=f"{HEADER},status", people=["name,status,activity", "Ann,draft,daily"]
    )  # fmt: skip

    export = read_export(tmp_path)

    assert [(read.status, read.activity) for read in export.invitations] == [
        ("pending", "daily"),
        ("pending", "unknown"),
    ]
    what = "status: the invitation was sent and is not a draft any more; empty it"
    assert export.problems == (RowProblem("Invitations.csv:3", "note", what), RowProblem("people.csv:2", "note", what))


@pytest.mark.parametrize(
    ("status", "withdrawn_at", "read", "remark"),
    [
        ("withdrawn", "2026-03-12", "withdrawn", None),
        ("withdrawn", "2026-03-11", "withdrawn", None),  # on the day itself
        ("withdrawn", "2026-03-10T19:00:01Z", "withdrawn", None),
        ("withdrawn", "2026-03-10T19:00Z", "pending", "status: the withdrawal is before this invitation, so it was of"),
        ("withdrawn", "2026-03-01", "pending", "status: the withdrawal is before this invitation, so it was of"),
        ("withdrawn", "", "withdrawn", None),
        ("", "2026-03-01", "pending", None),
        ("", "2026-03-12", "pending", "withdrawn_at: the status is not withdrawn; set it, if"),
        ("pending", "2026-03-12", "pending", None),
    ],
)
def test_a_withdrawal_is_of_this_invitation_or_of_an_earlier_one(tmp_path, status, withdrawn_at, read, remark):
    """people.csv outlives the export: who was invited again after a withdrawal is waited for. The date stays."""
    write_export(tmp_path, [sent()], people=["name,status,withdrawn_at", f"Ann,{status},{withdrawn_at}"])

    export = read_export(tmp_path)

    assert export.invitations[0].status == read
    assert (export.invitations[0].withdrawn_at is None) == (withdrawn_at == "")
    assert [(problem.place, problem.level) for problem in export.problems] == [("people.csv:2", "note")] * bool(remark)
    assert all(problem.what.startswith(remark) for problem in export.problems)


def test_a_remark_stands_where_the_status_does(tmp_path):
    """In Invitations.csv, if it was written there."""
    write_export(
        tmp_path, [f"{sent('ann')},draft"], header=f"{HEADER},status", people=["name,activity", "Ann,daily"],
    )  # fmt: skip

    assert [problem.place for problem in read_export(tmp_path).problems] == ["Invitations.csv:2"]


def test_rows_that_join_nobody_are_reported(tmp_path):
    """Each row of people.csv ends as knowledge, as a draft, or as a problem."""
    people = [
        "url,name,activity,status",
        f"{address('nobody')},Ann,daily,",  # another address: another person
        ",Nobody,,withdrawn",
        ",,daily,",
        f"{address('ann')},,dayly,done",
        f"{address('ann')},,daily,",
        f"{address('ann')}/,,weekly,",
        ",Bob,daily,",
        ",Bob,weekly,",
    ]
    write_export(tmp_path, [sent("ann"), sent("bob")], people=people)

    export = read_export(tmp_path)

    assert [read.activity for read in export.invitations] == ["daily", "unknown"]
    nobody = "no invitation of this export is to or from this person; check the url, or keep the row for another"
    twins = "others have the same name; add the url"
    assert export.problems == (
        RowProblem("people.csv:2", "note", nobody),
        RowProblem("people.csv:3", "note", nobody),
        RowProblem("people.csv:4", "error", "the row names nobody; give a url or a name"),
        RowProblem("people.csv:5", "error", "activity: is not an allowed value; did you mean “daily”?"),
        RowProblem(
            "people.csv:5",
            "error",
            "status: is not an allowed value; write draft, pending, accepted, ignored, withdrawn or expired",
        ),
        RowProblem("people.csv:7", "error", "the same person is in people.csv:6; keep one row"),
        RowProblem("people.csv:8", "note", twins),
        RowProblem("people.csv:9", "note", twins),
    )


def test_another_file_of_people_is_read_instead(tmp_path):
    """The one beside the export is not even opened."""
    write_export(tmp_path, [sent()], people=["this is no table of people"])
    (tmp_path / "mine.csv").write_text("Name;Activity\r\nAnn;daily\r\n", encoding="utf-8-sig", newline="")

    assert read_export(tmp_path, people=tmp_path / "mine.csv").invitations[0].activity == "daily"
    with pytest.raises(
        ExportError, match=r"^people\.csv lacks the column url or name in the first 10 lines; begin the file"
    ):
        read_export(tmp_path)
    with pytest.raises(ExportError, match=r"gone\.csv does not exist, or is not a file; check its name$"):
        read_export(tmp_path, people=tmp_path / "gone.csv")


def test_columns_that_nobody_reads_are_remarked_on(tmp_path):
    """All of people.csv's; in Invitations.csv those that look like a slip of the pen."""
    write_export(
        tmp_path, [f"{sent()},x,known,y,"], header=f"{HEADER},Comment,Relationshp,my_list,",
        people=["name,activty,nickname,my_x,", "Ann,daily,Annie,1,"],
    )  # fmt: skip

    export = read_export(tmp_path)

    assert export.invitations[0].relationship == "unknown"
    assert [(problem.place, problem.level, problem.what) for problem in export.problems] == [
        ("Invitations.csv:1", "note", "the column “relationshp” is not read; did you mean “relationship”?"),
        ("people.csv:1", "note", "the column “activty” is not read; did you mean “activity”?"),
        (
            "people.csv:1",
            "note",
            (
                "the column “nickname” is not read; its columns are url, name, relationship, activity, tags, "
                "last_active_at, status, withdrawn_at, email_requested, attempts, and my_…"
            ),
        ),
    ]


def test_a_wrong_word_in_the_users_column_leaves_the_invitation_out(tmp_path):
    """What cannot be read is not half read."""
    write_export(tmp_path, [f"{sent('ann')},dayly", f"{sent('bob')},daily"], header=f"{HEADER},activity")

    export = read_export(tmp_path)

    assert [read.name for read in export.invitations] == ["Bob"]
    assert export.problems == (
        RowProblem("Invitations.csv:2", "error", "activity: is not an allowed value; did you mean “daily”?"),
    )


# --- whatever comes ---


@pytest.mark.parametrize("entry", TABLES, ids=[entry["file"] for entry in TABLES])
def test_hostile_records_meet_what_they_must(entry):
    """Refused as a file or reported as a row, in bounded time; what may be accepted is read or reported, never lost."""
    path = DATA / "hostile" / entry["file"]
    before = time.perf_counter()

    try:
        export = read_export(path)
    except ExportError as error:
        read, messages = 0, [str(error)]
    else:
        read = len(export.invitations)
        messages = [problem.what for problem in export.problems if problem.place != "Connections.csv"]

    assert time.perf_counter() - before < 5
    assert all(what.isprintable() and not what.endswith(".") for what in messages)
    assert (read, bool(messages)) == (0, True) or (entry["expected"] == "may_accept_but_bounded" and read)


def test_the_hostile_records_are_all_there():
    """Each file of the manifest, and no other."""
    files = {f"records/{path.name}" for path in (DATA / "hostile" / "records").iterdir()}

    assert files == {entry["file"] for entry in HOSTILE}


CANARY = "Qqzx"


@pytest.mark.parametrize(
    "row",
    [
        f'Me,{CANARY},"{CANARY}",,OUTGOING,{ME},{CANARY}',
        f"Me,{CANARY},2026-03-01,{CANARY},{CANARY},{ME},{CANARY}",
        f"Me,{CANARY},2026-03-01,{CANARY}",
        f'Me,{CANARY},2026-03-01,"{CANARY}"{CANARY},OUTGOING,{ME},{CANARY}',
        f"Me,{CANARY}\0,2026-03-01,{CANARY},OUTGOING,{ME},{CANARY}",
        f'Me,{CANARY},"3/8/26, 2:30 AM",{CANARY},OUTGOING,{ME},{CANARY}',
    ],
)
def test_no_name_note_or_address_is_reported(tmp_path, row):
    """A log of problems, a `repr` of the export or of a problem, shows nobody."""
    people = ["name,url,relationship,attempts", f"{CANARY},{CANARY},{CANARY},", f",{CANARY},,{CANARY}", f"{CANARY},,,"]
    connections = [f"{CANARY},{CANARY},,,,,{CANARY}"]

    export = read_export(write_export(tmp_path, [row], connections=connections, people=people))

    assert len(export.problems) >= 4
    assert CANARY.lower() not in repr(export).lower()


@pytest.mark.slow
def test_ten_thousand_rows_are_read_at_once(tmp_path):
    """Half of them accepted, with encoded addresses; a generous bound for a slow machine."""
    rows = [sent(f"é{number}", at="3/11/26, 12:00 PM") for number in range(10_000)]
    connections = [f"É,{number},{address(f'%C3%A9{number}')},,,,12 Mar 2026" for number in range(0, 10_000, 2)]
    write_export(tmp_path, rows, connections=connections)
    before = time.process_time()

    export = read_export(tmp_path)

    assert time.process_time() - before < 5
    assert sum(read.status == "accepted" for read in export.invitations) == 5_000


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)
PEOPLE = st.lists(
    st.tuples(
        TEXT.map(str.strip).filter(bool),
        st.datetimes(datetime(2004, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        st.one_of(TEXT, TEXT.map('a\n"b", '.__add__)),
        st.sampled_from(["OUTGOING", "INCOMING"]),
        st.booleans(),
    ),
    max_size=8,
)


@pytest.mark.slow
@given(people=PEOPLE)
@settings(max_examples=200)
def test_rows_written_as_csv_come_back(tmp_path_factory, people):
    """Any names, notes and minutes, as LinkedIn would write them, with a people.csv by address: all are found again."""
    rows, expected, known = [], [], []
    for number, (name, instant, note, direction, daily) in enumerate(people):
        local = instant.replace(second=0, microsecond=0).astimezone(ZoneInfo("America/Los_Angeles"))
        half = "AM" if local.hour < 12 else "PM"
        at = f"{local.month}/{local.day}/{local:%y}, {local.hour % 12 or 12}:{local:%M} {half}"
        pairs = [("Me", ME), (name, address(f"ü{number}"))][:: 1 if direction == "OUTGOING" else -1]
        rows.append([pairs[0][0], pairs[1][0], at, note, direction, pairs[0][1], pairs[1][1]])
        known.append([address(f"%C3%BC{number}"), "daily" if daily else ""])
        activity = "daily" if daily else "unknown"
        sent_at = local.replace(fold=0).astimezone(UTC)
        expected.append((name, sent_at, note if note.strip() else None, direction.lower(), activity))
    folder = tmp_path_factory.mktemp("export")
    for name, header, body in (
        ("Invitations.csv", HEADER.split(","), rows),
        ("Connections.csv", CONNECTED.split(","), []),
        ("people.csv", ["url", "activity"], known),
    ):
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *body])

    export = read_export(folder)

    assert [
        (read.name, read.sent_at, read.note, read.direction, read.activity) for read in export.invitations
    ] == expected
    assert export.problems == ()
