"""Libraries over HTTP, and who works there."""

import concurrent.futures

import pytest

from services.kernel.base.message import Metadata
from services.kernel.commands.decider import Order
from services.kernel.declare.policy import Actor
from services.members.domain.affiliation import AFFILIATION, StartAffiliation, affiliation_identity
from tests.unit.members.stage import COORDINATOR, NOW, REGIONAL, Stage, holder_of

SMAN_4 = {"name": "SMAN 4 Kota Kediri", "kind": "school", "level": "secondary", "region": "kota-kediri"}


@pytest.fixture
def stage():
    stage = Stage()
    stage.open_region()
    stage.open_region("nganjuk", "Kab. Nganjuk")
    return stage


def member(stage, email="ani@contoh.example", name="Ani"):
    return Actor("person", stage.join(name, email=email))


def registered(stage, **other):
    reply = stage.post("/v1/libraries", {**SMAN_4, **other}, actor=COORDINATOR)
    assert reply.status in {200, 201}, reply.body
    return reply.body["library"]


def test_a_member_registers_her_own_school_and_whoever_follows_gets_the_same(stage):
    first = stage.post("/v1/libraries", {**SMAN_4, "subdistrict": "mojoroto"}, actor=member(stage))
    assert (first.status, first.body["registered"]) == (201, True)
    again = stage.post("/v1/libraries", {**SMAN_4, "name": "sma negeri 4 kota kediri"}, actor=REGIONAL)
    assert (again.status, again.body) == (200, {"library": first.body["library"], "registered": False})
    shown = stage.get(f"/v1/libraries/{first.body['library']}").body
    assert (shown["name"], shown["interest"], shown["subdistrict"]) == ("SMAN 4 Kota Kediri", "none", "mojoroto")
    (fact,) = [fact for fact in stage.facts() if fact.type == "library-registered"]
    assert fact.region == "kota-kediri"


def test_a_member_registers_nothing_elsewhere_and_a_stranger_nothing(stage):
    assert stage.post("/v1/libraries", {**SMAN_4, "region": "nganjuk"}, actor=member(stage)).status == 403
    assert stage.post("/v1/libraries", SMAN_4).status == 401
    assert stage.post("/v1/libraries", {**SMAN_4, "region": "nganjuk"}, actor=REGIONAL).status == 403


@pytest.mark.parametrize(
    "change",
    [{"kind": "shop"}, {"level": "high"}, {"size": "huge"}, {"subdistrict": "wates"}, {"name": "–"}, {"fee": 1}],
)
def test_bad_libraries_are_malformed(stage, change):
    assert stage.post("/v1/libraries", {**SMAN_4, **change}, actor=COORDINATOR).status == 400


def test_two_who_register_the_same_school_at_once_end_in_one(stage):
    def register(name):
        return stage.post("/v1/libraries", {**SMAN_4, "name": name}, actor=COORDINATOR)

    stage.follow = lambda: None  # no views needed, and they are not made for several threads
    names = ["SMAN 4 Kota Kediri", "SMA Negeri 4 Kota Kediri"] * 4
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(register, names))
    assert {reply.status for reply in replies} <= {200, 201}
    assert len({reply.body["library"] for reply in replies}) == 1
    assert [fact.type for fact in stage.facts()].count("library-registered") == 1


def test_libraries_are_found_by_a_part_of_the_name_in_any_spelling(stage):
    registered(stage)
    registered(stage, name="Taman Baca Pelangi", kind="reading-garden", level="none")
    registered(stage, region="nganjuk", name="SMPN 1 Nganjuk")

    def names(**query):
        return [item["name"] for item in stage.get("/v1/libraries", **query).body["items"]]

    assert names() == ["SMAN 4 Kota Kediri", "SMPN 1 Nganjuk", "Taman Baca Pelangi"]
    assert names(region="nganjuk") == ["SMPN 1 Nganjuk"]
    assert names(name="SMA Negeri 4") == ["SMAN 4 Kota Kediri"]
    assert names(name="pelangi", region="kota-kediri") == ["Taman Baca Pelangi"]
    assert names(name=".*") == names()
    assert names(level="none") == ["Taman Baca Pelangi"]


def test_interest_is_said_by_who_works_there_or_keeps_the_regions_libraries(stage):
    ani, library = member(stage), registered(stage)
    path = f"/v1/libraries/{library}"
    assert stage.post(f"{path}/interest", {"interest": "using"}, actor=ani).status == 403
    assert stage.post(f"{path}/interest", {"interest": "interested"}, actor=REGIONAL).status == 200
    assert stage.post(f"{path}/affiliations", {"role": "staff"}, actor=ani).status == 201
    assert stage.post(f"{path}/interest", {"interest": "using"}, actor=ani).status == 200
    assert stage.get(path).body["interest"] == "using"
    assert stage.get("/v1/libraries", interest="using").body["items"][0]["library"] == library
    body = {"kind": "school", "level": "secondary", "subdistrict": "pesantren", "size": "large"}
    assert stage.send("PUT", path, body, actor=ani).status == 200
    assert stage.get(path).body["size"] == "large"
    assert stage.post("/v1/libraries/none/interest", {"interest": "using"}, actor=COORDINATOR).status == 404


def test_the_first_says_alone_where_they_work_and_the_next_are_vouched_for(stage):
    ani, budi = member(stage), member(stage, "budi@contoh.example", "Budi")
    citra = member(stage, "citra@contoh.example", "Citra")
    library = registered(stage)
    path = f"/v1/libraries/{library}/affiliations"
    assert stage.post(path, {"role": "staff"}, actor=ani).body == {
        "library": library, "person": ani.id, "role": "staff"
    }  # fmt: skip
    assert stage.post(path, {"role": "staff", "person": budi.id}, actor=citra).status == 403
    alone = stage.post(path, {"role": "staff"}, actor=citra)
    assert (alone.status, alone.body["rule"]) == (422, "colleague-vouches")
    assert stage.post(path, {"role": "teacher-librarian", "person": budi.id}, actor=REGIONAL).status == 201
    assert stage.post(path, {"role": "volunteer", "person": citra.id}, actor=budi).status == 201
    assert stage.post(path, {"role": "staff"}, actor=citra).status == 201  # another role of who works there
    assert stage.post(path, {"role": "staff", "person": "nobody"}, actor=REGIONAL).status == 400
    (own,) = stage.get("/v1/me", actor=ani).body["affiliations"]
    assert (own["library"], own["name"], own["role"]) == (library, "SMAN 4 Kota Kediri", "staff")
    told = [(fact.type, fact.subject, fact.data["person"]) for fact in stage.facts() if "affiliation" in fact.type]
    assert [person for kind, _, person in told if kind == "affiliation-started"][:3] == [ani.id, budi.id, citra.id]
    assert {subject for _, subject, _ in told} == {library}


def test_an_affiliation_ends_with_its_date_and_the_library_keeps_its_history(stage):
    ani, budi = member(stage), member(stage, "budi@contoh.example", "Budi")
    library = registered(stage)
    path = f"/v1/libraries/{library}/affiliations"
    stage.post(path, {"role": "staff", "since": "2025-07-01T00:00:00Z"}, actor=ani)
    stage.post(path, {"role": "head", "person": budi.id}, actor=ani)
    until = {"until": "2026-01-31T00:00:00Z"}
    assert stage.post(f"{path}/{ani.id}/end", until, actor=budi).status == 403
    assert stage.post(f"{path}/{ani.id}/end", until, actor=ani).body["role"] is None
    assert stage.get("/v1/me", actor=ani).body["affiliations"] == []
    assert stage.get(path, actor=ani).status == 403
    items = {item["name"]: item for item in stage.get(path, actor=budi).body["items"]}
    assert items["Ani"]["stands"] is False
    assert items["Ani"]["terms"] == [
        {"role": "staff", "since": "2025-07-01T00:00:00+00:00", "until": "2026-01-31T00:00:00+00:00"}
    ]
    assert items["Budi"]["terms"][0]["until"] is None
    assert stage.get(path, actor=REGIONAL).status == 200
    assert stage.get(path, actor=holder_of(("mentor", "kota-kediri"))).status == 200
    assert stage.get(path, actor=holder_of(("mentor", "nganjuk"))).status == 403
    assert stage.get(path).status == 401


def test_a_library_that_everybody_has_left_belongs_to_nobody_who_comes_by(stage):
    ani, eve = member(stage), member(stage, "eve@contoh.example", "Eve")
    path = f"/v1/libraries/{registered(stage)}/affiliations"
    assert stage.post(path, {"role": "staff"}, actor=ani).status == 201
    assert stage.post(f"{path}/{ani.id}/end", {}, actor=ani).status == 200
    for whoever in (eve, ani):
        refused = stage.post(path, {"role": "head"}, actor=whoever)
        assert (refused.status, refused.body["rule"]) == (422, "colleague-vouches")
    assert stage.post(path, {"role": "head", "person": eve.id}, actor=ani).status == 403
    assert stage.post(path, {"role": "head", "person": eve.id}, actor=REGIONAL).status == 201
    assert stage.post(path, {"role": "staff", "person": ani.id}, actor=eve).status == 201


def test_of_two_who_say_at_once_that_they_are_the_first_one_is(stage):
    ani, eve = member(stage), member(stage, "eve@contoh.example", "Eve")
    path = f"/v1/libraries/{registered(stage)}/affiliations"
    stage.follow = lambda: None  # the view is a moment behind the log
    assert stage.post(path, {"role": "staff"}, actor=ani).status == 201
    refused = stage.post(path, {"role": "head"}, actor=eve)
    assert (refused.status, refused.body["rule"]) == (422, "colleague-vouches")


def test_who_was_noted_down_by_the_coordinator_is_the_first_too(stage):
    ani, eve = member(stage), member(stage, "eve@contoh.example", "Eve")
    path = f"/v1/libraries/{registered(stage)}/affiliations"
    stage.follow = lambda: None
    assert stage.post(path, {"role": "staff", "person": ani.id}, actor=REGIONAL).status == 201
    assert stage.post(path, {"role": "head"}, actor=eve).body["rule"] == "colleague-vouches"


def test_a_library_whose_staff_began_before_the_first_was_noted_has_had_its_first(stage):
    ani, eve, library = member(stage), member(stage, "eve@contoh.example", "Eve"), registered(stage)
    begun = StartAffiliation(library, ani.id, "staff", "kota-kediri", NOW, NOW)
    identity = affiliation_identity(library, ani.id)
    stage.commands.take(AFFILIATION, Order(begun, identity, "begun", Metadata("c")))
    stage.follow()
    path = f"/v1/libraries/{library}/affiliations"
    assert stage.post(path, {"role": "head"}, actor=eve).body["rule"] == "colleague-vouches"
    assert stage.post(path, {"role": "head"}, actor=ani).status == 201
