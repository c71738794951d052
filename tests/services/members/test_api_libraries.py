"""Libraries over HTTP, and who works there."""

import concurrent.futures

import pytest

from services.kernel.base.message import Metadata
from services.kernel.commands.decider import CommandEnvelope
from services.kernel.declare.policy import ANONYMOUS, Actor
from services.members.domain.affiliation import AFFILIATION, StartAffiliation, affiliation_identity
from tests.services.members.harness import COORDINATOR, REGIONAL, holder_of
from tests.support.sample_community import NOW

SMAN_4 = {"name": "SMAN 4 Kota Kediri", "kind": "school", "level": "secondary", "region": "kota-kediri"}


@pytest.fixture
def harness(harness):
    harness.open_region("nganjuk", "Kab. Nganjuk")
    return harness


def member(harness, email="ani@contoh.example", name="Ani"):
    return Actor("person", harness.join(name, email=email))


def registered(harness, **other):
    reply = harness.post(COORDINATOR, "/v1/libraries", {**SMAN_4, **other})
    assert reply.status in {200, 201}, reply.body
    return reply.body["library"]


def test_a_member_registers_a_school_and_later_members_get_the_same_library(harness):
    first = harness.post(member(harness), "/v1/libraries", {**SMAN_4, "subdistrict": "mojoroto"})
    assert (first.status, first.body["registered"]) == (201, True)
    again = harness.post(REGIONAL, "/v1/libraries", {**SMAN_4, "name": "sma negeri 4 kota kediri"})
    assert (again.status, again.body) == (200, {"library": first.body["library"], "registered": False})
    shown = harness.get(ANONYMOUS, f"/v1/libraries/{first.body['library']}").body
    assert (shown["name"], shown["interest"], shown["subdistrict"]) == ("SMAN 4 Kota Kediri", "none", "mojoroto")
    (fact,) = [fact for fact in harness.facts() if fact.type == "library-registered"]
    assert fact.region == "kota-kediri"


def test_a_member_registers_nothing_elsewhere_and_a_stranger_nothing(harness):
    assert harness.post(member(harness), "/v1/libraries", {**SMAN_4, "region": "nganjuk"}).status == 403
    assert harness.post(ANONYMOUS, "/v1/libraries", SMAN_4).status == 401
    assert harness.post(REGIONAL, "/v1/libraries", {**SMAN_4, "region": "nganjuk"}).status == 403


@pytest.mark.parametrize(
    "change",
    [{"kind": "shop"}, {"level": "high"}, {"size": "huge"}, {"subdistrict": "wates"}, {"name": "–"}, {"fee": 1}],
)
def test_bad_libraries_are_malformed(harness, change):
    assert harness.post(COORDINATOR, "/v1/libraries", {**SMAN_4, **change}).status == 400


def test_two_members_who_register_the_same_school_at_once_get_one_library(harness):
    def register(name):
        return harness.post(COORDINATOR, "/v1/libraries", {**SMAN_4, "name": name})

    harness.settle = lambda: None  # no views needed, and they are not made for several threads
    names = ["SMAN 4 Kota Kediri", "SMA Negeri 4 Kota Kediri"] * 4
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(register, names))
    assert {reply.status for reply in replies} <= {200, 201}
    assert len({reply.body["library"] for reply in replies}) == 1
    assert [fact.type for fact in harness.facts()].count("library-registered") == 1


def test_libraries_are_found_by_a_part_of_the_name_in_any_spelling(harness):
    registered(harness)
    registered(harness, name="Taman Baca Pelangi", kind="reading-garden", level="none")
    registered(harness, region="nganjuk", name="SMPN 1 Nganjuk")

    def names(**query):
        return [item["name"] for item in harness.get(ANONYMOUS, "/v1/libraries", query=query).body["items"]]

    assert names() == ["SMAN 4 Kota Kediri", "SMPN 1 Nganjuk", "Taman Baca Pelangi"]
    assert names(region="nganjuk") == ["SMPN 1 Nganjuk"]
    assert names(name="SMA Negeri 4") == ["SMAN 4 Kota Kediri"]
    assert names(name="pelangi", region="kota-kediri") == ["Taman Baca Pelangi"]
    assert names(name=".*") == names()
    assert names(level="none") == ["Taman Baca Pelangi"]


def test_staff_and_keepers_of_the_regions_libraries_change_the_interest(harness):
    ani, library = member(harness), registered(harness)
    path = f"/v1/libraries/{library}"
    assert harness.post(ani, f"{path}/interest", {"interest": "using"}).status == 403
    assert harness.post(REGIONAL, f"{path}/interest", {"interest": "interested"}).status == 200
    assert harness.post(ani, f"{path}/affiliations", {"role": "staff"}).status == 201
    assert harness.post(ani, f"{path}/interest", {"interest": "using"}).status == 200
    assert harness.get(ANONYMOUS, path).body["interest"] == "using"
    assert harness.get(ANONYMOUS, "/v1/libraries", query={"interest": "using"}).body["items"][0]["library"] == library
    body = {"kind": "school", "level": "secondary", "subdistrict": "pesantren", "size": "large"}
    assert harness.call(ani, "PUT", path, body).status == 200
    assert harness.get(ANONYMOUS, path).body["size"] == "large"
    assert harness.post(COORDINATOR, "/v1/libraries/none/interest", {"interest": "using"}).status == 404


def test_the_first_person_at_a_library_enters_alone_and_later_ones_need_a_colleague(harness):
    ani, budi = member(harness), member(harness, "budi@contoh.example", "Budi")
    citra = member(harness, "citra@contoh.example", "Citra")
    library = registered(harness)
    path = f"/v1/libraries/{library}/affiliations"
    assert harness.post(ani, path, {"role": "staff"}).body == {
        "library": library, "person": ani.id, "role": "staff"
    }  # fmt: skip
    assert harness.post(citra, path, {"role": "staff", "person": budi.id}).status == 403
    alone = harness.post(citra, path, {"role": "staff"})
    assert (alone.status, alone.body["rule"]) == (422, "colleague-vouches")
    assert harness.post(REGIONAL, path, {"role": "teacher-librarian", "person": budi.id}).status == 201
    assert harness.post(budi, path, {"role": "volunteer", "person": citra.id}).status == 201
    assert harness.post(citra, path, {"role": "staff"}).status == 201  # another role of who works there
    assert harness.post(REGIONAL, path, {"role": "staff", "person": "nobody"}).status == 400
    (own,) = harness.get(ani, "/v1/me").body["affiliations"]
    assert (own["library"], own["name"], own["role"]) == (library, "SMAN 4 Kota Kediri", "staff")
    told = [(fact.type, fact.subject, fact.data["person"]) for fact in harness.facts() if "affiliation" in fact.type]
    assert [person for kind, _, person in told if kind == "affiliation-started"][:3] == [ani.id, budi.id, citra.id]
    assert {subject for _, subject, _ in told} == {library}


def test_an_affiliation_ends_with_its_date_and_the_library_keeps_its_history(harness):
    ani, budi = member(harness), member(harness, "budi@contoh.example", "Budi")
    library = registered(harness)
    path = f"/v1/libraries/{library}/affiliations"
    harness.post(ani, path, {"role": "staff", "since": "2025-07-01T00:00:00Z"})
    harness.post(ani, path, {"role": "head", "person": budi.id})
    until = {"until": "2026-01-31T00:00:00Z"}
    assert harness.post(budi, f"{path}/{ani.id}/end", until).status == 403
    assert harness.post(ani, f"{path}/{ani.id}/end", until).body["role"] is None
    assert harness.get(ani, "/v1/me").body["affiliations"] == []
    assert harness.get(ani, path).status == 403
    items = {item["name"]: item for item in harness.get(budi, path).body["items"]}
    assert items["Ani"]["stands"] is False
    assert items["Ani"]["terms"] == [
        {"role": "staff", "since": "2025-07-01T00:00:00+00:00", "until": "2026-01-31T00:00:00+00:00"}
    ]
    assert items["Budi"]["terms"][0]["until"] is None
    assert harness.get(REGIONAL, path).status == 200
    assert harness.get(holder_of(("mentor", "kota-kediri")), path).status == 200
    assert harness.get(holder_of(("mentor", "nganjuk")), path).status == 403
    assert harness.get(ANONYMOUS, path).status == 401


def test_a_library_without_staff_gets_no_new_first_person(harness):
    ani, eve = member(harness), member(harness, "eve@contoh.example", "Eve")
    path = f"/v1/libraries/{registered(harness)}/affiliations"
    assert harness.post(ani, path, {"role": "staff"}).status == 201
    assert harness.post(ani, f"{path}/{ani.id}/end", {}).status == 200
    for whoever in (eve, ani):
        refused = harness.post(whoever, path, {"role": "head"})
        assert (refused.status, refused.body["rule"]) == (422, "colleague-vouches")
    assert harness.post(ani, path, {"role": "head", "person": eve.id}).status == 403
    assert harness.post(REGIONAL, path, {"role": "head", "person": eve.id}).status == 201
    assert harness.post(eve, path, {"role": "staff", "person": ani.id}).status == 201


def test_only_one_of_two_simultaneous_starters_is_the_first_at_a_library(harness):
    ani, eve = member(harness), member(harness, "eve@contoh.example", "Eve")
    path = f"/v1/libraries/{registered(harness)}/affiliations"
    harness.settle = lambda: None  # the view is a moment behind the log
    assert harness.post(ani, path, {"role": "staff"}).status == 201
    refused = harness.post(eve, path, {"role": "head"})
    assert (refused.status, refused.body["rule"]) == (422, "colleague-vouches")


def test_a_person_recorded_by_the_coordinator_is_the_first_too(harness):
    ani, eve = member(harness), member(harness, "eve@contoh.example", "Eve")
    path = f"/v1/libraries/{registered(harness)}/affiliations"
    harness.settle = lambda: None
    assert harness.post(REGIONAL, path, {"role": "staff", "person": ani.id}).status == 201
    assert harness.post(eve, path, {"role": "head"}).body["rule"] == "colleague-vouches"


def test_staff_from_before_the_first_person_was_recorded_count_as_the_first(harness):
    ani, eve, library = member(harness), member(harness, "eve@contoh.example", "Eve"), registered(harness)
    begun = StartAffiliation(library, ani.id, "staff", "kota-kediri", NOW, NOW)
    identity = affiliation_identity(library, ani.id)
    harness.parts.commands.take(AFFILIATION, CommandEnvelope(begun, identity, "begun", Metadata("c")))
    harness.settle()
    path = f"/v1/libraries/{library}/affiliations"
    assert harness.post(eve, path, {"role": "head"}).body["rule"] == "colleague-vouches"
    assert harness.post(ani, path, {"role": "head"}).status == 201
