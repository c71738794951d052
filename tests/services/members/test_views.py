"""Views on a real database: in whatever order the two logs are read, and however often, the documents are the same."""

import random
from typing import Any

import pytest

from services.kernel.base.message import Fact
from services.kernel.declare.policy import ANONYMOUS, Actor
from services.kernel.declare.view import COMMITS, INBOX, update
from services.members.bootstrap import definition
from services.members.views.learning import LEARNING
from services.members.views.libraries import LIBRARIES
from tests.services.members.harness import COORDINATOR, GATEWAY, REGIONAL
from tests.support.sample_community import NOW
from tests.support.sample_facts import checked, sample

SCHOOL = {"name": "SMPN 1 (Filial) Kediri", "kind": "school", "level": "basic", "region": "kota-kediri"}


class Past:
    """What has happened in members, as its log has it, and what events and mentoring told meanwhile."""

    def __init__(self, harness, seed):
        self.chance = random.Random(seed)
        self.stage = harness
        harness.open_region()
        harness.post(COORDINATOR, "/v1/rules", {"speakers": "open"})
        self.ani = Actor("person", harness.join("Ani", email="ani@contoh.example"))
        self.budi = Actor("person", harness.join("Budi", email="budi@contoh.example"))
        self.guests = [f"guest-{n}" for n in range(3)]
        for guest in self.guests:
            harness.post(ANONYMOUS, f"/v1/guests/{guest}", {})
        self.facts = []
        self.something_of_each()
        for _ in range(20):
            self.something()

    def something_of_each(self):
        harness, ani = self.stage, self.ani
        library = harness.post(ani, "/v1/libraries", SCHOOL).body["library"]
        path = f"/v1/libraries/{library}"
        harness.post(ani, f"{path}/affiliations", {"role": "staff"})
        harness.post(ani, f"{path}/affiliations", {"role": "head"})
        harness.post(ani, f"{path}/affiliations/{ani.id}/end", {})
        harness.post(REGIONAL, f"{path}/interest", {"interest": "using"})
        harness.post(COORDINATOR, "/v1/offices/mentor/holders", {"person": self.budi.id, "region": "kota-kediri"})
        rating = {"unit": "b-slims", "aspect": "skill", "level": 2}
        harness.post(ani, "/v1/competence", rating)
        harness.post(REGIONAL, "/v1/competence", {**rating, "person": ani.id})
        harness.call(ani, "PUT", "/v1/me", {"language": "en"})
        token = harness.post(ani, "/v1/me/telegram").body["token"]
        harness.post(GATEWAY, "/internal/telegram-link", {"token": token, "chat": "1"})
        harness.call(ani, "DELETE", "/v1/me/telegram")
        about = {"activity": "a", "title": "A", "starts": NOW.isoformat(), "units": []}
        self.hear("events.activity-published", sample("events", "activity-published", **about))
        moved = sample("events", "activity-rescheduled", activity="a", starts=NOW.isoformat())
        self.hear("events.activity-rescheduled", moved)
        opened = sample("mentoring", "mentorship-opened", mentorship="m", library=library)
        self.hear("mentoring.mentorship-opened", opened)

    def something(self):
        person, guest = self.chance.choice([self.ani, self.budi]), self.chance.choice(self.guests)
        activity = self.chance.choice("abc")
        match self.chance.randrange(4):
            case 0:
                told = {"activity": activity, "person": person.id, "guest": None, "method": "code"}
                self.hear("events.attendance-recorded", told)
            case 1:
                told = {"activity": activity, "person": None, "guest": guest, "method": "walk-in"}
                self.hear("events.attendance-recorded", told)
            case 2:
                visit = {"mentorship": "m", "visit": f"v{len(self.facts)}", "units": ["b-slims"]}
                staff = [person.id, person.id, self.budi.id]
                self.hear("mentoring.visit-logged", sample("mentoring", "visit-logged", **visit, staff=staff))
            case _:
                self.stage.post(COORDINATOR, f"/v1/guests/{guest}/tie", {"person": person.id})

    def hear(self, name, data):
        source, _, kind = name.partition(".")
        checked(source, kind, data)
        n = len(self.facts) + 1
        self.facts.append(Fact(source, "e", n, f"f{n}", kind, 1, "s", None, NOW, data, "c", position=n))

    @property
    def events(self):
        log = self.stage.application.log
        return [event for commit in log.read(0, 1000) for event in log.recorded(commit)]


def interleaved(chance, *logs):
    """The logs in one order, each kept in its own."""
    rest = [list(log) for log in logs]
    while any(rest):
        yield chance.choice([log for log in rest if log]).pop(0)


def shown(database, name, view, told) -> dict[str, Any]:
    """The documents of a view after it has read all this, in this order."""
    updates = [
        update(INBOX if isinstance(each, Fact) else COMMITS, each.guard, change)
        for each in told
        for change in view.apply(each)
    ]
    if updates:
        database[name].bulk_write(updates, ordered=True)
    return {document["_id"]: document for document in database[name].find()}


@pytest.mark.parametrize("seed", range(4))
def test_the_learning_view_is_the_same_however_the_two_logs_are_interleaved(new_harness, database, seed):
    past = Past(new_harness(), seed)
    orders = [
        [*past.events, *past.facts],
        [*past.facts, *past.events],
        *(list(interleaved(random.Random(n), past.events, past.facts)) for n in range(3)),
    ]
    views = [shown(database, f"order_{n}", LEARNING, order) for n, order in enumerate(orders)]
    assert len(views[0]) >= 2
    assert all(view == views[0] for view in views)


def test_an_event_or_fact_read_twice_counts_once(new_harness, database):
    past = Past(new_harness(), 11)
    for view in definition().views:
        told = [*(past.events if COMMITS in view.logs else ()), *(past.facts if INBOX in view.logs else ())]
        once = shown(database, f"once_{view.name}", view, told)
        shown(database, f"twice_{view.name}", view, told[: len(told) // 2])
        shown(database, f"twice_{view.name}", view, told)
        assert shown(database, f"twice_{view.name}", view, told) == once


def test_the_database_finds_a_library_by_a_part_of_its_name(new_harness, database):
    shown(database, "libraries", LIBRARIES, Past(new_harness(), 0).events)
    found = database["libraries"].find({"region": "kota-kediri", "spelling": {"$regex": "1\\ filial"}})
    assert [document["name"] for document in found] == ["SMPN 1 (Filial) Kediri"]
