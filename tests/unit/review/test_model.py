"""A review: everything about every record at one instant, and what is unknown."""

from __future__ import annotations

from datetime import timedelta

from builders import policy
from strategies import NOW, random_invitations

from invitepolicy import Account, Invitation, decide, decide_account, load_policy, summarize
from invitepolicy.review.model import (
    UnknownFact,
    account_to_dict,
    answer_each,
    find_unknowns,
    invitation_to_dict,
    review_invitations,
)
from invitepolicy.sources.problems import RowProblem

FAQ = load_policy("faq")
RECORDS = random_invitations(40, seed=3)


def test_a_review_is_what_decide_says():
    """For every record, with the account that the records show, and what is known of it besides."""
    known = Account(tier="free", pending=700)

    review = review_invitations(FAQ, RECORDS, now=NOW, account=known)

    assert (review.account.pending, review.account.tier) == (700, "free")
    assert review.account.sent_last_week == summarize(RECORDS, now=NOW).sent_last_week
    assert review.account_advice == decide_account(FAQ, RECORDS, now=NOW, account=known)
    assert [one.invitation for one in review.answered] == RECORDS
    assert [one.advice for one in review.answered] == [
        decide(FAQ, record, now=NOW, account=review.account) for record in RECORDS
    ]


def test_records_that_are_not_all_there_are_show_no_account():
    """It is what is said of it, and no more."""
    review = review_invitations(FAQ, RECORDS, now=NOW, summarized=False)

    assert review.account == Account()
    assert review.account_advice["standing"].outcome == "undetermined"


def test_answers_can_be_watched():
    """Each as it is decided."""
    seen = []

    def watch(answers):
        for one in answers:
            seen.append(one.invitation)
            yield one

    review_invitations(FAQ, RECORDS, now=NOW, watch=watch)

    assert seen == RECORDS


def test_answers_come_one_at_a_time():
    """Of an endless list the first is answered before the second is read."""
    read = []

    def endless():
        while True:
            read.append(1)
            yield Invitation()

    answers = answer_each(FAQ, endless(), now=NOW, account=Account())
    next(answers)
    next(answers)

    assert len(read) == 2


def test_a_review_is_plain_data():
    """Ready for JSON, with its problems."""
    problem = RowProblem("a.csv:3", "error", "it is empty")

    plain = review_invitations(FAQ, [Invitation(name="Ann")], now=NOW, problems=[problem]).to_dict()

    assert plain["policy"] == {"name": "faq", "fingerprint": FAQ.fingerprint}
    assert plain["now"] == "2026-03-15T12:00:00Z"
    assert plain["account"]["facts"]["account_pending"] == 1
    assert set(plain["account"]["decisions"]) == {"standing", "pace"}
    assert plain["invitations"][0]["invitation"]["name"] == "Ann"
    assert plain["problems"] == [{"place": "a.csv:3", "level": "error", "what": "it is empty"}]


def test_records_and_accounts_are_plain_data():
    """Instants are text, tags stand in order, own facts too; what is not known is null."""
    plain = invitation_to_dict(Invitation(sent_at=NOW, tags={"b", "a"}, facts={"my_at": NOW, "my_tags": ["z", "y"]}))

    assert plain["sent_at"] == "2026-03-15T12:00:00Z"
    assert plain["tags"] == ["a", "b"]
    assert plain["facts"] == {"my_at": "2026-03-15T12:00:00Z", "my_tags": ["y", "z"]}
    assert plain["name"] is None
    assert account_to_dict(Account(pending=3))["account_pending"] == 3


def test_what_is_unknown_is_counted_where_it_matters():
    """Of open invitations only, and only where another word would be another answer."""
    fresh = Invitation(sent_at=NOW, relationship="known")
    old = Invitation(sent_at=NOW - timedelta(days=100), relationship="known")
    closed = Invitation(sent_at=NOW, status="accepted")

    unknowns = find_unknowns(review_invitations(FAQ, [fresh, old, closed], now=NOW))

    assert unknowns == [UnknownFact("activity", 2, 1)]


def test_a_policy_that_asks_nothing_of_people_lacks_nothing():
    """Then no unknown fact is listed."""
    plain = policy("decisions: {stay: {otherwise: {then: 'yes', because: It stays.}}}")

    assert find_unknowns(review_invitations(plain, [Invitation()], now=NOW)) == []
