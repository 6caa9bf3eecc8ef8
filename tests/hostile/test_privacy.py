"""No name, note or address of a person in an exception, a log or a `repr`: a canary in each field."""

from __future__ import annotations

import io
import json
import logging
import traceback
from datetime import timedelta

import attrs
import pytest
from exports import ME, address, write_export
from strategies import NOW

from invitepolicy import (
    Account,
    Invitation,
    InvitePolicyError,
    RecordError,
    as_invitation,
    decide,
    decide_account,
    decide_each,
    load_policy,
    parse_policy,
    summarize,
    with_settings,
)
from invitepolicy.analysis.diff import diff_policies, impact
from invitepolicy.cli import main
from invitepolicy.explain import explain
from invitepolicy.review.backtest import backtest
from invitepolicy.review.model import review_invitations
from invitepolicy.review.upcoming import coming_changes
from invitepolicy.sources.anonymize import anonymize
from invitepolicy.sources.jsonl import read_records
from invitepolicy.sources.linkedin import read_export
from invitepolicy.sources.linkedin.archive import read_files
from invitepolicy.sources.linkedin.csv_table import CsvRow
from invitepolicy.sources.linkedin.matching import person_key
from invitepolicy.store import PolicyStore
from invitepolicy.timeline import timeline

CANARY = "Quetzalcoatlus"
FAQ = load_policy("faq")
FORMATS = ("text", "json", "jsonl", "csv", "html", "ics")
CLOCK = ("--now", NOW.isoformat())
FIELDS = {
    "name": CANARY,
    "url": f"https://www.linkedin.com/in/{CANARY}",
    "note": f"Dear {CANARY}",
    "tags": [CANARY],
    "facts": {"my_diary": CANARY},
}
WRONG = {  # a value that its field refuses, with a canary in it
    "name": [CANARY], "url": {CANARY: 1}, "note": (CANARY,), "tags": {CANARY: 1}, "facts": {"diary": CANARY},
    "direction": CANARY, "status": CANARY, "status_basis": CANARY, "relationship": CANARY, "activity": CANARY,
    "sent_at": CANARY, "answered_at": CANARY, "withdrawn_at": CANARY, "last_active_at": CANARY,
    "attempts": CANARY, "email_requested": CANARY, CANARY: 1, f"my {CANARY}": 1,
}  # fmt: skip
OWN = parse_policy(
    "invitepolicy: 1\nname: own\nextends: faq\nfacts: {my_field: [law, art], my_met: clock, my_friends: count}\n"
    "decisions:\n  withdraw:\n    rules:\n      - rule: r\n        when:\n"
    "          {my_field: law, my_met: given, my_friends: 2}\n        then: consider\n        because: x\n"
)
COLUMNS = ("From", "To", "Sent At", "Message", "Direction", "inviterProfileUrl", "inviteeProfileUrl")
FINE = ("Me", f"{CANARY} A", '"3/11/26, 12:00 PM"', CANARY, "OUTGOING", ME, address(CANARY))
BAD = {  # what a row or a file may be refused or remarked for
    "no date": ",".join((*FINE[:2], CANARY, *FINE[3:])),
    "no direction": ",".join((*FINE[:4], CANARY, *FINE[5:])),
    "too short": f"Me,{CANARY}",
    "too long": ",".join([*FINE, CANARY, CANARY]),
    "nul": ",".join(FINE).replace(CANARY, f"{CANARY}\0"),
    "an open quote": f'Me,"{CANARY},x\n' + ",".join(FINE),
    "twice": ",".join(FINE) + "\n" + ",".join(FINE),
    "a gap in time": ",".join((*FINE[:2], '"3/8/26, 2:30 AM"', *FINE[3:])),
    "too large": ",".join((*FINE[:3], CANARY * 10_000, *FINE[4:])),
}


def record(**fields):
    """Return a pending invitation with a canary in every text."""
    return Invitation(**{"sent_at": NOW - timedelta(days=3), **FIELDS, **fields})


def logged(error):
    """Return all that a log shows of an exception: text, `repr`, the whole chain, the traceback."""
    chain = [error]
    while before := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(before)
    return "".join(f"{one} {one!r}" for one in chain) + "".join(traceback.format_exception(error))


@pytest.mark.parametrize("field", WRONG)
@pytest.mark.parametrize("others", [{}, FIELDS], ids=["alone", "beside other canaries"])
def test_a_refused_field_is_named_and_not_repeated(field, others):
    """By `as_invitation`, and where the field is one, by `Invitation` and `decide`."""
    given = {**others, field: WRONG[field]}

    for call in (as_invitation, lambda given: decide(FAQ, given, now=NOW)):
        with pytest.raises(RecordError) as caught:
            call(given)
        assert CANARY not in logged(caught.value).replace(CANARY if CANARY in field else "\0", "")
    if field in Invitation.__attrs_attrs__:
        with pytest.raises(RecordError) as caught:
            Invitation(**given)
        assert CANARY not in logged(caught.value)


@pytest.mark.parametrize("fact", [{"my_field": CANARY}, {"my_met": CANARY}, {"my_friends": CANARY}])
def test_an_own_fact_of_the_wrong_kind_is_not_repeated(fact):
    """When it is decided, and when it is read from a line."""
    line = json.dumps({"name": CANARY, "facts": fact}).encode()
    (found,) = read_records([line], facts=OWN.facts.values())

    assert CANARY not in repr(found)
    with pytest.raises(RecordError) as caught:
        decide(OWN, record(facts=fact), now=NOW)
    assert CANARY not in logged(caught.value)


@pytest.mark.parametrize("field", [field for field in WRONG if CANARY not in field])
def test_a_refused_line_is_told_by_its_number(field):
    """Whatever field it is of: the message says which, and not what was in it."""
    lines = [json.dumps({**FIELDS, field: WRONG[field]}).encode(), f'{{"{CANARY}": 1}}'.encode()]
    lines += [f'{{"name": "{CANARY}"'.encode(), f'["{CANARY}"]'.encode(), CANARY.encode() + b"\xff"]

    results = list(read_records(lines))

    assert [one.place for one in results] == [f"records:{number}" for number in range(1, 6)]
    assert CANARY not in repr([one for one in results if one.place != "records:2"])


@pytest.mark.parametrize("why", BAD)
def test_a_refused_row_is_told_by_its_line(why, tmp_path, capsys):
    """In the problems of an export, in the remarks of `review`, and in what the export's `repr` shows."""
    write_export(tmp_path, [*BAD[why].split("\n")])

    export = read_export(tmp_path)
    main(["review", str(tmp_path), "-p", "faq", "--format", "jsonl", *CLOCK])

    assert CANARY not in repr(export)
    assert CANARY not in "".join(problem.what for problem in export.problems)
    assert CANARY not in capsys.readouterr().err


@pytest.mark.parametrize(
    "column", ["status", "activity", "attempts", "withdrawn_at", "email_requested", "my_x", "tags"]
)
def test_a_refused_cell_of_the_people_sheet_is_not_repeated(column, tmp_path):
    """Its column and its line are reported."""
    write_export(tmp_path, [",".join(FINE)], people=[f"url,name,{column}", f"{address(CANARY)},{CANARY},{CANARY}\0"])

    export = read_export(tmp_path)

    assert CANARY not in repr(export)
    assert CANARY not in "".join(problem.what for problem in export.problems)


@pytest.mark.parametrize("header", ["Sent At", "From,To", f"{CANARY},To,Sent At", "From,To,Sent At,Sent At"])
def test_a_refused_file_does_not_show_its_rows(header, tmp_path):
    """Only what it lacks."""
    write_export(tmp_path, [",".join(FINE)], header=header)

    with pytest.raises(InvitePolicyError) as caught:
        read_export(tmp_path)
    assert CANARY not in logged(caught.value)


def values(tmp_path):
    """Yield every public value that may hold something of a person."""
    one, other = record(tags=()), record(status="accepted", answered_at=NOW, direction="incoming", tags=["vip"])
    account = summarize([one, other], now=NOW)
    write_export(tmp_path, [",".join(FINE)], people=["url,name,status", f"{address(CANARY)},{CANARY},pending"])
    yield from (one, other, account, Account(restricted_at=NOW))
    yield decide(FAQ, one, now=NOW)
    yield from decide(FAQ, one, now=NOW).values()
    yield list(decide_each(FAQ, [one, other], now=NOW))
    yield decide_account(FAQ, [one, other], now=NOW)
    yield explain(FAQ, one, "withdraw", now=NOW)
    yield timeline(FAQ, one, "withdraw")
    yield backtest(FAQ, [one, other], now=NOW)
    yield diff_policies(FAQ, with_settings(FAQ, longest_wait="30 days"))
    yield impact(FAQ, with_settings(FAQ, longest_wait="30 days"), [one, other], now=NOW)
    yield coming_changes(review_invitations(FAQ, [one, other], now=NOW), until=NOW + timedelta(days=90))
    yield review_invitations(FAQ, [one, other], now=NOW)
    yield list(anonymize(FAQ, [one, other]))
    yield read_export(tmp_path)
    yield read_files(tmp_path, ["Invitations.csv", "people.csv"])
    yield person_key(CANARY, CANARY, CANARY)
    yield CsvRow("x:1", {"To": CANARY})


def test_no_repr_of_a_value_shows_a_person(tmp_path):
    """Of records, answers, explanations, lives, reviews, backtests, differences, exports, and what they hold."""
    shown = [repr(value) for value in values(tmp_path)]

    assert len(shown) > 20
    assert [text for text in shown if CANARY in text] == []


@pytest.mark.parametrize("field", ["name", "url", "note", "tags", "facts"])
def test_a_change_of_a_record_is_refused_without_the_record(field):
    """A frozen record says that it is frozen, and no more."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError) as caught:
        setattr(record(), field, CANARY)
    assert CANARY not in logged(caught.value)


def test_no_log_shows_a_person(tmp_path, caplog, capsys):
    """Everything above, and a store whose reporter fails, with every log of the process open."""
    with caplog.at_level(logging.DEBUG):
        list(values(tmp_path))
        list(read_records(io.BytesIO(json.dumps(WRONG, default=str).encode())))
        for form in FORMATS:
            main(["review", str(tmp_path), "--format", form, *CLOCK])
        (tmp_path / "mine.yaml").write_text(f"invitepolicy: 2\nname: mine\ntitle: {CANARY}\n", encoding="utf-8")
        PolicyStore(tmp_path, report=lambda *_: 1 / 0).get("mine")

    capsys.readouterr()
    assert [each.getMessage() for each in caplog.records if CANARY in each.getMessage() + str(each.args)] == []
    assert caplog.records  # the store's own was among them


@pytest.mark.parametrize("form", FORMATS)
def test_anonymous_outputs_show_nobody(form, tmp_path, capsys):
    """With `--anonymize` in each format, on stdout and in remarks; without it the name is what was asked for."""
    write_export(tmp_path, [",".join(FINE), BAD["no date"], BAD["too short"]])
    words = ["review", str(tmp_path), "-p", "faq", "--format", form, "--until", "90 days", *CLOCK]

    main([*words, "--anonymize"])
    anonymous = capsys.readouterr()
    main(words)
    named = capsys.readouterr()

    assert CANARY.lower() not in (anonymous.out + anonymous.err).lower()
    assert CANARY in named.out
    assert CANARY not in named.err


def test_a_refused_policy_does_not_show_its_other_texts():
    """A problem quotes the words that it is about, and none of those around them."""
    with pytest.raises(InvitePolicyError) as caught:
        parse_policy(f"invitepolicy: 1\nname: p\ntitle: {CANARY}\nabout: {CANARY}\nextends: faq\nsettigs: {{}}\n")
    assert CANARY not in logged(caught.value)
