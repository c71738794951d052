"""Deliveries and bounced contacts, for people who may read them in their region."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.kernel.base.message import Metadata
from services.kernel.commands.decider import CommandEnvelope
from services.kernel.declare.policy import ANONYMOUS, EVERYWHERE, Actor
from services.notifications.domain.contact import CONTACT, RecordRefusal
from services.notifications.sending.delivery import FAILED, SENT, Delivery
from services.notifications.sending.delivery_store import Deliveries
from tests.services.notifications.harness import NotificationsHarness
from tests.support.service_databases import ServiceDatabases
from tests.unit.notifications.facts import START

KEDIRI, BLITAR = "kota-kediri", "kota-blitar"
REGIONAL = Actor("person", "rara", grants={"deliveries.read": (KEDIRI,)})
BOARD = Actor("person", "koko", grants={"deliveries.read": (EVERYWHERE,)})
MEMBER = Actor("person", "ani")


@pytest.fixture
def harness(service_databases: ServiceDatabases) -> NotificationsHarness:
    return service_databases.harness(NotificationsHarness)


def failed(name: str, region: str | None = KEDIRI, **changed: object) -> Delivery:
    """A delivery that its server refused for good."""
    delivery = Delivery(
        id=name, fact="f", person="sri", channel="email", message="m", kind="published", urgent=False, planned=START,
        not_before=START, worth_until=START + timedelta(days=9), retry_at=START, region=region, state=FAILED,
        activity="a", ended=START, reason="refused",
    )  # fmt: skip
    return replace(delivery, **changed)  # type: ignore[arg-type]


def stored(harness: NotificationsHarness, *deliveries: Delivery) -> None:
    assert Deliveries(harness.database).plan_deliveries(deliveries) == len(deliveries)


def refuse_twice(harness: NotificationsHarness, person: str, region: str) -> None:
    """Record that the person's mail server refused two letters for good."""
    for number in (1, 2):
        refusal = RecordRefusal("email", f"letter {number}", "550", region)
        meta = Metadata(correlation=person)
        harness.application.core.commands.take(CONTACT, CommandEnvelope(refusal, person, f"{person}-{number}", meta))


def listed(harness: NotificationsHarness, actor: Actor, query: str = "") -> list[str]:
    return [item["delivery"] for item in harness.get(actor, f"/v1/deliveries?{query}").body["items"]]


def test_an_office_of_a_region_sees_the_deliveries_of_this_region_alone(harness: NotificationsHarness) -> None:
    stored(harness, failed("here"), failed("there", BLITAR), failed("nowhere", None))
    assert listed(harness, REGIONAL) == ["here"]
    assert sorted(listed(harness, BOARD)) == ["here", "nowhere", "there"]


@pytest.mark.parametrize("path", ["/v1/deliveries", "/v1/contacts/bounced"])
def test_a_member_without_the_permission_reads_no_deliveries_and_no_bounced_contacts(
    harness: NotificationsHarness, path: str
) -> None:
    assert harness.get(ANONYMOUS, path).status == 401
    assert harness.get(MEMBER, path).status == 403


def test_pages_of_deliveries_show_each_delivery_once_the_newest_first(harness: NotificationsHarness) -> None:
    # Three of the five were planned at the same moment: the page's end lies between two of them.
    moments = [0, 1, 1, 1, 2]
    stored(harness, *(failed(f"d{n}", planned=START + timedelta(hours=hour)) for n, hour in enumerate(moments)))
    seen: list[str] = []
    after = ""
    for _ in range(5):
        page = harness.get(BOARD, f"/v1/deliveries?limit=2{after}").body
        seen += [item["delivery"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == ["d4", "d3", "d2", "d1", "d0"]


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJ4IiwgImEiXQ", "WzEsIDJd"])
def test_a_cursor_that_names_no_delivery_is_refused(harness: NotificationsHarness, cursor: str) -> None:
    refused = harness.get(BOARD, f"/v1/deliveries?after={cursor}")
    assert refused.status == 400
    assert refused.body["errors"] == {"after": ["Not a cursor."]}


def test_deliveries_are_found_by_activity_person_and_state(harness: NotificationsHarness) -> None:
    stored(
        harness,
        failed("other activity", activity="b"),
        failed("other person", person="tono"),
        failed("other state", state=SENT),
        failed("wanted"),
    )
    assert listed(harness, BOARD, "activity=a&person=sri&state=failed") == ["wanted"]


def test_a_delivery_of_another_region_cannot_be_told_from_an_unknown_delivery(harness: NotificationsHarness) -> None:
    stored(harness, failed("there", BLITAR))
    for name in ("there", "unknown"):
        assert harness.post(REGIONAL, f"/v1/deliveries/{name}/resend", {}).status == 404
    assert harness.post(ANONYMOUS, "/v1/deliveries/there/resend", {}).status == 401


def test_what_was_taken_back_sent_or_has_expired_is_not_sent_again(harness: NotificationsHarness) -> None:
    stored(
        harness,
        failed("taken back", taken_back="withdrawn"),
        failed("sent", state=SENT),
        failed("late", worth_until=START),
        failed("failed"),
    )
    outcomes = {
        name: harness.post(BOARD, f"/v1/deliveries/{name}/resend", {})
        for name in ("taken back", "sent", "late", "failed")
    }
    assert {name: reply.rule or reply.status for name, reply in outcomes.items()} == {
        "taken back": "not-worth-sending",
        "sent": "delivery-not-failed",
        "late": "not-worth-sending",
        "failed": 202,
    }


def test_a_bounced_contact_is_listed_for_its_region_and_marks_the_persons_deliveries(
    harness: NotificationsHarness,
) -> None:
    for person, region in (("sri", KEDIRI), ("tono", BLITAR)):
        stored(harness, failed(person, region, person=person))
        refuse_twice(harness, person, region)
    [line] = harness.get(REGIONAL, "/v1/contacts/bounced").body["items"]
    assert (line["person"], line["channel"], line["region"]) == ("sri", "email", KEDIRI)
    assert len(harness.get(BOARD, "/v1/contacts/bounced").body["items"]) == 2
    [delivery] = harness.get(REGIONAL, "/v1/deliveries").body["items"]
    assert delivery["flagged"] == ["email"]
