"""The last chapter: a person comes as a guest, becomes a member, takes part, and leaves. Afterwards nothing holds her
name, and every count is unchanged.
"""

from typing import Any

from deploy.demo.story import people, places
from deploy.demo.story.chapters import Chapter, Step
from deploy.demo.story.world import World, by, same, see

DAY = 132
TITLE = "Kopi darat: menata rak supaya buku ketemu"
TOPIC = "Buku yang dikembalikan sering salah rak"
HER_TOPIC = "Katalog kartu lama belum tahu mau diapakan"
DETAILS = "Ada empat ribu kartu di laci, sebagian ditulis tangan oleh petugas sebelum saya."
QUESTION = "Apakah kartu katalog lama boleh dibuang?"
LAST_TOPIC = "Rencana kegiatan tahun depan"
WISH = "Cara memindahkan kartu ke SLiMS."


def guest_comes(world: World) -> None:
    world.calendar.turn_to(DAY, "17:30")
    ratna = world.voice(people.RATNA)
    topic = ratna.post("/v1/topics", {"title": TOPIC, "region": places.KOTA_KEDIRI}).expect(201)["topic"]
    plan = {
        "kind": "gathering",
        "topic": topic,
        "title": TITLE,
        "region": places.KOTA_KEDIRI,
        "venue": world.things["café"],
        "starts": world.calendar.text(DAY, "15:00"),
        "ends": world.calendar.text(DAY, "17:00"),
        "capacity": 10,
        "past": True,
    }
    world.things["last gathering"] = ratna.post("/v1/activities", plan, patience={400, 404}).expect(201)["activity"]
    ratna.post(f"{_path(world)}/speakers", {"person": world.people[people.RATNA.email], "role": "guide"}).expect(201)
    ratna.post(f"{_path(world)}/publish").expect(200)

    def record_guest() -> None:
        contact = {"name": people.NINING.name, "email": people.NINING.email}
        answer = ratna.post(f"{_path(world)}/walk-ins", contact).expect(201)
        same(answer["warnings"], [], "warnings about the guest")
        world.things["her guest"] = answer["guest"]

    world.eventually(record_guest, "the guest to be noted")
    ratna.post(f"{_path(world)}/complete").expect(200)


def belongs(world: World) -> None:
    joined = world.nobody.post("/v1/members", people.NINING.body).expect(201)
    world.things["nining"] = joined["member"]
    if _gone(world):
        return
    nining = world.voice(people.NINING)

    def tied() -> None:
        items = by(nining.listed(f"/v1/participation/{world.things['nining']}"), "activity")
        see(world.things["last gathering"] in items, "her history does not show where she was as a guest")

    world.eventually(tied, "the guest to be her")
    body = {"title": HER_TOPIC, "region": places.KOTA_KEDIRI, "details": DETAILS}
    world.things["her topic"] = nining.post("/v1/topics", body).expect(201)["topic"]
    rudi = world.voice(people.RUDI)
    rudi.post(f"/v1/topics/{world.things['her topic']}/endorsements").expect(201)
    opinion = {"useful": 5, "understood": 4, "next": WISH}
    nining.post(f"{_path(world)}/feedback", opinion, patience={404}, again_on={"was-not-there"}).expect(201)
    question = {"region": places.KOTA_KEDIRI, "title": QUESTION, "details": DETAILS}
    world.things["her question"] = nining.post("/v1/consultations", question, patience={400}).expect(201)[
        "consultation"
    ]
    rating = {"unit": "b-slims", "aspect": "attitude", "level": 2}
    nining.post("/v1/competence", rating).expect(200, 201)


def takes_a_copy(world: World) -> None:
    if _gone(world):
        return
    nining = world.voice(people.NINING)

    def whole() -> None:
        copy = nining.get("/v1/me/export").expect(200)
        same(copy["ids"], [world.things["nining"], world.things["her guest"]], "the ids that she is known by")
        text = str(copy.body)
        for known in (people.NINING.name, people.NINING.email, DETAILS, WISH):
            see(known in text, f"her copy lacks {known!r}")
        for service, events in copy["services"].items():
            see(events, f"her copy holds nothing of {service}")

    world.eventually(whole, "her copy to hold what is known of her")


def leaves(world: World) -> None:
    if not _gone(world):
        answer = world.voice(people.NINING).post("/v1/me/erasure", {"sure": True}).expect(202, 401)
        see(answer.status == 202 or _leaving(world), "she may not leave")
    world.eventually(lambda: see(_gone(world), "nobody was told yet"), "everybody to hear that she is forgotten")


def is_forgotten(world: World) -> None:
    ratna = world.voice(people.RATNA)

    def nobody() -> None:
        members = ratna.all("/v1/members", region=places.KOTA_KEDIRI)
        see(world.things["nining"] not in {member["member"] for member in members}, "she is on the roster")
        ratna.get(f"/v1/members/{world.things['nining']}").expect(404)

    world.eventually(nobody, "the roster to be without her")

    def counted() -> None:
        activity = world.nobody.get(f"/v1/activities/{world.things['last gathering']}").expect(200)
        same((activity["present"], activity["guests"]), (0, 1), "people who were there")
        entries = ratna.listed(f"{_path(world)}/attendance")
        same([entry["guest"] for entry in entries], [world.things["her guest"]], "the list of who was there")
        summary = ratna.get(f"{_path(world)}/feedback").expect(200)
        same((summary["count"], summary["next"]), (1, []), "answers, and what can be read of them")
        topics = by(world.nobody.all("/v1/topics", region=places.KOTA_KEDIRI), "title")
        same(topics[HER_TOPIC]["count"], 2, "people who want her topic")
        same(ratna.get(f"/v1/topics/{topics[HER_TOPIC]['topic']}").expect(200)["details"], None, "what she wrote")

    world.eventually(counted, "every count to be what it was")

    def owned() -> None:
        asked = by(ratna.all("/v1/consultations", region=places.KOTA_KEDIRI), "title")[QUESTION]
        same(asked["owner"], world.people[people.RATNA.email], "who owns her question")
        same(asked.get("details"), None, "what she wrote there")

    world.eventually(owned, "her question to be somebody's still")
    see(people.NINING.name not in str(_all_facts(world)), "a fact holds her name")


def last_word(world: World) -> None:
    wahyu = world.voice(people.WAHYU)
    wahyu.post("/v1/topics", {"title": LAST_TOPIC, "region": places.KOTA_KEDIRI, "origin": "current"}).expect(201)

    def shown() -> None:
        see(is_told(world.nobody.all("/v1/topics")), "the last topic is not on the board")

    world.eventually(shown, "the year to be over")


def is_told(topics: list[dict[str, Any]]) -> bool:
    """Whether the last step is done: the story's last visible result exists."""
    return any(topic["title"] == LAST_TOPIC for topic in topics)


def _gone(world: World) -> bool:
    """Whether her erasure was told: at an earlier telling, or just now."""
    facts = _all_facts(world, types="member-erased")
    return any(fact["data"]["person"] == world.things["nining"] for fact in facts)


def _leaving(world: World) -> bool:
    return world.voice(people.RATNA).get(f"/v1/members/{world.things['nining']}").status == 404


def _all_facts(world: World, **query: str) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = []
    while True:
        page = world.voice(people.WAHYU).get("/v1/feed", **query).expect(200)
        facts += page["items"]
        if not page["more"]:
            return facts
        query["after"] = page["next"]


def _path(world: World) -> str:
    return f"/v1/activities/{world.things['last gathering']}"


CHAPTER = Chapter(
    "Bab 14, seorang anggota pamit",
    (
        Step("seorang tamu datang", guest_comes),
        Step("ia bergabung dan ikut serta di semua bagian", belongs),
        Step("ia mengambil salinan datanya", takes_a_copy),
        Step("ia pamit, datanya dimusnahkan", leaves),
        Step("namanya tidak ada di mana pun, semua hitungan tetap", is_forgotten),
        Step("pengurus menatap tahun depan", last_word),
    ),
)
