"""Chapter 3, first part: a problem that people share becomes a topic."""

from deploy.demo.story import people, places
from deploy.demo.story.chapters import Step
from deploy.demo.story.world import World, same

TOPIC = "Label barcode dari SLiMS selalu bergeser saat dicetak"
DETAILS = (
    "Kertas label tiga kolom, printer tinta biasa. Sudah tiga kali mencoba, baris kedua selalu turun setengah senti."
)
OTHER_TOPIC = "Menyusun laporan perpustakaan untuk akreditasi sekolah"


def raise_topic(world: World) -> None:
    world.calendar.turn_to(0, "10:00")
    world.log_in(*people.RAISERS, *people.ENDORSERS, people.ENDANG.email)
    first, *others = people.RAISERS
    body = {"title": TOPIC, "region": places.KOTA_KEDIRI, "details": DETAILS}
    # Events answers 400 until it has heard of the region: repeat.
    raised = world.voice(first).post("/v1/topics", body, patience={400}).expect(201)
    world.things["topic"] = raised["topic"]
    for address in others:
        world.voice(address).post(f"/v1/topics/{raised['topic']}/raisers").expect(201)
    world.nobody.post("/v1/topics", body, nth="siapa saja").expect(401)


def endorse_topic(world: World) -> None:
    topic = world.things["topic"]
    for address in people.ENDORSERS:
        world.voice(address).post(f"/v1/topics/{topic}/endorsements").expect(201)
    world.voice(people.RUDI).post(f"/v1/topics/{topic}/endorsements", nth="dua kali").expect(201)

    def wanted() -> None:
        shown = world.nobody.get(f"/v1/topics/{topic}").expect(200)
        same(len(shown["raisers"]), len(people.RAISERS), "people with the same trouble")
        same(len(shown["endorsers"]), len(people.ENDORSERS), "people who want it talked about")
        same(shown["count"], len(people.RAISERS) + len(people.ENDORSERS), "people together")
        same(shown["details"], None, "what a visitor reads of a library's trouble")

    world.eventually(wanted, "the topic on the demand board")


def raise_other_topic(world: World) -> None:
    body = {"title": OTHER_TOPIC, "region": places.KABUPATEN_KEDIRI, "origin": "library"}
    raised = world.voice(people.ENDANG).post("/v1/topics", body, patience={400}).expect(201)
    world.things["other topic"] = raised["topic"]


def accept_topic(world: World) -> None:
    topic = world.things["topic"]
    world.log_in(people.RATNA.email, people.JOKO.email)
    elsewhere = world.voice(people.JOKO).post(f"/v1/topics/{topic}/decision", {"decision": "accepted"})
    same(elsewhere.status, 403, "a coordinator of another region who decides")
    world.voice(people.RATNA).post(f"/v1/topics/{topic}/decision", {"decision": "accepted"}).expect(200)


STEPS = (
    Step("tiga anggota mengajukan kesulitan yang sama", raise_topic),
    Step("sebelas anggota mendukung topik itu", endorse_topic),
    Step("topik lain diajukan di wilayah sebelah", raise_other_topic),
    Step("koordinator wilayah menerima topik", accept_topic),
)
