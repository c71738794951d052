"""Partners: what is agreed with whom, and what their keys open."""

import json

import pytest

from services.kernel.declare.policy import ANONYMOUS, Actor
from services.notifications.domain.partner import (
    PartnerActivated,
    PartnerAdded,
    PartnerKeyIssued,
)
from tests.services.notifications.harness import KEEPER, UNIVERSITY, NotificationsHarness
from tests.support.service_databases import ServiceDatabases

ADDED = PartnerAdded("Universitas", "university", ("kota-kediri",), ())
ACTIVE = PartnerActivated("MoU", "Universitas", "university", True)
KEY = PartnerKeyIssued("k", "reader", "d", ("feed.read",), ("kota-kediri",))


@pytest.fixture
def harness(service_databases: ServiceDatabases) -> NotificationsHarness:
    return service_databases.harness(NotificationsHarness)


def test_contacts_are_sealed_in_the_log_and_open_to_who_keeps_the_partners(harness: NotificationsHarness) -> None:
    contacts = [{"name": "Dr. Wulan Sari", "email": "wulan@kampus.example"}]
    partner = harness.partner(contacts=contacts)
    assert harness.get(KEEPER, f"/v1/partners/{partner}").body["contacts"] == contacts
    assert harness.get(KEEPER, "/v1/partners").body["items"] == [{"partner": partner, **UNIVERSITY, "state": "active"}]
    stored = json.dumps([*harness.database.commits.find(), *harness.database.view_partners_v1.find()], default=str)
    assert "Wulan" not in stored
    assert "kampus.example" not in stored


def test_a_contact_that_is_left_out_is_forgotten_and_the_others_stay(harness: NotificationsHarness) -> None:
    wulan, adi = ({"name": name, "email": f"{name.lower()}@kampus.example"} for name in ("Wulan", "Adi"))
    partner = harness.partner(contacts=[wulan, adi])
    path = f"/v1/partners/{partner}"
    events = harness.application.log.stream(f"partner-{partner}")
    keys = {contact.contact: contact.name for contact in events[0].event.contacts}
    assert harness.call(KEEPER, "PUT", path, UNIVERSITY | {"contacts": [adi]}).status == 200
    assert harness.get(KEEPER, path).body["contacts"] == [adi]
    opened = [harness.application.core.vault.open(owner, sealed) for owner, sealed in keys.items()]
    assert opened == [None, "Adi"]
    before = harness.get(KEEPER, path).headers["ETag"]
    assert harness.call(KEEPER, "PUT", path, UNIVERSITY | {"contacts": [adi]}).status == 200
    assert harness.get(KEEPER, path).headers["ETag"] == before


def test_only_who_keeps_the_partners_enters_them_and_gives_keys(harness: NotificationsHarness) -> None:
    partner = harness.partner()
    wish = {"name": "r", "scopes": ["feed.read"], "regions": ["kota-kediri"]}
    for actor, status in ((ANONYMOUS, 401), (Actor("person", "ani"), 403)):
        assert harness.post(actor, "/v1/partners", UNIVERSITY).status == status
        assert harness.post(actor, f"/v1/partners/{partner}/keys", wish).status == status
        assert harness.get(actor, f"/v1/partners/{partner}").status == status
    assert harness.post(KEEPER, "/v1/partners/nobody/keys", wish).status == 404
    assert harness.post(KEEPER, "/v1/partners/nobody/state", {"state": "active"}).status == 404


def test_a_key_is_shown_once_kept_as_a_digest_and_repeated_to_a_repeated_request(harness: NotificationsHarness) -> None:
    partner = harness.partner()
    wish = {"name": "r", "scopes": ["feed.read"], "regions": ["kota-kediri"]}
    first = harness.post(KEEPER, f"/v1/partners/{partner}/keys", wish, key="once")
    again = harness.post(KEEPER, f"/v1/partners/{partner}/keys", wish, key="once")
    assert first.status == 201
    assert first.body == again.body
    assert first.body["bearer"].startswith("jpk_")
    secret = first.body["bearer"].partition(".")[2]
    assert secret not in json.dumps([*harness.database.commits.find()], default=str)
    actor = harness.behind(first.body["bearer"])
    assert (actor.kind, actor.id, actor.grants) == ("partner", partner, {"feed.read": ("kota-kediri",)})
    shown = harness.get(actor, f"/v1/partners/{partner}")
    assert [key["key"] for key in shown.body["keys"]] == [first.body["key"]]


def test_a_forged_a_revoked_and_a_resting_partners_key_open_nothing(harness: NotificationsHarness) -> None:
    partner = harness.partner()
    bearer = harness.bearer(partner)
    for forged in (
        "jpk_",
        "jpk_x.y",
        bearer[:-1],
        bearer + "x",
        f"jpk_{'0' * 32}.x",
        bearer.replace(".", "_"),
        "jpk_é.é",
    ):
        assert harness.behind(forged) == ANONYMOUS
    harness.post(KEEPER, f"/v1/partners/{partner}/state", {"state": "dormant"})
    assert harness.behind(bearer) == ANONYMOUS
    harness.post(KEEPER, f"/v1/partners/{partner}/state", {"state": "active", "agreement": "MoU 2"})
    key = harness.get(KEEPER, f"/v1/partners/{partner}").body["keys"][0]["key"]
    assert harness.behind(bearer).id == partner
    assert harness.call(KEEPER, "DELETE", f"/v1/partners/{partner}/keys/{key}").status == 200
    assert harness.behind(bearer) == ANONYMOUS


def test_joining_is_told_once_and_heard_by_the_service_itself(harness: NotificationsHarness) -> None:
    partner = harness.partner()
    harness.post(KEEPER, f"/v1/partners/{partner}/state", {"state": "dormant"})
    harness.post(KEEPER, f"/v1/partners/{partner}/state", {"state": "active", "agreement": "again"})
    assert harness.listen() == 1
    fact = harness.application.inbox.read(0)[0]
    assert fact.name == "notifications.partner-joined"
    assert fact.data == {"partner": partner, "kind": "university", "name": UNIVERSITY["name"]}
