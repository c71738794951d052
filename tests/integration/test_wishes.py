"""What a person wishes to be told of and when, on a real database and a real mail server."""

from datetime import timedelta
from typing import Any

import pytest

from services.kernel.declare.policy import Actor
from tests.services.notifications.harness import NotificationsHarness, community
from tests.support.members_server import TestMail
from tests.unit.notifications import facts
from tests.unit.notifications.facts import START, STARTS

NEW = "Kegiatan baru: Gathering: label barcode"
MONDAY = START.replace(day=7, hour=0)


def test_a_muted_region_is_not_told_and_stands_in_the_inbox_all_the_same(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.choose("tono", regions={"follow": [], "mute": ["kediri"]})
    harness.hear(facts.published(), facts.seat("taken", "tono"))
    harness.run()
    assert post.subjects("tono") == ["Pendaftaran tercatat: Gathering: label barcode"]
    assert harness.told("tono")["activity-published", "email"] == "unwanted"
    inbox = harness.get(Actor("person", "tono"), "/v1/me/inbox").body
    assert {line["kind"] for line in inbox["items"]} == {"activity-published", "seat-taken"}


def test_ones_own_quiet_hours_are_kept_beside_the_communitys(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("tono", "sri")
    community(harness, "tono", "sri")
    harness.choose("tono", quiet={"from": "09:00", "until": "21:30"})
    harness.hear(facts.published())
    harness.run()
    assert len(post.to("sri")) == 1
    # From 21.30 the community's own hours go on until 06.00 of the next day.
    assert harness.deliveries()["tono"]["held_until"] == START + timedelta(hours=20)
    harness.move_to(START + timedelta(hours=20))
    harness.run()
    assert len(post.to("tono")) == 1


def test_a_digest_tells_at_its_hour_what_would_have_been_told_singly_and_once(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.choose("tono", matters={"activities": "digest"})
    harness.hear(facts.published(), facts.published(activity="b", topic=None), facts.seat("taken", "tono"))
    harness.run()
    assert post.subjects("tono") == ["Pendaftaran tercatat: Gathering: label barcode"]
    harness.move_to(MONDAY)
    harness.run()
    [digest] = [mail for mail in post.to("tono") if mail["subject"] == "Ringkasan mingguan dari komunitas"]
    assert digest["text"].count("- Kegiatan baru") == 2
    assert "/kegiatan/b" in digest["text"]
    assert set(harness.told("tono").values()) == {"sent"}
    harness.move_to(MONDAY + timedelta(days=7))
    harness.run()
    digests = [subject for subject in post.subjects("tono") if subject.startswith("Ringkasan")]
    assert len(digests) == 1  # nothing was gathered, so nothing is sent


def test_a_message_that_expires_before_the_next_digest_is_sent_singly(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.choose("tono", matters={"activities": "digest"})
    harness.hear(facts.published(starts=START + timedelta(days=2)))
    harness.run()
    assert post.subjects("tono") == [NEW]


def test_a_person_who_gives_up_the_digest_gets_the_gathered_messages(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.choose("tono", matters={"activities": "digest"})
    harness.hear(facts.published())
    harness.run()
    harness.choose("tono", matters={"activities": "singly"})
    assert post.subjects("tono") == ["Ringkasan mingguan dari komunitas"]


def test_reminders_follow_a_new_time_and_come_once_each(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    community(harness)
    harness.hear(facts.published(topic=None), facts.seat("taken", "tono"))
    harness.run()
    harness.move_to(STARTS - timedelta(days=7))
    harness.run()
    later = STARTS + timedelta(days=30)
    harness.hear(facts.rescheduled(later))
    harness.run()
    for before in (timedelta(days=7), timedelta(days=1), timedelta(hours=2)):
        harness.move_to(later - before)
        harness.run()
    reminders = [mail["text"] for mail in reversed(post.to("tono")) if mail["subject"].startswith("Pengingat")]
    days = [next(line for line in text.splitlines() if line.startswith("Waktu")) for text in reminders]
    assert [day.partition(", ")[2][:16] for day in days] == ["12 Desember 2026", *["11 Januari 2027 "] * 3]


@pytest.mark.parametrize(
    "wish",
    [
        {"matters": {"weather": "off"}},
        {"matters": {"topics": "never"}},
        {"quiet": {"from": "25:00", "until": "06:00"}},
        {"quiet": {"from": "20:00"}},
        {"digest": {"every": "hour", "day": "mon", "at": "07:00"}},
        {"regions": {"follow": ["a.b"], "mute": []}},
        {"telegram": "yes"},
    ],
)
def test_wishes_that_make_no_sense_are_refused_and_change_nothing(
    harness: NotificationsHarness, wish: dict[str, Any]
) -> None:
    sri = Actor("person", "sri")
    before = harness.get(sri, "/v1/me/preferences").body
    assert harness.call(sri, "PUT", "/v1/me/preferences", {"email": True, **wish}).status == 400
    assert harness.get(sri, "/v1/me/preferences").body == before


def test_preferences_that_are_not_sent_stay(harness: NotificationsHarness) -> None:
    harness.choose("sri", telegram=True, quiet={"from": "12:00", "until": "13:00"}, matters={"topics": "off"})
    harness.choose("sri", language="en")
    chosen = harness.get(Actor("person", "sri"), "/v1/me/preferences").body
    assert (chosen["language"], chosen["telegram"]) == ("en", True)
    assert chosen["quiet"] == {"from": "12:00", "until": "13:00"}
    assert (chosen["matters"]["topics"], chosen["matters"]["activities"]) == ("off", "singly")
    harness.choose("sri", telegram=False)
    assert harness.get(Actor("person", "sri"), "/v1/me/preferences").body["language"] == "en"


@pytest.mark.parametrize("clock", ["20:00\n", "\u0662\u0660:00", "24:00", "2000"])
def test_an_invalid_time_of_day_is_malformed_and_delays_no_delivery(harness: NotificationsHarness, clock: str) -> None:
    for wish in ({"quiet": {"from": clock, "until": "06:00"}}, {"digest": {"every": "day", "day": "mon", "at": clock}}):
        body = {"email": True, **wish}
        assert harness.call(Actor("person", "sri"), "PUT", "/v1/me/preferences", body, key="wish").status == 400


def test_an_empty_digest_is_not_sent_and_not_logged(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.choose("tono", matters={"activities": "digest"}, digest={"every": "day", "day": "mon", "at": "07:00"})
    before = harness.application.log.head()
    for day in range(2, 9):
        harness.move_to(START.replace(day=day))
        harness.run()
    assert harness.application.log.head() == before


def test_a_new_hour_holds_for_what_was_gathered_and_nothing_is_lost_by_it(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.choose("tono", matters={"activities": "digest"})
    harness.hear(facts.published(), facts.published(activity="b", topic=None, starts=STARTS))
    harness.run()
    wednesday = START + timedelta(days=1, hours=7)
    harness.choose("tono", matters={"activities": "digest"}, digest={"every": "week", "day": "wed", "at": "17:00"})
    assert post.to("tono") == []
    harness.move_to(wednesday)
    harness.run()
    assert [mail["text"].count("- Kegiatan baru") for mail in post.to("tono")] == [2]


def test_a_gathered_message_that_expires_before_the_new_hour_is_sent_at_once(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.choose("tono", matters={"activities": "digest"})
    harness.hear(facts.published(starts=MONDAY + timedelta(hours=12)))
    harness.run()
    assert post.to("tono") == []
    harness.choose("tono", matters={"activities": "digest"}, digest={"every": "week", "day": "tue", "at": "08:00"})
    assert [mail["text"].count("- Kegiatan baru") for mail in post.to("tono")] == [1]


def test_a_matter_switched_off_before_the_digest_is_not_in_it(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.choose("tono", matters={"activities": "digest", "topics": "digest"})
    harness.hear(facts.published(topic=None))
    harness.run()
    harness.choose("tono", matters={"activities": "off", "topics": "digest"})
    harness.move_to(MONDAY)
    harness.run()
    assert post.to("tono") == []
    assert set(harness.told("tono").values()) == {"unwanted"}


def test_a_message_gathered_while_the_digest_is_given_up_is_sent(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.choose("tono", matters={"activities": "digest"})
    body = {"email": True, "matters": {"activities": "singly"}}
    assert (
        harness.call(Actor("person", "tono"), "PUT", "/v1/me/preferences", body, key="off", settle=False).status == 200
    )
    while harness.step("deliveries"):  # which has heard of it, while the view of preferences has not
        pass
    harness.hear(facts.published())
    while harness.step("audience.inbox") or harness.step("deliveries"):
        pass
    assert set(harness.told("tono").values()) == {"gathered"}
    harness.run()
    harness.move_to(MONDAY)
    harness.run()
    assert post.subjects("tono") == ["Ringkasan mingguan dari komunitas"]


def test_a_digest_planned_twice_takes_no_messages_from_the_next(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.choose("tono", matters={"activities": "digest"}, digest={"every": "day", "day": "mon", "at": "07:00"})
    harness.hear(facts.published())
    harness.run()
    harness.move_to(START.replace(day=2))
    harness.run()
    harness.hear(facts.published(activity="b", topic=None))
    harness.run()
    harness.database.checkpoints.delete_many({"_id": "deliveries"})
    harness.restart()
    harness.run()
    harness.move_to(START.replace(day=3))
    harness.run()
    assert [mail["text"].count("- Kegiatan baru") for mail in post.to("tono")] == [1, 1]
