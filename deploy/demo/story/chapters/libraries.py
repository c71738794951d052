"""Chapter 6: libraries are registered, staff are entered, a mentor begins, and people rate their own competence."""

from datetime import timedelta
from typing import Any

from deploy.demo.story import people
from deploy.demo.story.chapters import Chapter, Step
from deploy.demo.story.chapters.gathering import TITLE
from deploy.demo.story.gateway import Answer
from deploy.demo.story.people import Somebody
from deploy.demo.story.world import World, by, same, see

REGISTERED, SAID, RATED = 31, 32, 33
SMAN_4 = people.TITIK.library
SMP = people.YANTI.library
SCHOOL = {"SMAN": "secondary", "SMA": "secondary", "SMK": "secondary", "MA": "secondary"}
RATINGS = (
    ("b-computer", "skill", 3),
    ("b-computer", "knowledge", 2),
    ("b-slims", "skill", 1),
    ("a-shelving", "skill", 3),
    ("c-verbal", "attitude", 4),
)
"""The self-rating of the head of SMAN 4's library: unit, aspect, level."""


def join_staff(world: World) -> None:
    world.calendar.turn_to(REGISTERED, "09:00")
    for somebody in people.STAFF:
        answer = world.nobody.post("/v1/members", somebody.body, nth=somebody.email).expect(201, 422)
        if answer.status == 422:
            same(answer.rule, "already-a-member", f"joining of {somebody.name}")
    world.log_in(*(somebody.email for somebody in people.STAFF))


def register_libraries(world: World) -> None:
    titik, board = world.voice(people.TITIK), world.voice(people.WAHYU)
    own = titik.post("/v1/libraries", _library(people.TITIK), nth="sendiri").expect(200, 201)["library"]
    world.things["sman-4"] = own
    spelt = {**_library(people.HERU), "name": "SMA Negeri 4 Kota Kediri"}
    again = world.voice(people.HERU).post("/v1/libraries", spelt).expect(200)
    same((again["library"], again["registered"]), (own, False), "the school, spelt otherwise by a colleague")
    elsewhere = titik.post("/v1/libraries", _library(people.ENDANG), nth="di wilayah lain")
    same(elsewhere.status, 403, "a school of another region that a member registers")
    for somebody in (people.YANTI, *people.BY_FORM):
        answer = board.post("/v1/libraries", _library(somebody), nth=somebody.library).expect(200, 201)
        world.things[somebody.library] = answer["library"]
    world.things["smp"] = world.things[SMP]

    def found() -> None:
        names = [one["name"] for one in world.nobody.listed("/v1/libraries", name="sma negeri 4")]
        same(names, [SMAN_4], "libraries found by a part of the name")
        known = by(world.nobody.all("/v1/libraries"), "library")
        see({world.things[one.library] for one in people.BY_FORM} <= known.keys(), "a library is not listed")

    world.eventually(found, "the libraries to be public")


def say_who_works_where(world: World) -> None:
    world.calendar.turn_to(SAID, "10:00")
    ratna, path = world.voice(people.RATNA), f"/v1/libraries/{world.things['sman-4']}"
    since = {"since": world.calendar.text(0, "07:00")}
    world.voice(people.TITIK).post(f"{path}/affiliations", {"role": "head", **since}).expect(201)
    heru = {"person": world.people[people.HERU.email], "role": "staff"}
    refused = world.voice(people.YANTI).post(f"{path}/affiliations", heru, nth="orang lain")
    same(refused.status, 403, "somebody who says where another works")
    ratna.post(f"{path}/affiliations", heru, nth="heru").expect(201)
    world.voice(people.YANTI).post(f"/v1/libraries/{world.things['smp']}/affiliations", {"role": "staff"}).expect(201)
    board = world.voice(people.WAHYU)
    for somebody in people.BY_FORM:
        body = {"person": world.people[somebody.email], "role": "teacher-librarian"}
        there = f"/v1/libraries/{world.things[somebody.library]}/affiliations"
        board.post(there, body, nth=somebody.email).expect(201)
    world.voice(people.TITIK).post(f"{path}/interest", {"interest": "interested"}).expect(200)

    def two() -> None:
        # When told again, one of them may have left since, and another person may have followed.
        staff = by(world.voice(people.TITIK).listed(f"{path}/affiliations"), "name")
        see({people.TITIK.name, people.HERU.name} <= staff.keys(), "somebody who works at SMAN 4 is not shown")
        (own,) = world.voice(people.TITIK).get("/v1/me").expect(200)["affiliations"]
        same((own["name"], own["role"]), (SMAN_4, "head"), "where she works")

    world.eventually(two, "the staff of SMAN 4 to be known")


def say_background(world: World) -> None:
    background = {"education": "other-degree", "appointed": "assigned", "double_role": True}
    titik = world.voice(people.TITIK)
    titik.write("PUT", "/v1/me", {"background": background, "phone": "0812 3456 7890"}).expect(200)

    def kept() -> None:
        me = titik.get("/v1/me").expect(200)
        same((me["background"], me["contacts"]["phone"]), (background, "+6281234567890"), "what she said of herself")

    world.eventually(kept, "what she said of herself to stand there")


def give_mentor_office(world: World) -> None:
    board, mentor = world.voice(people.WAHYU), people.MENTOR
    body = {"person": world.people[mentor.email], "region": mentor.region}
    board.post("/v1/offices/mentor/holders", body).expect(201)

    def public() -> None:
        holders = world.nobody.listed("/v1/offices/mentor/holders", region=mentor.region)
        same([one["holder"]["name"] for one in holders], [mentor.name], "the mentors of the region")
        offices = world.voice(mentor).get("/v1/me").expect(200)["offices"]
        see({"office": "mentor", "region": mentor.region} in offices, "the mentor does not hold the office")

    world.eventually(public, "the mentor to be known")


def rate(world: World) -> None:
    world.calendar.turn_to(RATED, "15:30")
    titik = world.voice(people.TITIK)
    for unit, aspect, level in RATINGS:
        body = {"unit": unit, "aspect": aspect, "level": level}
        titik.post("/v1/competence", body, nth=f"{unit}/{aspect}").expect(201)
    gathering = {"kind": "activity", "id": world.things["gathering"]}
    own = {"unit": "a-technical-services", "aspect": "skill", "level": 2, "because": gathering}
    world.voice(people.SITI).post("/v1/competence", own).expect(201)
    siti = world.people[people.SITI.email]
    second = {**own, "person": siti, "level": 3}
    world.voice(people.MENTOR).post("/v1/competence", second, patience={403}).expect(201)
    stranger = world.voice(people.TITIK).post("/v1/competence", second, nth="bukan pendamping")
    same(stranger.status, 403, "a member who rates another")


def growth_is_traceable(world: World) -> None:
    siti = world.people[people.SITI.email]
    path = f"/v1/competence/{siti}"

    def grown() -> None:
        told = world.voice(people.SITI).get(path).expect(200)
        same([step["rater"] for step in told["steps"]], ["self", "second"], "who rated her")
        same({step["because"]["title"] for step in told["steps"]}, {TITLE}, "what it follows from")
        levels = _levels(told, "a-technical-services", "skill")
        same(levels, {"self": 2, "second": 3}, "how far she is")

    world.eventually(grown, "her growth to be traceable to the gathering")
    before = (world.calendar.at(RATED, "15:30") - timedelta(hours=1)).isoformat()
    earlier = world.voice(people.SITI).get(path, as_of=before).expect(200)
    same(earlier["steps"], [], "her growth as of an hour before")
    same(world.voice(people.HERU).get(path).status, 404, "the growth of another")

    def counted() -> Answer:
        many = world.voice(people.TITIK).get("/v1/competence", library=world.things["sman-4"]).expect(200)
        see(many["to"]["people"] >= 1, "nobody of SMAN 4 counts as rated")
        shown = by(many["to"]["areas"], "area")
        see(shown["b"]["people"] >= 1, "nobody counts as rated in the use of computers")
        same(shown["e"]["people"], 0, "people rated in an area in which nobody was")
        return many

    many = world.eventually(counted, "the growth of her library to be counted")
    see(world.people[people.TITIK.email] not in str(many.body), "the count of many names somebody")


def _library(somebody: Somebody) -> dict[str, Any]:
    kind = somebody.library.split()[0]
    level = SCHOOL.get(kind, "basic")
    place = {"region": somebody.region, "subdistrict": somebody.subdistrict}
    return {"name": somebody.library, "kind": "school", "level": level, **place}


def _levels(told: Any, unit: str, aspect: str) -> Any:
    units = {one["unit"]: one for area in told["areas"] for one in area["units"]}
    return units[unit]["aspects"][aspect]


CHAPTER = Chapter(
    "Bab 6, perpustakaan dan kompetensi",
    (
        Step("pengelola SMAN 4 dan SMP bergabung", join_staff),
        Step("perpustakaan didaftarkan, satu nama sekali", register_libraries),
        Step("siapa bertugas di mana", say_who_works_where),
        Step("kepala perpustakaan melengkapi datanya", say_background),
        Step("seorang pendamping mulai bertugas", give_mentor_office),
        Step("menilai diri, dan dinilai pendamping", rate),
        Step("perkembangan terlihat, sampai ke kegiatannya", growth_is_traceable),
    ),
)
