"""Every fact is as its schema says, and none carries personal data."""

import dataclasses
import json
from datetime import UTC, date, datetime

import pytest

from services.kernel.message import Event, Metadata, Recorded
from services.members.contract import FACTS, REGISTRY, tell
from services.members.domain.credential import LoginCodeAccepted, LoginCodeIssued
from services.members.domain.office import OfficeAssumed, OfficeVacated, StandInEnded, StandInNamed
from services.members.domain.person import GuestAdded, GuestTied, IdentityYielded, MemberJoined
from services.members.domain.region import RegionOpened, Subdistrict
from services.members.domain.registration_import import ImportFinished, ImportStarted, RowOutcome, RowsTaken
from services.members.domain.rules import RulesChanged, RuleSet

AT = datetime(2026, 3, 2, tzinfo=UTC)
HELD = ("regional-coordinator", "nganjuk", "ani", AT)
JOINED = MemberJoined("sealed", "sealed", "sealed", "SD Contoh", "nganjuk", "kertosono", date(2026, 3, 2), "id", "form")
TOLD = {
    "member-joined": ("person-ani", JOINED),
    "guest-added": ("person-guest-1", GuestAdded("sealed", "sealed", None, ("reference",))),
    "guest-tied": ("person-guest-1", GuestTied("ani", "proof")),
    "region-opened": ("region-nganjuk", RegionOpened("Nganjuk", (Subdistrict("kertosono", "Kertosono", -7.6, 112.1),))),
    "office-assumed": ("office-regional-coordinator-nganjuk", OfficeAssumed(*HELD, True)),
    "office-vacated": ("office-regional-coordinator-nganjuk", OfficeVacated(*HELD)),
    "stand-in-named": ("office-regional-coordinator-nganjuk", StandInNamed(*HELD)),
    "stand-in-ended": ("office-regional-coordinator-nganjuk", StandInEnded(*HELD)),
    "rules-changed": ("rules-community", RulesChanged(1, AT, RuleSet())),
    "login-code-issued": ("login-reference", LoginCodeIssued("code", "digest", "ani", AT, AT)),
}
UNTOLD = [
    ("login-reference", LoginCodeIssued("code", "digest", None, AT, AT)),
    ("login-reference", LoginCodeAccepted("code", "ani", None)),
    ("person-other", IdentityYielded("ani")),
    ("import-1", ImportStarted(1, "ani")),
]


def recorded(stream, event):
    return Recorded(0, 0, stream, 1, "event-1", event, AT, AT, Metadata("c"))


@pytest.mark.parametrize("kind", FACTS)
def test_a_fact_is_as_its_schema_says(kind):
    draft = tell(recorded(*TOLD[kind]))
    assert draft.type == kind
    assert draft.event == "event-1"
    assert FACTS[kind].validate(json.loads(json.dumps(draft.data))) == {}


@pytest.mark.parametrize("kind", FACTS)
def test_no_fact_carries_what_is_sealed(kind):
    assert "sealed" not in json.dumps(tell(recorded(*TOLD[kind])).data)


@pytest.mark.parametrize(("stream", "event"), UNTOLD, ids=lambda value: type(value).__name__)
def test_what_concerns_only_members_is_told_to_nobody(stream, event):
    assert tell(recorded(stream, event)) is None


def test_subject_and_region_are_what_others_order_and_filter_by():
    told = {kind: tell(recorded(*case)) for kind, case in TOLD.items()}
    assert {kind: (draft.subject, draft.region) for kind, draft in told.items()} == {
        "member-joined": ("ani", "nganjuk"),
        "guest-added": ("guest-1", None),
        "guest-tied": ("guest-1", None),
        "region-opened": ("nganjuk", "nganjuk"),
        "office-assumed": ("regional-coordinator.nganjuk", "nganjuk"),
        "office-vacated": ("regional-coordinator.nganjuk", "nganjuk"),
        "stand-in-named": ("regional-coordinator.nganjuk", "nganjuk"),
        "stand-in-ended": ("regional-coordinator.nganjuk", "nganjuk"),
        "rules-changed": ("rules", None),
        "login-code-issued": ("ani", None),
    }


def test_an_office_for_all_is_told_under_all():
    draft = tell(recorded("office-coordinator-all", OfficeAssumed("coordinator", None, "ani", AT, True)))
    assert (draft.subject, draft.region) == ("coordinator.all", None)


def test_every_event_comes_back_from_the_log_as_it_went_in():
    events: list[Event] = [event for _, event in [*TOLD.values(), *UNTOLD]]
    events += [RowsTaken((RowOutcome(2, "bad", ("name-missing",)),), 1, 0, 0, 0, 1), ImportFinished()]
    for event in events:
        name, schema, data = REGISTRY.dump(event)
        assert REGISTRY.load(name, schema, json.loads(json.dumps(data))) == event


def test_every_event_class_of_the_domain_is_registered():
    from services.members.domain import credential, office, person, region, registration_import, rules

    classes = {
        found.__name__
        for module in (credential, office, person, region, registration_import, rules)
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Event) and dataclasses.is_dataclass(found)
    }
    assert classes <= REGISTRY.names()
