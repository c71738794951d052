from datetime import timedelta

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.events.domain.poll import (
    POLL,
    CastVote,
    ClosePoll,
    OpenPoll,
    Option,
    PollAgreed,
    PollFailed,
    PollOpened,
    VoteCast,
)
from services.kernel.base.problem import NotFound
from services.kernel.testing import given
from tests.support.sample_community import KEDIRI, NOW
from tests.unit.events.sample_times import END, START

DAY = timedelta(days=1)
EARLY, LATE = Option(START, END), Option(START + DAY, END + DAY)
CLOSES = NOW + DAY
OPENED = PollOpened("Kapan?", KEDIRI, (EARLY, LATE), CLOSES, 2)
CLOSE = ClosePoll(CLOSES, "deadline")


def opening(*options: Option, closes: object = CLOSES) -> OpenPoll:
    return OpenPoll("Kapan?", KEDIRI, options, closes, 2, NOW)  # type: ignore[arg-type]


def test_a_poll_asks_about_times_to_come_in_their_order_and_once_each() -> None:
    given(POLL).when(opening(LATE, EARLY, LATE)).then(OPENED)
    given(POLL, OPENED).when(opening(LATE)).then()
    given(POLL).when(opening(Option(END, START))).refused("ends-before-start")
    given(POLL).when(opening(EARLY, closes=NOW)).refused("poll-closes-in-the-past")
    given(POLL).when(opening(EARLY, closes=START)).refused("poll-closes-too-late")


def test_the_last_vote_counts_until_the_poll_is_closed() -> None:
    given(POLL, OPENED).when(CastVote("ani", (2, 1, 2), NOW)).then(VoteCast("ani", (1, 2)))
    given(POLL, OPENED, VoteCast("ani", (1,))).when(CastVote("ani", (1,), NOW)).then()
    given(POLL, OPENED, VoteCast("ani", (1,))).when(CastVote("ani", (), NOW)).then(VoteCast("ani", ()))
    given(POLL, OPENED).when(CastVote("ani", (3,), NOW)).refused("no-such-option")
    given(POLL, OPENED).when(CastVote("ani", (1,), CLOSES)).refused("poll-closed")
    given(POLL, OPENED, PollFailed(0, KEDIRI)).when(CastVote("ani", (1,), NOW)).refused("poll-closed")


def test_the_time_with_the_most_votes_is_agreed_and_the_earliest_of_equals() -> None:
    history = (OPENED, VoteCast("ani", (1, 2)), VoteCast("budi", (2,)))
    given(POLL, *history).when(CLOSE).then(PollAgreed(2, LATE.starts, LATE.ends, 2, 2, KEDIRI))
    given(POLL, *history, VoteCast("citra", (1,))).when(CLOSE).then(PollAgreed(1, START, END, 2, 3, KEDIRI))


def test_fewer_voters_than_the_quorum_agree_on_nothing_and_a_withdrawn_vote_does_not_count() -> None:
    given(POLL, OPENED, VoteCast("ani", (1,))).when(CLOSE).then(PollFailed(1, KEDIRI))
    given(POLL, OPENED, VoteCast("ani", (1,)), VoteCast("budi", ())).when(CLOSE).then(PollFailed(1, KEDIRI))


def test_a_poll_is_closed_once() -> None:
    given(POLL, OPENED, PollFailed(1, KEDIRI)).when(CLOSE).then()
    with pytest.raises(NotFound):
        given(POLL).when(CLOSE)


@given_any(st.dictionaries(st.sampled_from("abcdefgh"), st.sets(st.integers(1, 2)), max_size=8))
def test_the_agreed_time_has_the_most_votes_always(votes: dict[str, set[int]]) -> None:
    poll = POLL.fold([OPENED, *(VoteCast(person, tuple(sorted(chosen))) for person, chosen in votes.items())])
    (outcome,) = POLL.decide(CLOSE, poll)
    voters = sum(bool(chosen) for chosen in votes.values())
    assert isinstance(outcome, PollAgreed) == (voters >= 2)
    if isinstance(outcome, PollAgreed):
        counts = {number: sum(number in chosen for chosen in votes.values()) for number in (1, 2)}
        assert outcome.votes == counts[outcome.option] == max(counts.values())
        assert outcome.option == min(number for number, count in counts.items() if count == outcome.votes)
