"""A person outside a region's scope can change nothing there: every public write route of this service, judged."""

from datetime import timedelta

import pytest

from services.kernel.views.view_reader import ViewReader
from services.notifications.bootstrap import definition
from services.notifications.sending.delivery import FAILED, Delivery
from services.notifications.sending.delivery_store import Deliveries
from tests.services.notifications.harness import UNIVERSITY, NotificationsHarness
from tests.support.scope import (
    KEDIRI,
    KOKO,
    Act,
    Scene,
    Table,
    check_holders,
    check_nobody,
    check_outsiders,
    stored,
    write_routes,
)
from tests.support.service_databases import ServiceDatabases
from tests.unit.notifications.facts import START, STARTS

WORDS = {"title": "Pembaruan server", "text": "Hari Sabtu."}
NOTICE = {**WORDS, "worth_until": STARTS.isoformat()}
EVERYWHERE = {"announcement": "to all"}
FOR_THEM = {"partner": "{partner}", "url": "https://kampus.example/hook", "regions": [KEDIRI]}
KEY = {"name": "x", "scopes": ["feed.read"], "regions": [KEDIRI]}

OWN = {
    "PUT /v1/me/preferences": "how one wants to be told oneself",
    "POST /v1/subscriptions": "a partner's program subscribes for its partner; for another, the office",
}
OFFICE: Table = {
    "POST /v1/deliveries/{delivery}/resend": [Act(), Act(by=KOKO, where={"delivery": "of no region"})],
    "POST /v1/announcements": [
        Act({**NOTICE, "regions": [KEDIRI]}),
        Act({**NOTICE, "regions": [KEDIRI], "levels": ["secondary"]}),
        Act({**NOTICE, "regions": ["kota-blitar", KEDIRI]}, KOKO),
        Act({**NOTICE, "regions": None}, KOKO),
    ],
    "POST /v1/announcements/{announcement}/approval": [Act({"draft": 1}), Act({"draft": 1}, KOKO, EVERYWHERE)],
    "POST /v1/announcements/{announcement}/publication": [Act(), Act(by=KOKO, where=EVERYWHERE)],
    "POST /v1/announcements/{announcement}/correction": [Act(WORDS), Act(WORDS, KOKO, EVERYWHERE)],
    "POST /v1/announcements/{announcement}/withdrawal": [Act(), Act(by=KOKO, where=EVERYWHERE)],
    "POST /v1/partners": Act(UNIVERSITY, KOKO),
    "PUT /v1/partners/{partner}": Act(UNIVERSITY, KOKO),
    "POST /v1/partners/{partner}/keys": Act(KEY, KOKO),
    "DELETE /v1/partners/{partner}/keys/{key}": Act(by=KOKO),
    "POST /v1/subscriptions": Act(FOR_THEM, KOKO),
    "POST /v1/subscriptions/{subscription}/rotate": Act(by=KOKO),
    "POST /v1/subscriptions/{subscription}/test": Act(by=KOKO),
    "POST /v1/subscriptions/{subscription}/recover": Act({"after": "{beginning}"}, KOKO),
    "POST /v1/subscriptions/{subscription}/disable": Act(by=KOKO),
    "POST /v1/subscriptions/{subscription}/enable": Act(by=KOKO),
    "POST /v1/partners/{partner}/state": Act({"state": "dormant"}, KOKO),
}


@pytest.fixture(scope="module")
def scene(service_databases: ServiceDatabases) -> Scene:
    harness = service_databases.harness(NotificationsHarness, "scope")
    views = [reader for reader in harness.application.runner.readers if isinstance(reader, ViewReader)]
    return Scene(
        lambda actor, method, path, body: harness.call(actor, method, path, body).status,
        harness.application.log.head,
        lambda: stored(harness.database, views),
        standing(harness),
    )


def standing(harness: NotificationsHarness) -> dict[str, str]:
    """In KEDIRI: letters that reached nobody, an announcement, and a partner who reads what happens there."""
    for region in (KEDIRI, "kota-blitar"):
        harness.hear_of("members.region-opened", region, subject=region, name=region, subdistricts=[])
    at_home = {"library": "l", "subdistrict": "s", "language": "id", "how": "form"}
    harness.hear_of("members.member-joined", KEDIRI, subject="sri", person="sri", **at_home)
    harness.show()
    failed = [undelivered("d-1", KEDIRI), undelivered("d-2", None)]
    assert Deliveries(harness.database).plan_deliveries(failed) == 2
    written = [
        harness.post(KOKO, "/v1/announcements", {**NOTICE, "regions": regions}).body["announcement"]
        for regions in ([KEDIRI], None)
    ]
    partner = harness.partner()
    return {
        "beginning": harness.application.parts.feed.cursor(0),
        "delivery": "d-1",
        "of no region": "d-2",
        "announcement": written[0],
        "to all": written[1],
        "partner": partner,
        "key": harness.post(KOKO, f"/v1/partners/{partner}/keys", KEY).body["key"],
        "subscription": harness.post(KOKO, "/v1/subscriptions", FOR_THEM | {"partner": partner}).body["subscription"],
    }


def undelivered(name: str, region: str | None) -> Delivery:
    """A letter that its server refused for good."""
    return Delivery(
        id=name, fact="f", person="sri", channel="email", message="m", kind="published", urgent=False, planned=START,
        not_before=START, worth_until=START + timedelta(days=9), retry_at=START, region=region, state=FAILED,
    )  # fmt: skip


def test_every_public_write_route_is_checked_for_its_region_scope() -> None:
    assert write_routes(definition().routes) == OWN.keys() | OFFICE.keys()


def test_a_person_outside_a_regions_scope_can_change_nothing_there(scene: Scene) -> None:
    check_outsiders(scene, OFFICE)


def test_anonymous_callers_and_partner_programs_are_refused_office_acts(scene: Scene) -> None:
    check_nobody(scene, OFFICE)


def test_office_holders_pass_the_policy_for_every_act(scene: Scene) -> None:
    check_holders(scene, OFFICE)
