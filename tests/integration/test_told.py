"""What people read of what they were told, choose about it, and whoever looks after a region sees of it."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from services.kernel.declare.policy import ANONYMOUS, EVERYWHERE, Actor
from tests.services.notifications.harness import NotificationsHarness, community
from tests.support.members_server import MembersServer, TestMail
from tests.unit.notifications import facts


def test_a_person_reads_what_they_were_told_one_line_a_fact(
    harness: NotificationsHarness, post: TestMail, members: MembersServer
) -> None:
    post.know("rini")
    members.codes["code-1"] = "048213"
    community(harness, "rini")
    harness.hear(facts.code_issued("rini"), facts.topic("raised", "rini"), facts.published())
    harness.run()
    harness.clock.advance(timedelta(hours=1))
    harness.hear(facts.seat("lined", "rini", place=2))
    harness.run()
    inbox = harness.get(Actor("person", "rini"), "/v1/me/inbox").body
    assert [(line["kind"], line["title"]) for line in inbox["items"]] == [
        ("seat-lined", "Daftar tunggu nomor 2: Gathering: label barcode"),
        ("topic-gathering", "Topik “Label barcode” akan dibahas bersama"),
    ]
    assert inbox["next"] is None
    assert harness.get(Actor("person", "tono"), "/v1/me/inbox").body["items"] == []


def test_the_inbox_is_read_page_by_page_and_in_another_language(harness: NotificationsHarness, post: TestMail) -> None:
    post.know("sri")
    community(harness)
    harness.hear(facts.published(topic=None))
    taken = facts.seat("taken", "sri")
    for fact in (taken, facts.seat("released", "sri", why="cancelled"), taken):
        harness.hear(fact)
        harness.clock.advance(timedelta(minutes=1))
        harness.run()
    sri, seen, after = Actor("person", "sri"), [], {}
    while True:
        page = harness.get(sri, "/v1/me/inbox", query={"limit": "1", "language": "en", **after}).body
        seen += [line["title"].partition(":")[0] for line in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen[-2:] == ["Registration cancelled", "Registered"]


def test_preferences_are_read_chosen_and_guarded_by_their_version(harness: NotificationsHarness) -> None:
    sri = Actor("person", "sri")
    answer = harness.get(sri, "/v1/me/preferences")
    default = answer.body
    assert (default["language"], default["email"], default["telegram"], answer.headers["ETag"]) == (
        None,
        True,
        False,
        '"0"',
    )
    chosen = harness.call(sri, "PUT", "/v1/me/preferences", {"language": "en", "email": False}, key="one")
    after = default | {"language": "en", "email": False}
    assert (chosen.status, chosen.body) == (200, after)
    assert harness.get(sri, "/v1/me/preferences").body == after


@pytest.mark.parametrize("body", [{}, {"email": "no"}, {"email": True, "language": "jv"}, {"email": True, "sms": 1}])
def test_preferences_that_make_no_sense_are_refused(harness: NotificationsHarness, body: dict[str, Any]) -> None:
    assert harness.call(Actor("person", "sri"), "PUT", "/v1/me/preferences", body).status == 400


@pytest.mark.parametrize("path", ["/v1/me/inbox", "/v1/me/preferences", "/v1/deliveries"])
def test_inbox_and_preferences_need_a_login(harness: NotificationsHarness, path: str) -> None:
    assert harness.get(ANONYMOUS, path).status == 401


def test_coordinators_see_what_became_of_their_regions_deliveries(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono", "sri")
    community(harness, "tono", "sri")
    harness.hear(facts.published())
    harness.run()
    read = {"deliveries.read": (EVERYWHERE,)}
    everywhere = Actor("person", "ratna", grants=read)
    rows = harness.get(everywhere, "/v1/deliveries", query={"activity": "a"}).body["items"]
    assert {(row["person"], row["state"], row["kind"]) for row in rows} == {
        ("tono", "sent", "activity-published"),
        ("sri", "sent", "activity-published"),
    }
    [one] = harness.get(everywhere, "/v1/deliveries", query={"person": "sri"}).body["items"]
    assert one["person"] == "sri"
    page = harness.get(everywhere, "/v1/deliveries", query={"limit": "1"}).body
    rest = harness.get(everywhere, "/v1/deliveries", query={"limit": "1", "after": page["next"]}).body
    assert {page["items"][0]["person"], rest["items"][0]["person"]} == {"tono", "sri"}
    assert rest["next"] is None
    elsewhere = Actor("person", "dewi", grants={"deliveries.read": ("blitar",)})
    assert harness.get(elsewhere, "/v1/deliveries").body["items"] == []
    assert harness.get(Actor("person", "tono"), "/v1/deliveries").status == 403
    for made_up in ("nonsense", '["0001-01-01T00:00:00+14:00", "x"]', '["2026-12-01T00:00:00Z", "\\ud800"]'):
        cursor = base64.urlsafe_b64encode(made_up.encode()).decode().rstrip("=")
        assert harness.get(everywhere, "/v1/deliveries", query={"after": cursor}).status == 400
