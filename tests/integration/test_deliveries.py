"""From a fact to a mail, on a real database and a real mail server."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pymongo.database import Database

from deploy import keys
from deploy.demo.mailbox.server import Mailbox
from deploy.waiting import wait_until
from services.kernel.base.mongo import connect
from services.kernel.base.settings import read_secrets
from services.kernel.declare.policy import Actor, ActorSignature
from tests.services.notifications.harness import NotificationsHarness, community
from tests.support.members_server import MembersServer, TestMail, running_members_server
from tests.support.services import ChildServices
from tests.unit.notifications import facts
from tests.unit.notifications.facts import START, STARTS

EVENING = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
"""21.00 WIB."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MORNING = datetime(2026, 12, 1, 23, 0, tzinfo=UTC)
"""06.00 WIB of the next day."""


def test_a_login_code_is_mailed_at_night_too_with_the_digits_that_members_knows(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    post.know("sri")
    members.codes["code-1"] = "048213"
    harness.hear(facts.code_issued("sri"))
    harness.clock.advance(timedelta(minutes=5))
    harness.run()
    [mail] = post.to("sri")
    assert "048213" in mail["text"]
    assert harness.states() == {"sri": "sent"}


def test_a_publication_is_mailed_to_everyone_concerned_once(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("rini", "budi", "tono")
    community(harness, "rini", "budi", "tono")
    harness.hear(facts.topic("raised", "rini"), facts.topic("endorsed", "budi"), facts.published())
    harness.run()
    assert post.subjects("rini") == ["Topik “Label barcode” akan dibahas bersama"]
    assert post.subjects("budi") == ["Topik “Label barcode” akan dibahas bersama"]
    assert post.subjects("tono") == ["Kegiatan baru: Gathering: label barcode"]
    assert "Sabtu, 12 Desember 2026 pukul 09.00–11.00 WIB" in post.to("tono")[0]["text"]


def test_the_message_id_is_the_deliverys_at_the_communitys_host(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.hear(facts.published())
    harness.run()
    [mail] = post.to("tono")
    assert mail["message_id"] == f"<{harness.deliveries()['tono']['_id']}@jejaring.test>"


def test_members_is_asked_as_this_service_and_not_again_within_a_minute(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.hear(facts.published())
    harness.run()
    harness.hear(facts.seat("taken", "tono"))
    harness.run()
    assert [query["ids"] for query in members.asked] == ["tono"]
    assert {(actor.kind, actor.id) for actor in members.actors} == {("service", "notifications")}


def test_a_mail_is_held_over_quiet_hours_and_not_dropped(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.run()
    harness.move_to(EVENING)
    harness.hear(facts.published(at=EVENING))
    harness.run()
    assert post.to("tono") == []
    assert harness.deliveries()["tono"]["held_until"] == MORNING
    harness.move_to(MORNING - timedelta(seconds=1))
    harness.run()
    assert post.to("tono") == []
    harness.move_to(MORNING)
    harness.run()
    assert len(post.to("tono")) == 1


def test_a_delivery_planned_by_day_and_due_at_night_is_held(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.hear(facts.published())
    for reader in ("audience.inbox", "deliveries"):
        harness.step(reader)
    harness.move_to(EVENING)
    harness.run()
    assert post.to("tono") == []
    assert harness.deliveries()["tono"]["held_until"] == MORNING


def test_quiet_hours_are_those_of_the_rules_in_force(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    community(harness, "tono")
    first, later = START.isoformat(), STARTS.isoformat()
    harness.hear(facts.rules(version=2, in_force_from=first, quiet_from="09:30", quiet_until="10:30"))
    harness.hear(facts.rules(version=3, in_force_from=later, quiet_from="00:00", quiet_until="00:00"))
    harness.run()
    harness.hear(facts.published())
    harness.run()
    assert harness.deliveries()["tono"]["held_until"] == START + timedelta(minutes=30)


def test_while_members_is_down_the_delivery_waits(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.hear(facts.published())
    members.down = True
    harness.run()
    assert harness.states() == {"tono": "planned"}
    assert harness.deliveries()["tono"]["attempts"] == 0
    members.down = False
    harness.restart()  # a restarted sender does not rest
    harness.run()
    assert harness.states() == {"tono": "sent"}
    assert len(post.to("tono")) == 1


def test_a_delivery_expires_while_members_is_down_for_too_long(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.hear(facts.published())
    members.down = True
    harness.run()
    harness.move_to(STARTS)
    members.down = False
    harness.restart()
    harness.run()
    assert harness.states() == {"tono": "expired"}
    assert post.to("tono") == []


def test_a_person_without_an_address_gets_nothing_and_delays_nobody(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    post.know("tono")
    members.know("tamu", None)
    members.know("hapus", "x@perpus.example", erased=True)
    community(harness, "tono")
    harness.hear(facts.published(), facts.attended("tono"), facts.attended(guest="tamu"), facts.attended("hapus"))
    harness.run()
    harness.move_to(facts.ENDS)
    harness.hear(facts.completed())
    harness.run()
    assert harness.states() == {"tono": "sent", "tamu": "no-contact", "hapus": "no-contact"}


def test_a_person_without_email_gets_only_login_codes(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    post.know("tono")
    members.codes["code-1"] = "048213"
    tono = Actor("person", "tono")
    assert harness.call(tono, "PUT", "/v1/me/preferences", {"email": False}).status == 200
    community(harness, "tono")
    harness.hear(facts.published())
    harness.run()
    assert harness.states() == {"tono": "unwanted"}
    harness.hear(facts.code_issued("tono"))
    harness.run()
    assert [mail["subject"] for mail in post.to("tono")] == ["Kode masuk Jejaring"]


def test_a_mail_is_in_the_language_that_the_person_chose(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("tono")
    harness.call(Actor("person", "tono"), "PUT", "/v1/me/preferences", {"email": True, "language": "en"})
    community(harness, "tono")
    harness.hear(facts.published())
    harness.run()
    assert post.subjects("tono") == ["New activity: Gathering: label barcode"]


def test_a_person_whom_members_does_not_show_yet_is_asked_for_again(
    harness: NotificationsHarness, post: TestMail
) -> None:
    community(harness, "tono")
    harness.hear(facts.published())
    harness.run()
    assert harness.deliveries()["tono"]["reason"] == "unknown"
    assert harness.lag("sender") == 0  # what waits for another attempt keeps nobody waiting
    post.know("tono")
    harness.database.deliveries.update_many({}, {"$set": {"retry_at": LONG_AGO}})  # instead of waiting
    harness.run()
    assert harness.states() == {"tono": "sent"}


def test_a_guest_who_was_tied_to_a_member_is_told_as_that_member_and_once(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("budi")
    community(harness)
    harness.hear(facts.published(topic=None), facts.attended(guest="tamu"), facts.attended("budi"))
    tied = {"guest": "tamu", "person": "budi"}
    harness.hear(facts.fact("members.guest-tied", "tamu", tied, region=None))
    harness.run()
    harness.move_to(facts.ENDS)
    harness.hear(facts.completed())
    harness.run()
    assert len(post.to("budi")) == 1
    assert set(harness.states()) == {"budi"}


def test_reading_everything_again_sends_nothing(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("rini", "tono")
    community(harness, "rini", "tono")
    harness.hear(facts.topic("raised", "rini"), facts.published(), facts.seat("taken", "tono"))
    harness.run()
    before = harness.application.log.head()
    for collection in ("checkpoints", "manager_audience"):  # as no operator should
        harness.database.drop_collection(collection)
    harness.restart()
    harness.run()
    assert harness.application.log.head() == before
    assert (len(post.to("rini")), len(post.to("tono"))) == (1, 2)


def test_a_listener_that_begins_late_does_not_mail_old_news(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.hear(facts.published())
    starts = [{"_id": "audience|members", "head": 2}, {"_id": "audience|events", "head": 1}]
    harness.database.manager_starts.insert_many(starts)  # its sources had told as much when it first started
    harness.run()
    assert harness.deliveries() == {}
    harness.hear(facts.seat("taken", "tono"))
    harness.run()
    assert post.subjects("tono") == ["Pendaftaran tercatat: Gathering: label barcode"]


def test_no_address_and_no_name_is_stored_anywhere(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    post.know("tono")
    members.codes["code-1"] = "048213"
    community(harness, "tono")
    harness.hear(facts.published(), facts.code_issued("tono"))
    harness.run()
    assert len(post.to("tono")) == 2
    stored = json.dumps(
        {name: list(harness.database[name].find()) for name in harness.database.list_collection_names()}, default=str
    )
    for secret in ("perpus.example", "Nama tono", "048213", "Bapak/Ibu"):
        assert secret not in stored


def test_without_a_mail_server_deliveries_are_planned_and_wait(
    mongodb_uri: str, database: Database[dict[str, Any]], members: MembersServer
) -> None:
    harness = NotificationsHarness(connect(mongodb_uri)[database.name], members=members.url)
    community(harness, "tono")
    harness.hear(facts.published())
    harness.run()
    assert harness.states() == {"tono": "planned"}


def test_in_a_process_of_its_own_it_hears_by_the_feeds_and_mails(
    child_services: Callable[..., ChildServices],
    database: Database[dict[str, Any]],
    database_prefix: str,
    mailbox: Mailbox,
    tmp_path: Path,
) -> None:
    signing = read_secrets({"JEJARING_SECRETS": str(keys.ensure(tmp_path / "keys"))}).signing
    signature = ActorSignature(signing.hex())
    with running_members_server(signature) as members, running_members_server(signature) as others:
        address = members.know("sri", f"sri.{database_prefix.replace('_', '')}@perpus.example")
        members.codes["code-1"] = "048213"
        members.tell(facts.region_opened())
        urls = {
            "MEMBERS_URL": members.url,
            "EVENTS_URL": others.url,
            "MENTORING_URL": others.url,
            "AMQP_URI": "none",
        }
        services = child_services(environment=urls)
        services.start("notifications")
        own = database.client[f"{database_prefix}notifications"]
        wait_until(lambda: own.manager_starts.find_one({"_id": "audience|members"}), 20, "the start to be remembered")
        code = facts.code_issued("sri")
        expires = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
        members.tell(replace(code, data={**code.data, "expires": expires}))
        [mail] = wait_until(lambda: mailbox.messages(to=address), 20, "the mail")
        assert "048213" in mail["text"]
        services.kill("notifications")
        services.restart("notifications")
        services.wait_ready("notifications")
        assert len(mailbox.messages(to=address)) == 1
        assert "perpus.example" not in services.log("notifications")
