"""Every fact is as its schema says, and none carries personal data."""

import dataclasses
import json
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from services.kernel.base.message import Event, Metadata, Recorded
from services.members.contract import FACTS, REGISTRY, tell
from services.members.domain.affiliation import AffiliationEnded, AffiliationStarted
from services.members.domain.competence import Because, CompetenceRated
from services.members.domain.consent import ConsentGiven, ConsentWithdrawn
from services.members.domain.credential import (
    LoginCodeAccepted,
    LoginCodeIssued,
    LoginCodeRejected,
    TokenIssued,
    TokenRevoked,
)
from services.members.domain.equipment import (
    EquipmentLent,
    EquipmentRegistered,
    EquipmentReturned,
    EquipmentWithdrawn,
)
from services.members.domain.erasure import ErasureStarted, MemberErased, ReferencesNoted
from services.members.domain.framework import FrameworkAdopted, Migration
from services.members.domain.guest import GuestAdded, GuestForgotten, GuestTied
from services.members.domain.library import LibraryDescribed, LibraryInterestChanged, LibraryRegistered
from services.members.domain.office import OfficeAssumed, OfficeVacated, StandInEnded, StandInNamed
from services.members.domain.person import (
    ErasureDecided,
    IdentityKeptForGuest,
    IdentityYielded,
    MemberChanged,
    MemberJoined,
)
from services.members.domain.prior_learning import PriorLearningMoved, PriorLearningReviewed, PriorLearningSubmitted
from services.members.domain.region import RegionOpened, Subdistrict
from services.members.domain.registration_import import ImportFinished, ImportStarted, RowOutcome, RowsTaken
from services.members.domain.rules import RulesChanged, RuleSet
from services.members.domain.staffing import FirstStaffNoted
from services.members.domain.telegram import (
    TelegramAccountNoted,
    TelegramLinked,
    TelegramLinkOffered,
    TelegramLinkRedeemed,
    TelegramUnlinked,
)
from services.members.frameworks import first

AT = datetime(2026, 3, 2, tzinfo=UTC)
RATED = CompetenceRated(
    "ani", "b-slims", "b", "skill", 3, "second", "budi", "kediri-1", "nganjuk", Because("activity", "gathering-1")
)
HELD = ("regional-coordinator", "nganjuk", "ani", AT)
JOINED = MemberJoined("sealed", "sealed", "sealed", "SD Contoh", "nganjuk", "kertosono", date(2026, 3, 2), "id", "form")
TOLD = {
    "member-joined": ("person-ani", JOINED),
    "guest-added": ("guest-guest-1", GuestAdded("sealed", "sealed", None, ("reference",))),
    "guest-tied": ("guest-guest-1", GuestTied("ani", "proof")),
    "region-opened": ("region-nganjuk", RegionOpened("Nganjuk", (Subdistrict("kertosono", "Kertosono", -7.6, 112.1),))),
    "office-assumed": ("office-regional-coordinator-nganjuk", OfficeAssumed(*HELD, True)),
    "office-vacated": ("office-regional-coordinator-nganjuk", OfficeVacated(*HELD)),
    "stand-in-named": ("office-regional-coordinator-nganjuk", StandInNamed(*HELD, True)),
    "stand-in-ended": ("office-regional-coordinator-nganjuk", StandInEnded(*HELD)),
    "rules-changed": ("rules-community", RulesChanged(1, AT, RuleSet())),
    "member-erased": ("erasure-ani", MemberErased(("ani", "guest-1"), "nganjuk")),
    "login-code-issued": ("login-reference", LoginCodeIssued("code", "digest", "ani", AT, AT)),
    "library-registered": (
        "library-sdn-1",
        LibraryRegistered("SDN 1 Contoh", "school", "basic", "nganjuk", "kertosono", None),
    ),
    "library-interest-changed": ("library-sdn-1", LibraryInterestChanged("interested", "nganjuk")),
    "affiliation-started": ("affiliation-sdn-1.ani", AffiliationStarted("sdn-1", "ani", "staff", "nganjuk", AT, 1)),
    "competence-rated": ("competence-ani", RATED),
    "framework-adopted": (
        "framework-community",
        FrameworkAdopted(first(), (Migration("b-old", "b-slims"), Migration("e-old", None))),
    ),
    "member-changed": (
        "person-ani",
        MemberChanged("sealed", None, "sealed", "SD Contoh", "nganjuk", "baron", "en"),
    ),
    "consent-given": ("consent-ani", ConsentGiven("name-in-archive", None, 1, "nganjuk", AT)),
    "consent-withdrawn": ("consent-ani", ConsentWithdrawn("share-with-partner", "campus", "nganjuk", AT)),
    "telegram-linked": ("telegram-reference", TelegramLinked("ani", "sealed")),
    "telegram-unlinked": ("telegram-reference", TelegramUnlinked("ani")),
    "affiliation-ended": ("affiliation-sdn-1.ani", AffiliationEnded("sdn-1", "ani", "nganjuk", AT, 1)),
}
UNTOLD = [
    ("login-reference", LoginCodeIssued("code", "digest", None, AT, AT)),
    ("login-reference", LoginCodeAccepted("code", "ani", None)),
    ("person-other", IdentityYielded("ani")),
    ("guest-guest-1", GuestForgotten()),
    ("staffing-sdn-1", FirstStaffNoted("ani")),
    ("person-guest-1", IdentityKeptForGuest(("reference",))),
    ("import-1", ImportStarted(1, "ani")),
    ("telegram_offer-1", TelegramLinkOffered("ani", "digest", AT)),
    ("telegram_offer-1", TelegramLinkRedeemed("reference")),
    ("telegram_accounts-ani", TelegramAccountNoted("reference")),
    ("equipment-1", EquipmentRegistered("Proyektor", "projector", "ani", "sdn-1", "nganjuk")),
    ("equipment-1", EquipmentLent("gathering-1", "budi", AT, 1)),
    ("equipment-1", EquipmentReturned("ani", AT, 1)),
    ("equipment-1", EquipmentWithdrawn(AT)),
    ("prior-1", PriorLearningSubmitted("ani", "b-slims", "b", "skill", 3, "kediri-1", "nganjuk", "sealed", None)),
    (
        "prior-1",
        PriorLearningReviewed("ani", "b-slims", "b", "skill", 2, "kediri-1", "nganjuk", "budi", True, "sealed"),
    ),
    ("prior-1", PriorLearningMoved("blitar")),
    ("person-ani", ErasureDecided("ani", "nganjuk")),
    ("erasure-ani", ErasureStarted(("ani", "guest-1"), ("reference",), "nganjuk")),
    ("erasure-ani", ReferencesNoted(("reference",))),
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
def test_events_that_concern_members_alone_tell_no_fact(stream, event):
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
        "member-erased": ("ani", "nganjuk"),
        "login-code-issued": ("ani", None),
        "library-registered": ("sdn-1", "nganjuk"),
        "library-interest-changed": ("sdn-1", "nganjuk"),
        "competence-rated": ("ani", "nganjuk"),
        "framework-adopted": ("framework", None),
        "member-changed": ("ani", "nganjuk"),
        "consent-given": ("ani", "nganjuk"),
        "consent-withdrawn": ("ani", "nganjuk"),
        "telegram-linked": ("ani", None),
        "telegram-unlinked": ("ani", None),
        "affiliation-started": ("sdn-1", "nganjuk"),
        "affiliation-ended": ("sdn-1", "nganjuk"),
    }


def test_an_office_for_all_is_told_under_all():
    draft = tell(recorded("office-coordinator-all", OfficeAssumed("coordinator", None, "ani", AT, True)))
    assert (draft.subject, draft.region) == ("coordinator.all", None)


EVENTS: list[Event] = [
    *[event for _, event in [*TOLD.values(), *UNTOLD]],
    LoginCodeRejected(),
    LibraryDescribed("SDN 1 Contoh", "nganjuk", "school", "basic", None, "small"),
    TokenIssued("ani", "sealed", "digest", AT, AT),
    TokenRevoked(AT),
    RowsTaken((RowOutcome(2, "joined"), RowOutcome(3, "bad", ("name-missing",))), 2, 1, 0, 0, 1),
    ImportFinished(),
]
GOLDEN = Path(__file__).with_name("golden.jsonl")
"""Every version of every event that was ever written, as it was written. Lines are added, none is changed."""


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_comes_back_from_the_log_as_it_went_in(event):
    name, schema, data = REGISTRY.dump(event)
    assert REGISTRY.load(name, schema, json.loads(json.dumps(data))) == event


def test_every_version_ever_written_is_still_readable_and_todays_are_among_them():
    written = [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()]
    for each in written:
        event = REGISTRY.load(each["type"], each["schema"], each["data"])
        if each["schema"] == event.schema:
            assert REGISTRY.dump(event) == (each["type"], each["schema"], each["data"])
    today = {(name, schema) for name, schema, _ in map(REGISTRY.dump, EVENTS)}
    assert today <= {(each["type"], each["schema"]) for each in written}
    assert {name for name, _ in today} == REGISTRY.names() - {"DeadlinePassed"}


def test_every_event_class_of_the_domain_is_registered():
    from services.members import domain

    modules = [import_module(f"{domain.__name__}.{module.name}") for module in iter_modules(domain.__path__)]
    classes = {
        found.__name__
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Event) and dataclasses.is_dataclass(found)
    }
    assert classes <= REGISTRY.names()
