"""Partners: what is agreed with whom, and what their keys open."""

import json
from typing import Any

import pytest
from pymongo.database import Database

from services.kernel.base.mongo import connect
from services.kernel.base.problem import NotFound, Refused
from services.kernel.declare.policy import ANONYMOUS, Actor
from services.kernel.testing import given
from services.notifications.domain.partner import (
    KEYS_AT_MOST,
    PARTNER,
    ActivatePartner,
    AddPartner,
    ChangePartner,
    IssueKey,
    Key,
    Partner,
    PartnerActivated,
    PartnerAdded,
    PartnerKeyIssued,
    PartnerKeyRevoked,
    PartnerRested,
    Profile,
    RestPartner,
    RevokeKey,
)
from tests.unit.notifications.partnership import KEEPER, UNIVERSITY, Desk

ADDED = PartnerAdded("Universitas", "university", ("kota-kediri",), ())
ACTIVE = PartnerActivated("MoU", "Universitas", "university", True)
KEY = PartnerKeyIssued("k", "reader", "d", ("feed.read",), ("kota-kediri",))


@pytest.fixture
def desk(mongodb_uri: str, database: Database[dict[str, Any]]) -> Desk:
    return Desk(connect(mongodb_uri)[database.name])


def test_an_institution_is_entered_agreed_with_rests_and_comes_back_without_joining_twice() -> None:
    profile = Profile("Universitas", "university", ("kota-kediri",))
    given(PARTNER).when(AddPartner(profile)).then(ADDED)
    given(PARTNER, ADDED).when(ActivatePartner("MoU")).then(ACTIVE)
    given(PARTNER, ADDED, ACTIVE).when(ActivatePartner("MoU")).then()
    given(PARTNER, ADDED, ACTIVE).when(RestPartner()).then(PartnerRested())
    given(PARTNER, ADDED, ACTIVE, PartnerRested()).when(ActivatePartner("MoU")).then(
        PartnerActivated("MoU", "Universitas", "university", False)
    )


def test_only_an_active_partner_gets_keys_and_rests() -> None:
    given(PARTNER, ADDED).when(IssueKey("k", "n", "d", ("feed.read",), ("kota-kediri",))).refused("partner-not-active")
    given(PARTNER, ADDED).when(RestPartner()).refused("partner-not-active")


def test_a_key_opens_no_region_beyond_its_partners() -> None:
    beyond = IssueKey("k", "n", "d", ("feed.read",), ("kota-kediri", "kota-blitar"))
    given(PARTNER, ADDED, ACTIVE).when(beyond).refused("key-beyond-partner")
    everywhere = IssueKey("k", "n", "d", ("feed.read",), ("*",))
    given(PARTNER, ADDED, ACTIVE).when(everywhere).refused("key-beyond-partner")


def test_a_partner_has_so_many_keys_and_no_more() -> None:
    keys = [PartnerKeyIssued(f"k{n}", "reader", "d", ("feed.read",), ("kota-kediri",)) for n in range(KEYS_AT_MOST)]
    one_more = IssueKey("k", "n", "d", ("feed.read",), ("kota-kediri",))
    given(PARTNER, ADDED, ACTIVE, *keys).when(one_more).refused("too-many-keys")
    given(PARTNER, ADDED, ACTIVE, *keys, PartnerKeyRevoked("k0")).when(one_more).then(
        PartnerKeyIssued("k", "n", "d", ("feed.read",), ("kota-kediri",))
    )


def test_a_key_is_revoked_once_and_an_unknown_one_never() -> None:
    given(PARTNER, ADDED, ACTIVE, KEY).when(RevokeKey("k")).then(PartnerKeyRevoked("k"))
    given(PARTNER, ADDED, ACTIVE, KEY, PartnerKeyRevoked("k")).when(RevokeKey("k")).then()
    with pytest.raises(NotFound):
        PARTNER.decide(RevokeKey("other"), PARTNER.fold([ADDED, ACTIVE]))
    with pytest.raises(NotFound):
        PARTNER.decide(ChangePartner(Profile("x", "other", ("*",))), Partner())


@pytest.mark.parametrize(
    ("own", "keyed", "opened"),
    [
        (("a", "b"), ("a",), ("a",)),
        (("b",), ("a", "b"), ("b",)),
        (("*",), ("a",), ("a",)),
        (("*",), ("*",), ("*",)),
        (("a",), ("*",), ("a",)),
    ],
)
def test_a_key_opens_what_the_partner_may_read_now(
    own: tuple[str, ...], keyed: tuple[str, ...], opened: tuple[str, ...]
) -> None:
    partner = PARTNER.fold([PartnerAdded("U", "university", own, ()), ACTIVE])
    assert partner.grants(Key("k", "n", "d", ("feed.read",), keyed)) == {"feed.read": opened}
    resting = PARTNER.evolve(partner, PartnerRested())
    assert resting.grants(Key("k", "n", "d", ("feed.read", "subscriptions.keep"), keyed)) == {}


def test_a_rule_is_refused_by_name() -> None:
    with pytest.raises(Refused):
        PARTNER.decide(RestPartner(), PARTNER.fold([ADDED]))


def test_contacts_are_sealed_in_the_log_and_open_to_who_keeps_the_partners(desk: Desk) -> None:
    contacts = [{"name": "Dr. Wulan Sari", "email": "wulan@kampus.example"}]
    partner = desk.partner(contacts=contacts)
    assert desk.get(KEEPER, f"/v1/partners/{partner}").body["contacts"] == contacts
    assert desk.get(KEEPER, "/v1/partners").body["items"] == [{"partner": partner, **UNIVERSITY, "state": "active"}]
    stored = json.dumps([*desk.database.commits.find(), *desk.database.view_partners_v1.find()], default=str)
    assert "Wulan" not in stored
    assert "kampus.example" not in stored


def test_a_contact_that_is_left_out_is_forgotten_and_the_others_stay(desk: Desk) -> None:
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


def test_only_who_keeps_the_partners_enters_them_and_gives_keys(desk: Desk) -> None:
    partner = desk.partner()
    wish = {"name": "r", "scopes": ["feed.read"], "regions": ["kota-kediri"]}
    for actor, status in ((ANONYMOUS, 401), (Actor("person", "ani"), 403)):
        assert desk.post(actor, "/v1/partners", UNIVERSITY).status == status
        assert desk.post(actor, f"/v1/partners/{partner}/keys", wish).status == status
        assert desk.get(actor, f"/v1/partners/{partner}").status == status
    assert desk.post(KEEPER, "/v1/partners/nobody/keys", wish).status == 404
    assert desk.post(KEEPER, "/v1/partners/nobody/state", {"state": "active"}).status == 404


def test_a_key_is_shown_once_kept_as_a_digest_and_repeated_to_a_repeated_request(desk: Desk) -> None:
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


def test_a_forged_a_revoked_and_a_resting_partners_key_open_nothing(desk: Desk) -> None:
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


def test_joining_is_told_once_and_heard_by_the_service_itself(desk: Desk) -> None:
    partner = desk.partner()
    desk.post(KEEPER, f"/v1/partners/{partner}/state", {"state": "dormant"})
    desk.post(KEEPER, f"/v1/partners/{partner}/state", {"state": "active", "agreement": "again"})
    assert desk.listen() == 1
    fact = desk.application.inbox.read(0)[0]
    assert fact.name == "notifications.partner-joined"
    assert fact.data == {"partner": partner, "kind": "university", "name": UNIVERSITY["name"]}
