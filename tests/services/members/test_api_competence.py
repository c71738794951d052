"""Competence over HTTP: who rates whom, and growth as of any time, traceable to what brought it about."""

from dataclasses import asdict
from datetime import timedelta

import pytest

from services.kernel.declare.policy import ANONYMOUS, Actor
from services.members.frameworks import first
from tests.services.members.harness import COORDINATOR, REGIONAL, holder_of
from tests.support.sample_community import NOW
from tests.support.sample_facts import sample

GATHERING = "0190a000-0000-7000-8000-000000000001"
SMAN_4 = {"name": "SMAN 4 Kota Kediri", "kind": "school", "level": "secondary", "region": "kota-kediri"}


def member(harness, email="ani@contoh.example", name="Ani"):
    return Actor("person", harness.join(name, email=email))


def rate(harness, actor, level, unit="b-slims", aspect="skill", **more):
    return harness.post(actor, "/v1/competence", {"unit": unit, "aspect": aspect, "level": level, **more})


def hold_gathering(harness, *people, at=NOW, guests=()):
    about = {"activity": GATHERING, "title": "Mencetak barcode", "units": ["b-slims"], "starts": at.isoformat()}
    data = sample("events", "activity-published", **about)
    harness.hear("events.activity-published", data, region="kota-kediri", at=at)
    for person in people:
        told = {"activity": GATHERING, "person": person, "guest": None, "method": "code"}
        harness.hear("events.attendance-recorded", told, at=at)
    for guest in guests:
        told = {"activity": GATHERING, "person": None, "guest": guest, "method": "walk-in"}
        harness.hear("events.attendance-recorded", told, at=at)


def levels(reply, unit="b-slims", aspect="skill"):
    units = {one["unit"]: one for area in reply.body["areas"] for one in area["units"]}
    return units[unit]["aspects"][aspect]


def test_the_first_rating_adopts_the_first_framework(harness):
    ani = member(harness)
    assert harness.get(ANONYMOUS, "/v1/frameworks").body["items"][0]["version"] == "kediri-1"
    reply = rate(harness, ani, 2)
    assert (reply.status, reply.body) == (201, {"person": ani.id, "framework": "kediri-1", "rater": "self"})
    assert levels(harness.get(ani, f"/v1/competence/{ani.id}")) == {"self": 2, "second": None}
    fact = harness.facts()[-1]
    assert (fact.type, fact.subject, fact.region) == ("competence-rated", ani.id, "kota-kediri")
    assert fact.data["because"] is None


def test_a_second_rater_has_the_region_or_is_a_mentor_in_it(harness):
    ani = member(harness)
    mentor = holder_of(("mentor", "kota-kediri"), person="mentor-1")
    elsewhere = holder_of(("mentor", "nganjuk"), person="mentor-2")
    assert rate(harness, mentor, 3, person=ani.id).body["rater"] == "second"
    assert rate(harness, elsewhere, 4, person=ani.id).status == 403
    assert rate(harness, member(harness, "budi@contoh.example"), 4, person=ani.id).status == 403
    assert rate(harness, Actor(), 4, person=ani.id).status == 401
    own = holder_of(("mentor", "kota-kediri"), person=ani.id)
    assert rate(harness, own, 4, person=ani.id).body["rater"] == "self"
    assert levels(harness.get(mentor, f"/v1/competence/{ani.id}")) == {"self": 4, "second": 3}


@pytest.mark.parametrize(
    "change",
    [
        {"level": 0},
        {"level": 5},
        {"aspect": "talent"},
        {"unit": "b-unknown"},
        {"person": "nobody"},
        {"because": {"kind": "activity"}},
        {"because": {"kind": "prior", "id": "x"}},
        {"because": {"kind": "luck"}},
    ],
)
def test_bad_ratings_are_malformed(harness, change):
    body = {"unit": "b-slims", "aspect": "skill", "level": 2}
    assert harness.post(member(harness), "/v1/competence", body | change).status == 400


def test_growth_is_traceable_and_can_be_asked_before_and_after_an_activity(harness):
    ani = member(harness)
    rate(harness, ani, 1)
    harness.clock.advance(timedelta(days=7))
    hold_gathering(harness, ani.id, at=harness.clock.now())
    harness.clock.advance(timedelta(days=1))
    rate(harness, ani, 2, because={"kind": "activity", "id": GATHERING})
    rate(harness, REGIONAL, 3, person=ani.id)
    after = harness.get(REGIONAL, f"/v1/competence/{ani.id}")
    assert [step["level"] for step in after.body["steps"]] == [1, 2, 3]
    assert after.body["steps"][1]["because"] == {"kind": "activity", "id": GATHERING, "title": "Mencetak barcode"}
    (evidence,) = after.body["evidence"]
    assert (evidence["title"], evidence["units"]) == ("Mencetak barcode", ["b-slims"])
    assert (after.body["name"], levels(after)) == ("Ani", {"self": 2, "second": 3})
    compared = harness.get(ani, f"/v1/competence/{ani.id}", query={"activity": GATHERING}).body
    units = {one["unit"]: one for area in compared["before"]["areas"] for one in area["units"]}
    assert (compared["before"]["title"], units["b-slims"]["aspects"]["skill"]["self"]) == ("Mencetak barcode", 1)
    assert after.body["before"] is None
    assert harness.get(ani, f"/v1/competence/{ani.id}", query={"activity": "unheard-of"}).status == 400
    before = harness.get(ani, f"/v1/competence/{ani.id}", query={"as_of": (NOW + timedelta(days=6)).isoformat()})
    assert levels(before) == {"self": 1, "second": None}
    assert before.body["evidence"] == []


def test_visits_and_attendances_as_a_guest_are_evidence(harness):
    guest = "guest-1"
    harness.post(ANONYMOUS, f"/v1/guests/{guest}", {"name": "Ani"})
    hold_gathering(harness, guests=[guest])
    ani = member(harness)
    library = harness.post(ani, "/v1/libraries", SMAN_4).body["library"]
    harness.hear("mentoring.mentorship-opened", {"mentorship": "m-1", "library": library})
    visit = {"mentorship": "m-1", "library": library, "visit": "v-1", "staff": [ani.id], "units": ["b-slims"]}
    harness.hear("mentoring.visit-logged", sample("mentoring", "visit-logged", **visit))
    rate(harness, REGIONAL, 3, person=ani.id, because={"kind": "mentorship", "id": "m-1"})
    path = f"/v1/competence/{ani.id}"
    assert [one["kind"] for one in harness.get(ani, path).body["evidence"]] == ["visit"]
    harness.post(COORDINATOR, f"/v1/guests/{guest}/tie", {"person": ani.id})
    shown = harness.get(ani, path).body
    assert sorted((one["kind"], one["title"]) for one in shown["evidence"]) == [
        ("activity", "Mencetak barcode"),
        ("visit", "SMAN 4 Kota Kediri"),
    ]
    assert shown["steps"][0]["because"]["title"] == "SMAN 4 Kota Kediri"


def test_growth_is_shown_to_the_person_and_to_people_who_accompany_the_region(harness):
    ani, budi = member(harness), member(harness, "budi@contoh.example")
    path = f"/v1/competence/{ani.id}"
    assert harness.get(ANONYMOUS, path).status == 401
    assert harness.get(budi, path).status == 404
    assert harness.get(holder_of(("mentor", "nganjuk")), path).status == 404
    assert harness.get(holder_of(("mentor", "kota-kediri")), path).status == 200
    assert harness.get(COORDINATOR, "/v1/competence/nobody").status == 404


def test_a_librarys_staff_is_counted_without_names_at_two_times(harness):
    ani, budi = member(harness), member(harness, "budi@contoh.example")
    library = harness.post(ani, "/v1/libraries", SMAN_4).body["library"]
    harness.post(ani, f"/v1/libraries/{library}/affiliations", {"role": "staff"})
    rate(harness, ani, 1)
    rate(harness, budi, 4)
    harness.clock.advance(timedelta(days=60))
    harness.post(ani, f"/v1/libraries/{library}/affiliations", {"role": "staff", "person": budi.id})
    rate(harness, ani, 3)
    times = {"from": (NOW + timedelta(days=1)).isoformat(), "to": harness.clock.now().isoformat()}
    reply = harness.get(ani, "/v1/competence", query={"library": library, **times})
    before, after = ({area["area"]: area for area in reply.body[when]["areas"]}["b"] for when in ("from", "to"))
    assert (before["people"], before["levels"]) == (1, {"1": 1, "2": 0, "3": 0, "4": 0})
    assert (after["people"], after["levels"]) == (2, {"1": 0, "2": 0, "3": 1, "4": 1})
    assert reply.body["gained"] == {"self": 2, "second": 0}
    assert "Ani" not in str(reply.body)
    assert ani.id not in str(reply.body)
    now = harness.get(REGIONAL, "/v1/competence", query={"region": "kota-kediri"}).body
    assert (now["from"], now["to"]["people"]) == (None, 2)
    assert harness.get(member(harness, "c@contoh.example"), "/v1/competence", query={"library": library}).status == 403
    assert harness.get(ani, "/v1/competence", query={"region": "kota-kediri"}).status == 403
    assert harness.get(ani, "/v1/competence").status == 400
    assert harness.get(REGIONAL, "/v1/competence", query={"library": "none"}).status == 404


def test_a_new_framework_keeps_old_ratings_under_todays_unit_names(harness):
    ani = member(harness)
    rate(harness, ani, 3)
    document = asdict(first())
    for unit in document["units"]:
        if unit["unit"] == "b-slims":
            unit["unit"] = "b-automation"
    body = {"framework": {**document, "version": "kediri-2"}}
    assert harness.post(REGIONAL, "/v1/frameworks", body).status == 403
    assert harness.post(COORDINATOR, "/v1/frameworks", body).body["rule"] == "framework-loses-units"
    moved = {**body, "migration": [{"unit": "b-slims", "to": "b-automation"}]}
    assert harness.post(COORDINATOR, "/v1/frameworks", moved).status == 201
    growth = harness.get(ani, f"/v1/competence/{ani.id}")
    assert (growth.body["framework"], levels(growth, "b-automation")["self"]) == ("kediri-2", 3)
    assert growth.body["steps"][0]["framework"] == "kediri-1"
    assert rate(harness, ani, 3, unit="b-slims").status == 400
    assert harness.get(ANONYMOUS, "/v1/frameworks/current").body["version"] == "kediri-2"
    assert harness.get(ANONYMOUS, "/v1/frameworks/kediri-1").body["current"] is False
    assert harness.get(ANONYMOUS, "/v1/frameworks/kediri-9").status == 404


def test_an_erased_person_is_not_rated_and_not_shown(harness):
    ani = member(harness)
    rate(harness, ani, 3)
    harness.post(ani, "/v1/me/erasure", {"sure": True})
    assert harness.get(COORDINATOR, f"/v1/competence/{ani.id}").status == 404
    assert rate(harness, COORDINATOR, 3, person=ani.id).status == 400


@pytest.mark.parametrize("text", ["Ani Contoh, 0812-3456-7890", "a b", "", "x" * 65])
def test_the_reason_for_a_rating_is_an_id_and_no_text(harness, text):
    """It goes out to everybody in a fact."""
    because = {"kind": "activity", "id": text}
    assert rate(harness, member(harness), 3, because=because).status == 400
    assert "competence-rated" not in {fact.type for fact in harness.facts()}
