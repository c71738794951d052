"""Contacts that do not work, and what is sent again, on a real database and a real mail server."""

from services.kernel.declare.policy import ANONYMOUS, EVERYWHERE, Actor
from tests.services.notifications.harness import NotificationsHarness, community
from tests.support.members_server import MembersServer, TestMail
from tests.unit.notifications import facts
from tests.unit.notifications.facts import STARTS

READER = Actor("person", "wahyu", grants={"deliveries.read": (EVERYWHERE,)})


def bounced(harness: NotificationsHarness, members: MembersServer, post: TestMail) -> None:
    """Somebody whose address is gone, of a region with a coordinator, is told of two activities."""
    post.know("wahyu")
    members.know("tono", "tono@bounce.example")
    community(harness, "tono", "wahyu")
    harness.hear(facts.office("office-assumed", "wahyu"))
    harness.hear(facts.published(), facts.published(activity="b", topic=None))
    harness.run()


def test_an_address_that_refuses_twice_is_flagged_once_and_its_regions_coordinator_is_told(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    bounced(harness, members, post)
    harness.hear(facts.published(activity="c", topic=None))
    harness.run()
    flags = [mail for mail in post.to("wahyu") if mail["subject"].startswith("Kontak anggota")]
    assert len(flags) == 1
    assert "Bapak/Ibu Nama tono lewat email" in flags[0]["text"]
    [flagged] = harness.get(READER, "/v1/contacts/bounced").body["items"]
    assert (flagged["person"], flagged["channel"], flagged["reason"], flagged["region"]) == (
        "tono",
        "email",
        "550",
        "kediri",
    )
    [one, *_] = harness.get(READER, "/v1/deliveries", query={"person": "tono"}).body["items"]
    assert (one["state"], one["flagged"]) == ("failed", ["email"])
    elsewhere = Actor("person", "dewi", grants={"deliveries.read": ("blitar",)})
    assert harness.get(elsewhere, "/v1/contacts/bounced").body["items"] == []
    assert harness.get(Actor("person", "tono"), "/v1/contacts/bounced").status == 403


def test_what_failed_is_sent_again_under_its_identity_and_a_contact_that_works_is_flagged_no_more(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    bounced(harness, members, post)
    failed = [
        line["delivery"] for line in harness.get(READER, "/v1/deliveries", query={"person": "tono"}).body["items"]
    ]
    post.know("tono")
    harness.restart()  # which forgets the address that it knew for a minute
    path = f"/v1/deliveries/{failed[0]}/resend"
    answers = [harness.post(READER, path, {}, key="once").status for _ in range(2)]
    harness.run()
    harness.restart()
    harness.run()
    assert answers == [202, 202]
    assert [mail["message_id"] for mail in post.to("tono")] == [f"<{failed[0]}@jejaring.test>"]
    assert harness.get(READER, "/v1/contacts/bounced").body["items"] == []
    again = harness.post(READER, path, {}, key="twice")
    assert (again.status, again.body["rule"]) == (422, "delivery-not-failed")


def test_a_resend_that_failed_is_not_repeated_when_its_event_is_read_again(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    bounced(harness, members, post)
    [failed, *_] = harness.get(READER, "/v1/deliveries", query={"person": "tono"}).body["items"]
    harness.post(READER, f"/v1/deliveries/{failed['delivery']}/resend", {}, key="once")
    harness.run()
    post.know("tono")
    harness.database.drop_collection("checkpoints")  # as no operator should
    harness.restart()
    harness.run()
    assert post.to("tono") == []
    assert set(harness.told("tono").values()) == {"failed"}


def test_a_resend_needs_the_permission_in_the_region_and_a_message_still_worth_sending(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    bounced(harness, members, post)
    [line, *_] = harness.get(READER, "/v1/deliveries", query={"person": "tono"}).body["items"]
    path = f"/v1/deliveries/{line['delivery']}/resend"
    assert harness.post(ANONYMOUS, path, {}).status == 401
    elsewhere = Actor("person", "dewi", grants={"deliveries.read": ("blitar",)})
    assert harness.post(elsewhere, path, {}).status == 404
    harness.move_to(STARTS)
    late = harness.post(READER, path, {}, key="late")
    assert (late.status, late.body["rule"]) == (422, "not-worth-sending")
