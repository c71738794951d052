"""What people read of what they were told, choose about it, and whoever looks after a region sees of it."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from services.kernel.declare.policy import EVERYWHERE, Actor
from tests.unit.notifications import facts
from tests.unit.notifications.house import House, Members, Post, community


def test_a_person_reads_what_they_were_told_one_line_a_fact(house: House, post: Post, members: Members) -> None:
    post.know("rini")
    members.codes["code-1"] = "048213"
    community(house, "rini")
    house.hear(facts.code_issued("rini"), facts.topic("raised", "rini"), facts.published())
    house.run()
    house.clock.advance(timedelta(hours=1))
    house.hear(facts.seat("lined", "rini", place=2))
    house.run()
    inbox = json.loads(house.ask("GET", "/v1/me/inbox", Actor("person", "rini")).body)
    assert [(line["kind"], line["title"]) for line in inbox["items"]] == [
        ("seat-lined", "Daftar tunggu nomor 2: Gathering: label barcode"),
        ("topic-gathering", "Topik “Label barcode” akan dibahas bersama"),
    ]
    assert inbox["next"] is None
    assert json.loads(house.ask("GET", "/v1/me/inbox", Actor("person", "tono")).body)["items"] == []


def test_the_inbox_is_read_page_by_page_and_in_another_language(house: House, post: Post) -> None:
    post.know("sri")
    community(house)
    house.hear(facts.published(topic=None))
    for kind in ("taken", "released", "taken"):
        house.hear(facts.seat(kind, "sri", why="cancelled"))
        house.clock.advance(timedelta(minutes=1))
        house.run()
    sri, seen, after = Actor("person", "sri"), [], {}
    while True:
        page = json.loads(house.ask("GET", "/v1/me/inbox", sri, limit="1", language="en", **after).body)
        seen += [line["title"].partition(":")[0] for line in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen[-2:] == ["Registration cancelled", "Registered"]


def test_preferences_are_read_chosen_and_guarded_by_their_version(house: House) -> None:
    sri = Actor("person", "sri")
    answer = house.ask("GET", "/v1/me/preferences", sri)
    default = json.loads(answer.body)
    assert (default["language"], default["email"], default["telegram"], answer.headers["ETag"]) == (
        None,
        True,
        False,
        '"0"',
    )
    chosen = house.ask("PUT", "/v1/me/preferences", sri, {"language": "en", "email": False}, key="one")
    after = default | {"language": "en", "email": False}
    assert (chosen.status, json.loads(chosen.body)) == (200, after)
    assert json.loads(house.ask("GET", "/v1/me/preferences", sri).body) == after


@pytest.mark.parametrize("body", [{}, {"email": "no"}, {"email": True, "language": "jv"}, {"email": True, "sms": 1}])
def test_preferences_that_make_no_sense_are_refused(house: House, body: dict[str, Any]) -> None:
    assert house.ask("PUT", "/v1/me/preferences", Actor("person", "sri"), body).status == 400


@pytest.mark.parametrize("path", ["/v1/me/inbox", "/v1/me/preferences", "/v1/deliveries"])
def test_nobody_reads_without_saying_who_they_are(house: House, path: str) -> None:
    assert house.ask("GET", path).status == 401


def test_coordinators_see_what_became_of_their_regions_deliveries(house: House, post: Post) -> None:
    post.know("tono", "sri")
    community(house, "tono", "sri")
    house.hear(facts.published())
    house.run()
    read = {"deliveries.read": (EVERYWHERE,)}
    everywhere = Actor("person", "ratna", grants=read)
    rows = json.loads(house.ask("GET", "/v1/deliveries", everywhere, activity="a").body)["items"]
    assert {(row["person"], row["state"], row["kind"]) for row in rows} == {
        ("tono", "sent", "activity-published"),
        ("sri", "sent", "activity-published"),
    }
    [one] = json.loads(house.ask("GET", "/v1/deliveries", everywhere, person="sri").body)["items"]
    assert one["person"] == "sri"
    page = json.loads(house.ask("GET", "/v1/deliveries", everywhere, limit="1").body)
    rest = json.loads(house.ask("GET", "/v1/deliveries", everywhere, limit="1", after=page["next"]).body)
    assert {page["items"][0]["person"], rest["items"][0]["person"]} == {"tono", "sri"}
    assert rest["next"] is None
    elsewhere = Actor("person", "dewi", grants={"deliveries.read": ("blitar",)})
    assert json.loads(house.ask("GET", "/v1/deliveries", elsewhere).body)["items"] == []
    assert house.ask("GET", "/v1/deliveries", Actor("person", "tono")).status == 403
    for made_up in ("nonsense", '["0001-01-01T00:00:00+14:00", "x"]', '["2026-12-01T00:00:00Z", "\\ud800"]'):
        cursor = base64.urlsafe_b64encode(made_up.encode()).decode().rstrip("=")
        assert house.ask("GET", "/v1/deliveries", everywhere, after=cursor).status == 400
