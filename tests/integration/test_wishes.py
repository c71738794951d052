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
    house: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", regions={"follow": [], "mute": ["kediri"]})
    house.hear(facts.published(), facts.seat("taken", "tono"))
    house.run()
    assert post.subjects("tono") == ["Pendaftaran tercatat: Gathering: label barcode"]
    assert house.told("tono")["activity-published", "email"] == "unwanted"
    inbox = house.get(Actor("person", "tono"), "/v1/me/inbox").body
    assert {line["kind"] for line in inbox["items"]} == {"activity-published", "seat-taken"}


def test_ones_own_quiet_hours_are_kept_beside_the_communitys(house: NotificationsHarness, post: TestMail) -> None:
    post.know("tono", "sri")
    community(house, "tono", "sri")
    house.choose("tono", quiet={"from": "09:00", "until": "21:30"})
    house.hear(facts.published())
    house.run()
    assert len(post.to("sri")) == 1
    # From 21.30 the community's own hours go on until 06.00 of the next day.
    assert house.deliveries()["tono"]["held_until"] == START + timedelta(hours=20)
    house.move_to(START + timedelta(hours=20))
    house.run()
    assert len(post.to("tono")) == 1


def test_a_digest_tells_at_its_hour_what_would_have_been_told_singly_and_once(
    house: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", matters={"activities": "digest"})
    house.hear(facts.published(), facts.published(activity="b", topic=None), facts.seat("taken", "tono"))
    house.run()
    assert post.subjects("tono") == ["Pendaftaran tercatat: Gathering: label barcode"]
    house.move_to(MONDAY)
    house.run()
    [digest] = [mail for mail in post.to("tono") if mail["subject"] == "Ringkasan mingguan dari komunitas"]
    assert digest["text"].count("- Kegiatan baru") == 2
    assert "/kegiatan/b" in digest["text"]
    assert set(house.told("tono").values()) == {"sent"}
    house.move_to(MONDAY + timedelta(days=7))
    house.run()
    digests = [subject for subject in post.subjects("tono") if subject.startswith("Ringkasan")]
    assert len(digests) == 1  # nothing was gathered, so nothing is sent


def test_what_would_be_worth_nothing_at_the_next_digest_is_told_singly(
    house: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", matters={"activities": "digest"})
    house.hear(facts.published(starts=START + timedelta(days=2)))
    house.run()
    assert post.subjects("tono") == [NEW]


def test_who_gives_up_the_digest_gets_what_was_gathered_until_then(house: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", matters={"activities": "digest"})
    house.hear(facts.published())
    house.run()
    house.choose("tono", matters={"activities": "singly"})
    assert post.subjects("tono") == ["Ringkasan mingguan dari komunitas"]


def test_reminders_follow_a_new_time_and_come_once_each(house: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    community(house)
    house.hear(facts.published(topic=None), facts.seat("taken", "tono"))
    house.run()
    house.move_to(STARTS - timedelta(days=7))
    house.run()
    later = STARTS + timedelta(days=30)
    house.hear(facts.rescheduled(later))
    house.run()
    for before in (timedelta(days=7), timedelta(days=1), timedelta(hours=2)):
        house.move_to(later - before)
        house.run()
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
    house: NotificationsHarness, wish: dict[str, Any]
) -> None:
    sri = Actor("person", "sri")
    before = house.get(sri, "/v1/me/preferences").body
    assert house.call(sri, "PUT", "/v1/me/preferences", {"email": True, **wish}).status == 400
    assert house.get(sri, "/v1/me/preferences").body == before


def test_what_is_left_out_stays_as_it_was_chosen(house: NotificationsHarness) -> None:
    house.choose("sri", telegram=True, quiet={"from": "12:00", "until": "13:00"}, matters={"topics": "off"})
    house.choose("sri", language="en")
    chosen = house.get(Actor("person", "sri"), "/v1/me/preferences").body
    assert (chosen["language"], chosen["telegram"]) == ("en", True)
    assert chosen["quiet"] == {"from": "12:00", "until": "13:00"}
    assert (chosen["matters"]["topics"], chosen["matters"]["activities"]) == ("off", "singly")
    house.choose("sri", telegram=False)
    assert house.get(Actor("person", "sri"), "/v1/me/preferences").body["language"] == "en"


@pytest.mark.parametrize("clock", ["20:00\n", "\u0662\u0660:00", "24:00", "2000"])
def test_what_is_no_time_of_day_is_malformed_and_holds_up_nobodys_letters(
    house: NotificationsHarness, clock: str
) -> None:
    for wish in ({"quiet": {"from": clock, "until": "06:00"}}, {"digest": {"every": "day", "day": "mon", "at": clock}}):
        body = {"email": True, **wish}
        assert house.call(Actor("person", "sri"), "PUT", "/v1/me/preferences", body, key="wish").status == 400


def test_nothing_gathered_is_no_digest_and_no_entry_in_the_log(house: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", matters={"activities": "digest"}, digest={"every": "day", "day": "mon", "at": "07:00"})
    before = house.application.log.head()
    for day in range(2, 9):
        house.move_to(START.replace(day=day))
        house.run()
    assert house.application.log.head() == before


def test_a_new_hour_holds_for_what_was_gathered_and_nothing_is_lost_by_it(
    house: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", matters={"activities": "digest"})
    house.hear(facts.published(), facts.published(activity="b", topic=None, starts=STARTS))
    house.run()
    wednesday = START + timedelta(days=1, hours=7)
    house.choose("tono", matters={"activities": "digest"}, digest={"every": "week", "day": "wed", "at": "17:00"})
    assert post.to("tono") == []
    house.move_to(wednesday)
    house.run()
    assert [mail["text"].count("- Kegiatan baru") for mail in post.to("tono")] == [2]


def test_what_would_be_worth_nothing_at_the_new_hour_is_told_at_once(
    house: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", matters={"activities": "digest"})
    house.hear(facts.published(starts=MONDAY + timedelta(hours=12)))
    house.run()
    assert post.to("tono") == []
    house.choose("tono", matters={"activities": "digest"}, digest={"every": "week", "day": "tue", "at": "08:00"})
    assert [mail["text"].count("- Kegiatan baru") for mail in post.to("tono")] == [1]


def test_what_is_switched_off_by_then_is_not_in_the_digest(house: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", matters={"activities": "digest", "topics": "digest"})
    house.hear(facts.published(topic=None))
    house.run()
    house.choose("tono", matters={"activities": "off", "topics": "digest"})
    house.move_to(MONDAY)
    house.run()
    assert post.to("tono") == []
    assert set(house.told("tono").values()) == {"unwanted"}


def test_what_is_gathered_at_the_moment_at_which_the_digest_is_given_up_is_told_all_the_same(
    house: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", matters={"activities": "digest"})
    body = {"email": True, "matters": {"activities": "singly"}}
    assert house.call(Actor("person", "tono"), "PUT", "/v1/me/preferences", body, key="off", settle=False).status == 200
    while house.step("deliveries"):  # which has heard of it, while the view of preferences has not
        pass
    house.hear(facts.published())
    while house.step("audience.inbox") or house.step("deliveries"):
        pass
    assert set(house.told("tono").values()) == {"gathered"}
    house.run()
    house.move_to(MONDAY)
    house.run()
    assert post.subjects("tono") == ["Ringkasan mingguan dari komunitas"]


def test_a_digest_that_is_read_again_takes_nothing_from_the_next_one(
    house: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", matters={"activities": "digest"}, digest={"every": "day", "day": "mon", "at": "07:00"})
    house.hear(facts.published())
    house.run()
    house.move_to(START.replace(day=2))
    house.run()
    house.hear(facts.published(activity="b", topic=None))
    house.run()
    house.database.checkpoints.delete_many({"_id": "deliveries"})
    house.restart()
    house.run()
    house.move_to(START.replace(day=3))
    house.run()
    assert [mail["text"].count("- Kegiatan baru") for mail in post.to("tono")] == [1, 1]
