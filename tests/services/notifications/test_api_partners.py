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
def desk(service_databases: ServiceDatabases) -> NotificationsHarness:
    return service_databases.harness(NotificationsHarness)


def test_contacts_are_sealed_in_the_log_and_open_to_who_keeps_the_partners(desk: NotificationsHarness) -> None:
    contacts = [{"name": "Dr. Wulan Sari", "email": "wulan@kampus.example"}]
    partner = desk.partner(contacts=contacts)
    assert desk.get(KEEPER, f"/v1/partners/{partner}").body["contacts"] == contacts
    assert desk.get(KEEPER, "/v1/partners").body["items"] == [{"partner": partner, **UNIVERSITY, "state": "active"}]
    stored = json.dumps([*desk.database.commits.find(), *desk.database.view_partners_v1.find()], default=str)
    assert "Wulan" not in stored
    assert "kampus.example" not in stored


def test_a_contact_that_is_left_out_is_forgotten_and_the_others_stay(desk: NotificationsHarness) -> None:
    wulan, adi = ({"name": name, "email": f"{name.lower()}@kampus.example"} for name in ("Wulan", "Adi"))
    partner = desk.partner(contacts=[wulan, adi])
    path = f"/v1/partners/{partner}"
    events = desk.application.log.stream(f"partner-{partner}")
    keys = {contact.contact: contact.name for contact in events[0].event.contacts}
    assert desk.call(KEEPER, "PUT", path, UNIVERSITY | {"contacts": [adi]}).status == 200
    assert desk.get(KEEPER, path).body["contacts"] == [adi]
    opened = [desk.application.core.vault.open(owner, sealed) for owner, sealed in keys.items()]
    assert opened == [None, "Adi"]
    before = desk.get(KEEPER, path).headers["ETag"]
    assert desk.call(KEEPER, "PUT", path, UNIVERSITY | {"contacts": [adi]}).status == 200
    assert desk.get(KEEPER, path).headers["ETag"] == before


def test_only_who_keeps_the_partners_enters_them_and_gives_keys(desk: NotificationsHarness) -> None:
    partner = desk.partner()
    wish = {"name": "r", "scopes": ["feed.read"], "regions": ["kota-kediri"]}
    for actor, status in ((ANONYMOUS, 401), (Actor("person", "ani"), 403)):
        assert desk.post(actor, "/v1/partners", UNIVERSITY).status == status
        assert desk.post(actor, f"/v1/partners/{partner}/keys", wish).status == status
        assert desk.get(actor, f"/v1/partners/{partner}").status == status
    assert desk.post(KEEPER, "/v1/partners/nobody/keys", wish).status == 404
    assert desk.post(KEEPER, "/v1/partners/nobody/state", {"state": "active"}).status == 404


def test_a_key_is_stored_as_a_digest_and_shown_again_to_a_repeated_request(desk: NotificationsHarness) -> None:
    partner = desk.partner()
    wish = {"name": "r", "scopes": ["feed.read"], "regions": ["kota-kediri"]}
    first = desk.post(KEEPER, f"/v1/partners/{partner}/keys", wish, key="once")
    again = desk.post(KEEPER, f"/v1/partners/{partner}/keys", wish, key="once")
    assert first.status == 201
    assert first.body == again.body
    assert first.body["bearer"].startswith("jpk_")
    secret = first.body["bearer"].partition(".")[2]
    assert secret not in json.dumps([*desk.database.commits.find()], default=str)
    actor = desk.behind(first.body["bearer"])
    assert (actor.kind, actor.id, actor.grants) == ("partner", partner, {"feed.read": ("kota-kediri",)})
    shown = desk.get(actor, f"/v1/partners/{partner}")
    assert [key["key"] for key in shown.body["keys"]] == [first.body["key"]]


def test_forged_revoked_and_dormant_partners_keys_open_nothing(desk: NotificationsHarness) -> None:
    partner = desk.partner()
    bearer = desk.bearer(partner)
    for forged in (
        "jpk_",
        "jpk_x.y",
        bearer[:-1],
        bearer + "x",
        f"jpk_{'0' * 32}.x",
        bearer.replace(".", "_"),
        "jpk_é.é",
    ):
        assert desk.behind(forged) == ANONYMOUS
    desk.post(KEEPER, f"/v1/partners/{partner}/state", {"state": "dormant"})
    assert desk.behind(bearer) == ANONYMOUS
    desk.post(KEEPER, f"/v1/partners/{partner}/state", {"state": "active", "agreement": "MoU 2"})
    key = desk.get(KEEPER, f"/v1/partners/{partner}").body["keys"][0]["key"]
    assert desk.behind(bearer).id == partner
    assert desk.call(KEEPER, "DELETE", f"/v1/partners/{partner}/keys/{key}").status == 200
    assert desk.behind(bearer) == ANONYMOUS


def test_joining_is_told_once_and_reaches_the_own_inbox(desk: NotificationsHarness) -> None:
    partner = desk.partner()
    desk.post(KEEPER, f"/v1/partners/{partner}/state", {"state": "dormant"})
    desk.post(KEEPER, f"/v1/partners/{partner}/state", {"state": "active", "agreement": "again"})
    assert desk.listen() == 1
    fact = desk.application.inbox.read(0)[0]
    assert fact.name == "notifications.partner-joined"
    assert fact.data == {"partner": partner, "kind": "university", "name": UNIVERSITY["name"]}
