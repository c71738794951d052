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
from tests.support.sending import Desk
from tests.unit.notifications.facts import START


@pytest.fixture
def desk(mongodb_uri: str, database: Database[dict[str, Any]]) -> Desk:
    return Desk(connect(mongodb_uri)[database.name], RetryPolicy(batch=5, attempts=3, delay=10, longest=60))


def test_an_address_refused_for_good_fails_alone_and_is_counted(desk: Desk) -> None:
    desk.plan("sri", "budi")
    desk.server.raises["sri@x.example"] = Rejected("550")
    desk.sender.send_due(START)
    assert (desk.state("sri")["state"], desk.state("sri")["reason"]) == ("failed", "550")
    assert desk.state("budi")["state"] == "sent"
    assert desk.ended == {"failed": 1, "sent": 1}
    desk.sender.send_due(START)
    assert len(desk.server.sent) == 2


def test_a_temporary_refusal_is_tried_again_later_and_later_and_not_for_ever(desk: Desk) -> None:
    desk.plan("sri")
    desk.server.raises["sri@x.example"] = Deferred("451")
    waits = []
    while desk.state("sri")["state"] == "planned":
        desk.sender.send_due(START)
        assert desk.sender.send_due(START) == 0  # not before its time
        waits.append((desk.state("sri")["retry_at"] - desk.now).total_seconds())
        desk.now = max(desk.now, desk.state("sri")["retry_at"])
    assert desk.state("sri")["reason"] == "tried-too-often"
    assert len(desk.server.sent) == 3
    assert {mail.message_id for mail in desk.server.sent} == {f"{delivery_id('fact', 'sri', 'email')}@jejaring.test"}
    assert 5 <= waits[0] <= 15
    assert 10 <= waits[1] <= 30
    assert 20 <= waits[2] <= 60


def test_a_server_that_refuses_us_in_the_middle_costs_no_attempt_either(desk: Desk) -> None:
    desk.plan("sri")
    desk.server.raises["sri@x.example"] = ChannelDown("530")
    for _ in range(5):
        desk.sender.send_due(START)
        desk.seconds += 100
    assert (desk.state("sri")["state"], desk.state("sri")["attempts"]) == ("planned", 0)


def test_while_nobody_takes_mail_passes_rest_longer_and_longer(desk: Desk) -> None:
    desk.plan("sri")
    desk.server.down = True
    desk.sender.send_due(START)
    desk.server.down = False
    assert desk.sender.send_due(START) == 0
    desk.seconds += desk.policy.pause
    assert desk.sender.send_due(START) == 1
    assert desk.state("sri")["state"] == "sent"


def test_one_pass_sends_no_more_than_its_batch(desk: Desk) -> None:
    desk.plan(*(f"m{n}" for n in range(12)))
    assert [desk.sender.send_due(START) for _ in range(4)] == [5, 5, 2, 0]
    assert len(desk.server.sent) == 12


def test_two_senders_at_once_lose_no_mail_and_repeat_none_under_another_identity(desk: Desk) -> None:
    people = [f"m{n}" for n in range(20)]
    desk.plan(*people)
    senders = [desk.another(), desk.another()]

    def work(sender: Sender) -> None:
        for _ in range(12):
            sender.send_due(START)

    threads = [threading.Thread(target=work, args=(sender,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = Counter(mail.message_id for mail in desk.server.sent)
    assert set(sent) == {f"{delivery_id('fact', person, 'email')}@jejaring.test" for person in people}
    assert {desk.state(person)["state"] for person in people} == {"sent"}


def test_the_channel_that_rests_lets_the_other_go_on_and_neither_costs_an_attempt(desk: Desk) -> None:
    desk.plan("sri", "budi")
    other = desk.beside_it_telegram()
    desk.documents.update_one({"person": "budi"}, {"$set": {"channel": "telegram", "alone": False}})
    desk.preferences["budi"] = Preference(Wishes(telegram=True))
    desk.server.down = True
    desk.sender.send_due(START)
    assert (desk.state("budi")["state"], len(other.sent)) == ("sent", 1)
    assert (desk.state("sri")["state"], desk.state("sri")["attempts"]) == ("planned", 0)


def test_where_another_channel_works_a_refusal_for_good_is_not_the_end(desk: Desk) -> None:
    desk.plan("sri")
    other = desk.beside_it_telegram()
    desk.server.raises["sri@x.example"] = Rejected("550")
    desk.sender.send_due(START)
    desk.sender.send_due(START)
    assert [letter.to for letter in other.sent] == ["chat-sri"]
    assert desk.outcomes.bounced == ["sri"]
    assert (desk.state("sri")["state"], desk.state("sri")["via"]) == ("sent", "telegram")


def test_what_nobody_knows_to_have_arrived_goes_by_no_other_channel_and_flags_nobody(desk: Desk) -> None:
    desk.plan("sri")
    other = desk.beside_it_telegram()
    desk.server.raises["sri@x.example"] = Rejected("unanswered", Fault.UNKNOWN)
    desk.sender.send_due(START)
    desk.sender.send_due(START)
    assert (other.sent, desk.outcomes.bounced, desk.state("sri")["state"]) == ([], [], "failed")


def test_a_wrong_address_is_told_before_the_outcome_is_stored(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.plan("sri")
    desk.server.raises["sri@x.example"] = Rejected("550")

    def away(*_: Any) -> None:
        raise AutoReconnect("the database is away")

    monkeypatch.setattr(desk.deliveries, "end_delivery", away)
    with pytest.raises(AutoReconnect):
        desk.sender.send_due(START)
    assert (desk.state("sri")["state"], desk.outcomes.bounced) == ("sending", ["sri"])
    monkeypatch.undo()
    desk.sender.send_due(START)
    assert (desk.state("sri")["state"], desk.outcomes.bounced) == ("failed", ["sri", "sri"])


def test_a_text_that_is_refused_flags_nobody_and_goes_by_another_channel(desk: Desk) -> None:
    desk.plan("sri")
    desk.beside_it_telegram()
    desk.server.raises["sri@x.example"] = Rejected("554", Fault.LETTER)
    desk.sender.send_due(START)
    desk.sender.send_due(START)
    assert (desk.state("sri")["state"], desk.state("sri")["via"]) == ("sent", "telegram")
    assert desk.outcomes.bounced == []


def test_a_server_that_says_when_to_come_again_is_left_alone_until_then_and_it_is_no_attempt(desk: Desk) -> None:
    desk.plan("sri")
    desk.server.raises["sri@x.example"] = Deferred("429", 30.0)
    for _ in range(desk.policy.attempts + 1):
        desk.sender.send_due(START)
        assert desk.state("sri")["retry_at"] == desk.now + timedelta(seconds=30)
        desk.now += timedelta(seconds=30)
    assert (desk.state("sri")["state"], desk.state("sri")["attempts"]) == ("planned", 0)


def test_what_was_taken_back_while_it_was_being_sent_ends_where_a_crash_left_it(desk: Desk) -> None:
    desk.plan("sri", "budi")
    for person, state in (("sri", "sending"), ("budi", "planned")):
        desk.documents.update_one({"person": person}, {"$set": {"state": state, "announcement": "n"}})
    desk.deliveries.take_back("n", "the withdrawal", START, "withdrawn")
    assert (desk.state("sri")["state"], desk.state("budi")["state"]) == ("sending", "withdrawn")
    assert desk.deliveries.already_told("n", "the withdrawal", ["sri", "budi"]) == {"sri"}
    desk.sender.send_due(START)
    assert desk.server.sent == []
    assert (desk.state("sri")["state"], desk.state("sri")["reason"]) == ("withdrawn", "withdrawn")


def test_what_has_ended_never_begins_again(desk: Desk) -> None:
    desk.plan("sri")
    desk.sender.send_due(START)
    desk.plan("sri")  # the same fact told again
    desk.sender.send_due(START)
    assert len(desk.server.sent) == 1


def test_a_mail_server_that_hangs_holds_nobody_for_longer_than_its_timeout(desk: Desk) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        desk.server = SmtpServer(f"smtp://127.0.0.1:{mute.getsockname()[1]}", "a@b.example", seconds=0.2)  # type: ignore[assignment]
        desk.plan("sri", "budi")
        before = datetime.now(UTC)
        desk.another().send_due(START)
        assert (datetime.now(UTC) - before).total_seconds() < 2
        assert desk.state("sri")["attempts"] == 0
