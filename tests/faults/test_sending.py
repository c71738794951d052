"""The sender when a channel's server refuses, is away, hangs, or says when to come again."""

import socket
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from services.kernel.base.mongo import connect
from services.notifications.domain.preference import Preference, Wishes
from services.notifications.sending.channel import ChannelDown, Deferred, Fault, Rejected
from services.notifications.sending.delivery import delivery_id
from services.notifications.sending.mail import SmtpServer
from services.notifications.sending.retry_policy import RetryPolicy
from services.notifications.sending.sender import Sender
from tests.support.sender_harness import SenderHarness
from tests.unit.notifications.facts import START


@pytest.fixture
def harness(mongodb_uri: str, database: Database[dict[str, Any]]) -> SenderHarness:
    return SenderHarness(connect(mongodb_uri)[database.name], RetryPolicy(batch=5, attempts=3, delay=10, longest=60))


def test_an_address_refused_for_good_fails_alone_and_is_counted(harness: SenderHarness) -> None:
    harness.plan("sri", "budi")
    harness.server.raises["sri@x.example"] = Rejected("550")
    harness.sender.send_due(START)
    assert (harness.state("sri")["state"], harness.state("sri")["reason"]) == ("failed", "550")
    assert harness.state("budi")["state"] == "sent"
    assert harness.ended == {"failed": 1, "sent": 1}
    harness.sender.send_due(START)
    assert len(harness.server.sent) == 2


def test_a_temporary_refusal_is_tried_again_later_and_later_and_not_for_ever(harness: SenderHarness) -> None:
    harness.plan("sri")
    harness.server.raises["sri@x.example"] = Deferred("451")
    waits = []
    while harness.state("sri")["state"] == "planned":
        harness.sender.send_due(START)
        assert harness.sender.send_due(START) == 0  # not before its time
        waits.append((harness.state("sri")["retry_at"] - harness.now).total_seconds())
        harness.now = max(harness.now, harness.state("sri")["retry_at"])
    assert harness.state("sri")["reason"] == "tried-too-often"
    assert len(harness.server.sent) == 3
    assert {mail.message_id for mail in harness.server.sent} == {f"{delivery_id('fact', 'sri', 'email')}@jejaring.test"}
    assert 5 <= waits[0] <= 15
    assert 10 <= waits[1] <= 30
    assert 20 <= waits[2] <= 60


def test_a_server_that_refuses_us_in_the_middle_costs_no_attempt_either(harness: SenderHarness) -> None:
    harness.plan("sri")
    harness.server.raises["sri@x.example"] = ChannelDown("530")
    for _ in range(5):
        harness.sender.send_due(START)
        harness.seconds += 100
    assert (harness.state("sri")["state"], harness.state("sri")["attempts"]) == ("planned", 0)


def test_the_sender_pauses_longer_and_longer_while_the_mail_server_is_down(harness: SenderHarness) -> None:
    harness.plan("sri")
    harness.server.down = True
    harness.sender.send_due(START)
    harness.server.down = False
    assert harness.sender.send_due(START) == 0
    harness.seconds += harness.policy.pause
    assert harness.sender.send_due(START) == 1
    assert harness.state("sri")["state"] == "sent"


def test_one_pass_sends_no_more_than_its_batch(harness: SenderHarness) -> None:
    harness.plan(*(f"m{n}" for n in range(12)))
    assert [harness.sender.send_due(START) for _ in range(4)] == [5, 5, 2, 0]
    assert len(harness.server.sent) == 12


def test_two_senders_at_once_lose_no_mail_and_repeat_none_under_another_identity(harness: SenderHarness) -> None:
    people = [f"m{n}" for n in range(20)]
    harness.plan(*people)
    senders = [harness.another(), harness.another()]

    def work(sender: Sender) -> None:
        for _ in range(12):
            sender.send_due(START)

    threads = [threading.Thread(target=work, args=(sender,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = Counter(mail.message_id for mail in harness.server.sent)
    assert set(sent) == {f"{delivery_id('fact', person, 'email')}@jejaring.test" for person in people}
    assert {harness.state(person)["state"] for person in people} == {"sent"}


def test_a_delivery_that_another_sender_has_begun_meanwhile_is_sent_by_that_sender_alone(
    harness: SenderHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.plan("sri")
    seen = harness.deliveries.one(delivery_id("fact", "sri", "email"))
    assert seen is not None
    # The other sender begins between this sender's look at the delivery and its own attempt.
    monkeypatch.setattr(harness.server, "reach", lambda: harness.deliveries.begin_attempt(seen, "email"))
    assert harness.sender.send_due(START) == 0
    assert harness.server.sent == []
    assert (harness.state("sri")["state"], harness.state("sri")["attempts"]) == ("sending", 1)
    # Nothing more was heard of the other sender: the delivery is sent again, under the same identity.
    monkeypatch.undo()
    harness.sender.send_due(START)
    assert [letter.message_id for letter in harness.server.sent] == [f"{seen.id}@jejaring.test"]
    assert harness.state("sri")["state"] == "sent"


def test_the_channel_that_rests_lets_the_other_go_on_and_neither_costs_an_attempt(harness: SenderHarness) -> None:
    harness.plan("sri", "budi")
    other = harness.beside_it_telegram()
    harness.documents.update_one({"person": "budi"}, {"$set": {"channel": "telegram", "alone": False}})
    harness.preferences["budi"] = Preference(Wishes(telegram=True))
    harness.server.down = True
    harness.sender.send_due(START)
    assert (harness.state("budi")["state"], len(other.sent)) == ("sent", 1)
    assert (harness.state("sri")["state"], harness.state("sri")["attempts"]) == ("planned", 0)


def test_a_permanent_refusal_falls_back_to_another_channel(harness: SenderHarness) -> None:
    harness.plan("sri")
    other = harness.beside_it_telegram()
    harness.server.raises["sri@x.example"] = Rejected("550")
    harness.sender.send_due(START)
    harness.sender.send_due(START)
    assert [letter.to for letter in other.sent] == ["chat-sri"]
    assert harness.outcomes.bounced == ["sri"]
    assert (harness.state("sri")["state"], harness.state("sri")["via"]) == ("sent", "telegram")


def test_a_delivery_of_unknown_outcome_uses_no_other_channel_and_flags_no_contact(harness: SenderHarness) -> None:
    harness.plan("sri")
    other = harness.beside_it_telegram()
    harness.server.raises["sri@x.example"] = Rejected("unanswered", Fault.UNKNOWN)
    harness.sender.send_due(START)
    harness.sender.send_due(START)
    assert (other.sent, harness.outcomes.bounced, harness.state("sri")["state"]) == ([], [], "failed")


def test_a_wrong_address_is_told_before_the_outcome_is_stored(
    harness: SenderHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.plan("sri")
    harness.server.raises["sri@x.example"] = Rejected("550")

    def away(*_: Any) -> None:
        raise AutoReconnect("the database is away")

    monkeypatch.setattr(harness.deliveries, "end_delivery", away)
    with pytest.raises(AutoReconnect):
        harness.sender.send_due(START)
    assert (harness.state("sri")["state"], harness.outcomes.bounced) == ("sending", ["sri"])
    monkeypatch.undo()
    harness.sender.send_due(START)
    assert (harness.state("sri")["state"], harness.outcomes.bounced) == ("failed", ["sri", "sri"])


def test_a_text_that_is_refused_flags_nobody_and_goes_by_another_channel(harness: SenderHarness) -> None:
    harness.plan("sri")
    harness.beside_it_telegram()
    harness.server.raises["sri@x.example"] = Rejected("554", Fault.LETTER)
    harness.sender.send_due(START)
    harness.sender.send_due(START)
    assert (harness.state("sri")["state"], harness.state("sri")["via"]) == ("sent", "telegram")
    assert harness.outcomes.bounced == []


def test_a_server_that_says_when_to_come_again_is_left_alone_until_then_and_it_is_no_attempt(
    harness: SenderHarness,
) -> None:
    harness.plan("sri")
    harness.server.raises["sri@x.example"] = Deferred("429", 30.0)
    for _ in range(harness.policy.attempts + 1):
        harness.sender.send_due(START)
        assert harness.state("sri")["retry_at"] == harness.now + timedelta(seconds=30)
        harness.now += timedelta(seconds=30)
    assert (harness.state("sri")["state"], harness.state("sri")["attempts"]) == ("planned", 0)


def test_a_delivery_withdrawn_during_a_crashed_sending_ends(harness: SenderHarness) -> None:
    harness.plan("sri", "budi")
    for person, state in (("sri", "sending"), ("budi", "planned")):
        harness.documents.update_one({"person": person}, {"$set": {"state": state, "announcement": "n"}})
    harness.deliveries.take_back("n", "the withdrawal", START, "withdrawn")
    assert (harness.state("sri")["state"], harness.state("budi")["state"]) == ("sending", "withdrawn")
    assert harness.deliveries.already_told("n", "the withdrawal", ["sri", "budi"]) == {"sri"}
    harness.sender.send_due(START)
    assert harness.server.sent == []
    assert (harness.state("sri")["state"], harness.state("sri")["reason"]) == ("withdrawn", "withdrawn")


def test_an_ended_delivery_is_never_sent_again(harness: SenderHarness) -> None:
    harness.plan("sri")
    harness.sender.send_due(START)
    harness.plan("sri")  # the same fact told again
    harness.sender.send_due(START)
    assert len(harness.server.sent) == 1


def test_a_hanging_mail_server_delays_sending_only_for_its_timeout(harness: SenderHarness) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        harness.server = SmtpServer(f"smtp://127.0.0.1:{mute.getsockname()[1]}", "a@b.example", seconds=0.2)  # type: ignore[assignment]
        harness.plan("sri", "budi")
        before = datetime.now(UTC)
        harness.another().send_due(START)
        assert (datetime.now(UTC) - before).total_seconds() < 2
        assert harness.state("sri")["attempts"] == 0
