"""Limits are kept by waiting beforehand; no order of asking lets more through."""

from hypothesis import given
from hypothesis import strategies as st

from services.kernel.telegram.pacing import EVERYTHING, ONE_GROUP, Pacing, Rate

GROUP, PERSON = "-1001", "77"


def test_the_second_message_to_a_chat_waits_for_a_second():
    pacing = Pacing()
    assert pacing.take(PERSON, 10.0) == 0
    assert pacing.take(PERSON, 10.25) == 0.75
    assert pacing.take("78", 10.25) == 0
    assert pacing.take(PERSON, 11.0) == 0


def test_a_group_gets_twenty_a_minute():
    pacing, now, sent = Pacing(), 0.0, 0
    while now < 60.0:
        wait = pacing.take(GROUP, now)
        sent += wait == 0
        now += wait or 1.0
    # Twenty at once after a silence and one every three seconds: Telegram's own counting is no finer.
    assert sent <= 2 * ONE_GROUP.count


def test_a_429_holds_one_chat_or_all():
    pacing = Pacing()
    pacing.hold(5.0, 0.0, PERSON)
    assert pacing.take(PERSON, 1.0) == 4.0
    assert pacing.take(GROUP, 1.0) == 0
    pacing.hold(2.0, 1.0)
    assert pacing.take("79", 2.0) == 1.0
    assert pacing.take("79", 3.0) == 0


@given(st.lists(st.tuples(st.integers(0, 40), st.floats(0, 0.2)), max_size=200))
def test_never_more_than_the_whole_rate_goes_out(asked):
    pacing, now, gone = Pacing(chat=Rate(1000, 1.0)), 0.0, []
    for chat, passed in asked:
        now += passed
        if pacing.take(chat, now) == 0:
            gone.append(now)
    for start in gone:
        assert sum(start <= at < start + 1.0 for at in gone) <= 2 * EVERYTHING.count


def test_a_refused_pacing_request_takes_no_token():
    pacing = Pacing(everything=Rate(1, 1.0))
    assert pacing.take(PERSON, 0.0) == 0
    for _ in range(10):
        assert pacing.take(GROUP, 0.5) == 0.5
    assert pacing.take(GROUP, 1.0) == 0


def test_remembered_chats_are_limited(monkeypatch):
    monkeypatch.setattr("services.kernel.telegram.pacing.CHATS_REMEMBERED", 5)
    pacing = Pacing()
    for chat in range(100):
        pacing.take(chat, float(chat * 10))
    assert len(pacing._buckets) <= 6
