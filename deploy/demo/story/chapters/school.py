"""Chapter 4: a second gathering, at a school that was asked, with a speaker from outside the board."""

from typing import Any

from deploy.demo.story import mailbox, people, places
from deploy.demo.story.chapters import Chapter, Step
from deploy.demo.story.chapters.demand import OTHER_TOPIC
from deploy.demo.story.world import World, same, see

TITLE = "Gathering: laporan perpustakaan yang siap akreditasi"
SCHOOL = {
    "name": "SMK Cendekia Lentera Pare",
    "kind": "school",
    "region": places.KABUPATEN_KEDIRI,
    "subdistrict": "pare",
    "capacity": 40,
    "power": True,
    "projector": True,
    "library": "Perpustakaan SMK Cendekia Lentera",
}
HOST = "Kepala perpustakaan, lewat telepon"
ANNOUNCED, OPEN_FROM, DAY = 16, 20, 30
SEATS = 24


def announce_rule(world: World) -> None:
    world.calendar.turn_to(ANNOUNCED, "09:00")
    body = {"speakers": "open", "in_force_from": world.calendar.text(OPEN_FROM, "00:00")}
    same(world.voice(people.JOKO).post("/v1/rules", body, nth="bukan pengurus inti").status, 403, "who may not")
    world.voice(people.WAHYU).post("/v1/rules", body).expect(201)

    def dated() -> None:
        rules = world.nobody.listed("/v1/rules")
        same([each["speakers"] for each in rules], ["board", "open"], "the versions of the rule")
        before = world.nobody.listed("/v1/rules", at=world.calendar.text(OPEN_FROM - 1, "12:00"))
        after = world.nobody.listed("/v1/rules", at=world.calendar.text(OPEN_FROM, "00:01"))
        same([each["version"] for each in (*before, *after)], [1, 2], "the versions in force before and after")

    world.eventually(dated, "the dated rule to be public")


def plan_at_school(world: World) -> None:
    joko = world.voice(people.JOKO)
    world.things["school"] = joko.post("/v1/venues", SCHOOL, patience={400}).expect(201)["venue"]
    planned = joko.post("/v1/activities", _plan(world)).expect(201)
    world.things["second gathering"] = planned["activity"]
    early = joko.post(f"{_path(world)}/speakers", _speaker(world), nth="sebelum berlaku").expect(422)
    same(early.rule, "speakers-from-the-board", "a speaker from outside while the older rule holds")


def ask_school(world: World) -> None:
    joko = world.voice(people.JOKO)
    venue = f"/v1/venues/{world.things['school']}/requests"
    joko.post(venue, {"activity": world.things["second gathering"]}).expect(201)
    # The older rule lets a board member lead it; this is settled before the school answers.
    guide = {"person": world.people[people.JOKO.email], "role": "guide"}
    joko.post(f"{_path(world)}/speakers", guide, nth="pemandu", again_on={"speakers-from-the-board"}).expect(201)
    refused = joko.post(f"{_path(world)}/publish", nth="belum dijawab").expect(422)
    same(refused.rule, "venue-not-confirmed", "publishing before the school has answered")
    answer = {"confirmed": True, "by": HOST}
    told = joko.post(f"{venue}/{world.things['second gathering']}/answer", answer).expect(200)
    same(told["state"], "confirmed", "the school's answer")


def publish_under_the_new_rule(world: World) -> None:
    world.calendar.turn_to(OPEN_FROM, "08:00")
    joko = world.voice(people.JOKO)
    path = f"{_path(world)}/speakers"
    # Events may not have heard of the rule yet.
    joko.post(path, _speaker(world), nth="sesudah berlaku", again_on={"speakers-from-the-board"}).expect(201)
    joko.post(f"{_path(world)}/publish", nth="sudah dijawab").expect(200)

    def shown() -> None:
        second = world.nobody.get(_path(world)).expect(200)
        same(second["rules"], {"version": 2, "speakers": "open"}, "the rule that it was published under")
        (speaker,) = [one for one in second["speakers"] if one["role"] == "speaker"]
        same(speaker["person"], world.people[people.SPEAKER], "the speaker")
        same((speaker["category"], speaker["from_board"]), ("practitioner", False), "where the speaker comes from")
        first = world.nobody.get(f"/v1/activities/{world.things['gathering']}").expect(200)
        same(first["rules"], {"version": 1, "speakers": "board"}, "the older rule on the first gathering")

    world.eventually(shown, "both gatherings to show the rule that they were published under")


def register_for_second(world: World) -> None:
    path = f"{_path(world)}/registrations"
    for address in people.SECOND_SEATED:
        same(world.voice(address).post(path).expect(201)["seat"], "taken", f"the seat of {address}")

    def told() -> None:
        got = world.mailbox.subjects()
        see(mailbox.topic_gathering(OTHER_TOPIC) in got.get(people.ENDANG.email, []), "the raiser has not heard of it")
        for address in people.SECOND_SEATED:
            see(mailbox.seat_taken(TITLE) in got.get(address, []), f"{address} has not heard of the seat")

    world.eventually(told, "those concerned to have heard of the second gathering")


def regional() -> tuple[str, ...]:
    """The people who are told because they live in the region."""
    entered = (*people.BOARD.values(), *people.REGIONAL_COORDINATORS, *people.BY_FORM)
    by_hand = [somebody.email for somebody in entered if somebody.region == places.KABUPATEN_KEDIRI]
    everybody = (*by_hand, *people.by_file(places.KABUPATEN_KEDIRI))
    return tuple(address for address in everybody if address != people.ENDANG.email)


def _plan(world: World) -> dict[str, Any]:
    return {
        "kind": "gathering",
        "topic": world.things["other topic"],
        "title": TITLE,
        "region": places.KABUPATEN_KEDIRI,
        "venue": world.things["school"],
        "starts": world.calendar.text(DAY, "13:00"),
        "ends": world.calendar.text(DAY, "15:30"),
        "capacity": SEATS,
    }


def _speaker(world: World) -> dict[str, Any]:
    return {"person": world.people[people.SPEAKER], "role": "speaker", "category": "practitioner"}


def _path(world: World) -> str:
    return f"/v1/activities/{world.things['second gathering']}"


CHAPTER = Chapter(
    "Bab 4, di sekolah mitra",
    (
        Step("aturan pembicara diubah mulai suatu tanggal", announce_rule),
        Step("gathering kedua direncanakan di sekolah mitra", plan_at_school),
        Step("sekolah ditanya dan bersedia", ask_school),
        Step("diumumkan dengan pembicara dari luar pengurus", publish_under_the_new_rule),
        Step("anggota mendaftar untuk gathering kedua", register_for_second),
    ),
)
