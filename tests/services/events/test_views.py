"""Views on a real database: whatever order the two logs are read in, and however often, the documents are the same."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pymongo.database import Database

from services.events.bootstrap import definition
from services.events.contract import REGISTRY, tell
from services.events.domain.attendance import ATTENDANCE, RecordGuest, RecordMember
from services.events.domain.feedback import FEEDBACK, GiveFeedback
from services.events.domain.seats import SEATS, OpenSeats, ReleaseSeat, TakeSeat
from services.events.views.board import BOARD
from services.events.views.participation import PARTICIPATION, ParticipationRow, Took, together
from services.events.views.rulebook import RULEBOOK, rules_at
from services.heard.regions import REGIONS
from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Command, Fact, Metadata, Recorded
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import CommandEnvelope, Commands, Decider
from services.kernel.declare.view import COMMITS, INBOX, View, update
from services.kernel.log.memory_log import MemoryLog
from tests.support.sample_community import BLITAR, KEDIRI
from tests.support.sample_facts import sample
from tests.support.service_harness import SourceService
from tests.unit.events.sample_events import HELD, NOW
from tests.unit.events.sample_times import END, START

PEOPLE = ["ani", "budi", "citra"]
GUESTS = ["guest-1", "guest-2", "guest-3"]
Told = Recorded | Fact


class Past:
    """What has happened to two activities, as the log has it, and what members told meanwhile."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.log = MemoryLog("events", REGISTRY)
        self.commands = Commands(self.log, FixedClock(NOW), tell)
        self.members = SourceService("members")
        for activity in ("a", "b"):
            self.take(SEATS, activity, OpenSeats(1, START, KEDIRI))
        for _ in range(30):
            self.something()

    def something(self) -> None:
        activity, person, guest = (self.chance.choice(each) for each in (["a", "b"], PEOPLE, GUESTS))
        happening = self.chance.randrange(7)
        if happening <= 1:
            self.take(SEATS, activity, TakeSeat(person, NOW, "published"))
        elif happening == 2:
            self.take(SEATS, activity, ReleaseSeat(person, NOW))
        elif happening == 3:
            self.take(ATTENDANCE, activity, RecordMember(person, END, HELD))
        elif happening == 4:
            self.take(ATTENDANCE, activity, RecordGuest(guest, END, HELD))
        elif happening == 5:
            self.take(FEEDBACK, activity, GiveFeedback(person, 5, 4, present=True))
        else:
            self.members.say("guest-tied", guest, {"guest": guest, "person": person})

    def take(self, decider: Decider[Any], identity: str, command: Command) -> None:
        order = CommandEnvelope(command, identity, f"command-{self.log.head()}", Metadata("correlation"))
        try:
            self.commands.take(decider, order)
        except Refused as refused:
            assert refused.rule == "feedback-once"  # noqa: PT017 - the others are recorded as nothing new

    @property
    def events(self) -> list[Recorded]:
        return [event for commit in self.log.read(0, 1000) for event in self.log.recorded(commit)]

    @property
    def facts(self) -> list[Fact]:
        return self.members.said


def interleaved(chance: random.Random, *logs: Sequence[Told]) -> Iterator[Told]:
    """The logs in one order, each kept in its own."""
    rest = [list(log) for log in logs]
    while any(rest):
        yield chance.choice([log for log in rest if log]).pop(0)


def shown(database: Database[dict[str, Any]], name: str, view: View, told: Sequence[Told]) -> dict[str, Any]:
    """The documents of a view after it has read all this, in this order."""
    collection = database[name]
    updates = [
        update(INBOX if isinstance(each, Fact) else COMMITS, each.guard, change)
        for each in told
        for change in view.apply(each)
    ]
    if updates:
        collection.bulk_write(updates, ordered=True)
    return {document["_id"]: document for document in collection.find()}


@pytest.mark.parametrize("seed", range(8))
def test_participation_is_the_same_however_the_two_logs_are_interleaved(
    database: Database[dict[str, Any]], seed: int
) -> None:
    past = Past(seed)
    orders = [
        [*past.events, *past.facts],
        [*past.facts, *past.events],
        *(list(interleaved(random.Random(n), past.events, past.facts)) for n in range(4)),
    ]
    views = [shown(database, f"order_{n}", PARTICIPATION, order) for n, order in enumerate(orders)]
    assert len(views[0]) >= 4
    assert all(view == views[0] for view in views)


@pytest.mark.parametrize("view", definition().views, ids=lambda view: view.name)
def test_an_event_or_fact_read_twice_counts_once(database: Database[dict[str, Any]], view: View) -> None:
    past = Past(11)
    told = [*(past.events if COMMITS in view.logs else ()), *(past.facts if INBOX in view.logs else ())]
    once = shown(database, "once", view, told)
    half = len(told) // 2
    shown(database, "twice", view, told[:half])
    shown(database, "twice", view, told)
    assert shown(database, "twice", view, told) == once


def test_a_guest_who_becomes_a_member_finds_what_the_guest_did(database: Database[dict[str, Any]]) -> None:
    past = Past(0)
    past.take(ATTENDANCE, "z", RecordGuest("guest-9", END, HELD))
    past.members.say("guest-tied", "guest-9", {"guest": "guest-9", "person": "zaki"})
    documents = shown(database, "view", PARTICIPATION, [*past.events, *past.facts])
    zaki = PARTICIPATION.read(documents["zaki"])
    history = together([zaki, *(PARTICIPATION.read(documents[guest]) for guest in zaki.guests)])
    assert history["z"].attended
    assert history["z"].method == "walk-in"


def test_two_ids_of_a_person_at_one_activity_are_one_participation() -> None:
    member = ParticipationRow("ani", {"a": Took(seat="taken"), "b": Took(seat="released")})
    walked_in = Took(attended=True, method="walk-in", at="t")
    guest = ParticipationRow("guest-1", {"a": walked_in, "b": Took(seat="line")})
    for rows in ([member, guest], [guest, member]):
        history = together(rows)
        assert (history["a"].seat, history["a"].attended, history["b"].seat) == ("taken", True, "line")


def test_the_rules_in_force_are_those_of_the_moment(database: Database[dict[str, Any]]) -> None:
    members = SourceService("members")
    for version, since, speakers in ((1, NOW, "board"), (2, START, "open")):
        rules = {"version": version, "in_force_from": since.isoformat(), "speakers": speakers}
        members.say("rules-changed", "rules", sample("members", "rules-changed", **rules))
    documents = shown(database, "rules", RULEBOOK, members.said)
    rows = [RULEBOOK.read({"_id": key, **document}) for key, document in documents.items()]
    assert rules_at(rows, NOW).version == 1
    assert rules_at(rows, END).speakers == "open"


def test_the_board_is_everybody_with_an_office_of_the_board_now(database: Database[dict[str, Any]]) -> None:
    members = SourceService("members")
    office = {"office": "treasurer", "region": None}
    members.say("office-assumed", "treasurer.all", {**office, "person": "tuti", "board": True})
    members.say("office-assumed", "mentor.all", {"office": "mentor", "region": None, "person": "maman", "board": False})
    documents = shown(database, "board", BOARD, members.said)
    assert {person: document["offices"] for person, document in documents.items()} == {"tuti": ["treasurer.all"]}
    members.say("office-vacated", "treasurer.all", {**office, "person": "tuti"})
    documents = shown(database, "board", BOARD, members.said)
    assert documents["tuti"]["offices"] == []


def test_a_stand_in_counts_as_board_member_until_the_stand_in_ends(database: Database[dict[str, Any]]) -> None:
    members = SourceService("members")
    secretary = {"office": "secretary", "region": None, "person": "sari"}
    members.say("stand-in-named", "secretary.all", {**secretary, "board": True})
    treasurer = {"office": "treasurer", "region": None, "person": "tuti"}
    members.say("stand-in-named", "treasurer.all", treasurer, told_long_ago=True)
    members.say("stand-in-named", "helper.all", {"office": "helper", "region": None, "person": "budi", "board": False})
    documents = shown(database, "board", BOARD, members.said)
    assert {person: document["offices"] for person, document in documents.items()} == {
        "sari": ["secretary.all"],
        "tuti": ["treasurer.all"],
    }
    members.say("stand-in-ended", "secretary.all", secretary)
    assert shown(database, "board", BOARD, members.said)["sari"]["offices"] == []


def test_regions_are_known_with_their_subdistricts(database: Database[dict[str, Any]]) -> None:
    members = SourceService("members")
    places = [{"id": "wates", "name": "Wates", "latitude": -7.9, "longitude": 112.1}]
    members.say("region-opened", BLITAR, {"name": "Kota Blitar", "subdistricts": places}, BLITAR)
    assert shown(database, "regions", REGIONS, members.said)[BLITAR]["subdistricts"] == places
