"""Views on a real database: in whatever order the two logs are read, and however often, the documents are the same."""

import random
from typing import Any

import pytest

from services.kernel.base.message import Fact
from services.kernel.declare.policy import ANONYMOUS, Actor
from services.kernel.declare.view import COMMITS, INBOX, update
from services.members.views import VIEWS
from services.members.views.learning import LEARNING
from services.members.views.libraries import LIBRARIES
from tests.services.members.harness import COORDINATOR, GATEWAY, REGIONAL
from tests.support.sample_community import NOW

SCHOOL = {"name": "SMPN 1 (Filial) Kediri", "kind": "school", "level": "basic", "region": "kota-kediri"}


class Past:
    """What has happened in members, as its log has it, and what events and mentoring told meanwhile."""

    def __init__(self, stage, seed):
        self.chance = random.Random(seed)
        self.stage = stage
        stage.open_region()
        stage.post(COORDINATOR, "/v1/rules", {"speakers": "open"})
        self.ani = Actor("person", stage.join("Ani", email="ani@contoh.example"))
        self.budi = Actor("person", stage.join("Budi", email="budi@contoh.example"))
        self.guests = [f"guest-{n}" for n in range(3)]
        for guest in self.guests:
            stage.post(ANONYMOUS, f"/v1/guests/{guest}", {})
        self.facts = []
        self.something_of_each()
        for _ in range(20):
            self.something()

    def something_of_each(self):
        stage, ani = self.stage, self.ani
        library = stage.post(ani, "/v1/libraries", SCHOOL).body["library"]
        path = f"/v1/libraries/{library}"
        stage.post(ani, f"{path}/affiliations", {"role": "staff"})
        stage.post(ani, f"{path}/affiliations", {"role": "head"})
        stage.post(ani, f"{path}/affiliations/{ani.id}/end", {})
        stage.post(REGIONAL, f"{path}/interest", {"interest": "using"})
        stage.post(COORDINATOR, "/v1/offices/mentor/holders", {"person": self.budi.id, "region": "kota-kediri"})
        rating = {"unit": "b-slims", "aspect": "skill", "level": 2}
        stage.post(ani, "/v1/competence", rating)
        stage.post(REGIONAL, "/v1/competence", {**rating, "person": ani.id})
        stage.call(ani, "PUT", "/v1/me", {"language": "en"})
        token = stage.post(ani, "/v1/me/telegram").body["token"]
        stage.post(GATEWAY, "/internal/telegram-link", {"token": token, "chat": "1"})
        stage.call(ani, "DELETE", "/v1/me/telegram")
        self.hear("events.activity-published", {"activity": "a", "title": "A", "starts": NOW.isoformat(), "units": []})
        self.hear("events.activity-rescheduled", {"activity": "a", "starts": NOW.isoformat()})
        self.hear("mentoring.mentorship-opened", {"mentorship": "m", "library": library})

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
                self.hear("mentoring.visit-logged", {**visit, "staff": [person.id, person.id, self.budi.id]})
            case _:
                self.stage.post(COORDINATOR, f"/v1/guests/{guest}/tie", {"person": person.id})

    def hear(self, name, data):
        source, _, kind = name.partition(".")
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
def test_the_learning_view_is_the_same_however_the_two_logs_are_interleaved(new_stage, database, seed):
    past = Past(new_stage(), seed)
    orders = [
        [*past.events, *past.facts],
        [*past.facts, *past.events],
        *(list(interleaved(random.Random(n), past.events, past.facts)) for n in range(3)),
    ]
    views = [shown(database, f"order_{n}", LEARNING, order) for n, order in enumerate(orders)]
    assert len(views[0]) >= 2
    assert all(view == views[0] for view in views)


def test_an_event_or_fact_read_twice_counts_once(new_stage, database):
    past = Past(new_stage(), 11)
    for view in VIEWS:
        told = [*(past.events if COMMITS in view.logs else ()), *(past.facts if INBOX in view.logs else ())]
        once = shown(database, f"once_{view.name}", view, told)
        shown(database, f"twice_{view.name}", view, told[: len(told) // 2])
        shown(database, f"twice_{view.name}", view, told)
        assert shown(database, f"twice_{view.name}", view, told) == once


def test_the_database_finds_a_library_by_a_part_of_its_name(new_stage, database):
    shown(database, "libraries", LIBRARIES, Past(new_stage(), 0).events)
    found = database["libraries"].find({"region": "kota-kediri", "spelling": {"$regex": "1\\ filial"}})
    assert [document["name"] for document in found] == ["SMPN 1 (Filial) Kediri"]
