"""Chapter 3, second part: the topic becomes a gathering in a café, about this topic alone and free of charge."""

from typing import Any

from deploy.demo.story import mailbox, people, places
from deploy.demo.story.calendar import moment
from deploy.demo.story.chapters import Step
from deploy.demo.story.chapters.demand import TOPIC
from deploy.demo.story.world import World, same, see

TITLE = "Kopi darat: mencetak label barcode yang rapi"
CAFE = {
    "name": "Kedai Kopi Lembar Sore",
    "kind": "cafe",
    "region": places.KOTA_KEDIRI,
    "subdistrict": "mojoroto",
    "capacity": 20,
    "power": True,
    "signal": True,
}
SEATS = len(people.SEATED)
DAY = 14
EVENING, MORNING = "20:15", "06:00"
ANNOUNCEMENTS = frozenset({"topic-gathering", "activity-published"})


def plan_gathering(world: World) -> None:
    world.calendar.turn_to(0, EVENING)
    ratna = world.voice(people.RATNA)
    world.things["café"] = ratna.post("/v1/venues", CAFE, patience={400}).expect(201)["venue"]
    plan = _plan(world)
    charged = ratna.post("/v1/activities", {**plan, "fee": 25_000}, nth="berbayar").expect(400)
    see("fee" in charged.body.get("errors", {}), "a fee is refused without being named")
    elsewhere = world.voice(people.JOKO).post("/v1/activities", plan, nth="wilayah lain")
    same(elsewhere.status, 403, "a coordinator of another region who plans")
    world.things["gathering"] = ratna.post("/v1/activities", plan, nth="gratis").expect(201)["activity"]
    second = {"topic": world.things["other topic"]}
    refused = ratna.post(f"/v1/activities/{world.things['gathering']}/topics", second).expect(422)
    same(refused.rule, "one-topic-per-gathering", "a second topic on a gathering")


def choose_guide(world: World) -> None:
    ratna = world.voice(people.RATNA)

    def nearest_first() -> dict[str, Any]:
        proposed = ratna.listed("/v1/guides", region=places.KOTA_KEDIRI, subdistrict="mojoroto")
        distances = [one["km"] for one in proposed]
        same(distances, sorted(distances), "guides by distance")
        same(len(proposed), len(people.BOARD) + len(people.REGIONAL_COORDINATORS), "guides from the board")
        same(proposed[0]["name"], people.WAHYU.name, "who lives in the café's own sub-district")
        return dict(proposed[0])

    nearest = world.eventually(nearest_first, "the guides, the nearest first")
    see(not {"address", "email", "phone"} & nearest.keys(), "a guide's address or contact is shown")
    unready = ratna.post(f"{_path(world)}/publish", nth="tanpa pemandu").expect(422)
    same(unready.rule, "nobody-leads-it", "publishing without anybody who leads it")
    guide = {"person": nearest["person"], "role": "guide"}
    # Events may not have heard yet that this person is on the board.
    ratna.post(f"{_path(world)}/speakers", guide, again_on={"speakers-from-the-board"}).expect(201)
    world.things["guide"] = nearest["person"]


def publish_in_the_evening(world: World) -> None:
    ratna = world.voice(people.RATNA)
    ratna.post(f"{_path(world)}/publish").expect(200)
    told = {*people_of_topic(), *people_of_region()}

    def held() -> None:
        morning = world.calendar.at(1, MORNING)
        deliveries = announcements(world, world.things["gathering"])
        same(len(deliveries), len(told) + len(unreachable(world)), "announcements planned")
        for delivery in deliveries:
            see(delivery["held_until"], f"the announcement to {delivery['person']} is not held over quiet hours")
            same(moment(delivery["held_until"]), morning, "the end of quiet hours")

    world.eventually(held, "all announcements held until the morning")
    if world.calendar.now() < world.calendar.at(1, MORNING):
        early = {mailbox.topic_gathering(TOPIC), mailbox.published(TITLE)}
        disturbed = [address for address, got in world.mailbox.subjects().items() if early & set(got)]
        same(disturbed, [], "people who got mail during quiet hours")


def read_in_the_morning(world: World) -> None:
    world.calendar.turn_to(1, "06:05")
    hears_of_topic, in_region = set(people_of_topic()), set(people_of_region())

    def everybody() -> None:
        got = world.mailbox.subjects()
        for address in hears_of_topic | in_region:
            topic = got.get(address, []).count(mailbox.topic_gathering(TOPIC))
            news = got.get(address, []).count(mailbox.published(TITLE))
            wanted = (1, 0) if address in hears_of_topic else (0, 1)
            same((topic, news), wanted, f"letters about the gathering to {address}")

    world.eventually(everybody, "everyone concerned to have heard of the gathering once")


def people_of_topic() -> tuple[str, ...]:
    """The people who are told that their topic became a gathering."""
    return (*people.RAISERS, *people.ENDORSERS)


def people_of_region() -> tuple[str, ...]:
    """The people who are told because they live in the region: members with an address who joined before it was
    published.
    """
    entered = (*people.BOARD.values(), *people.REGIONAL_COORDINATORS, *people.BY_FORM)
    by_hand = [somebody.email for somebody in entered if somebody.region == places.KOTA_KEDIRI]
    everybody = (*by_hand, *people.by_file(places.KOTA_KEDIRI))
    return tuple(address for address in everybody if address not in people_of_topic())


def unreachable(world: World) -> list[str]:
    """The region's members without an address: each has a delivery that goes nowhere."""
    members = world.voice(people.RATNA).all("/v1/members", region=places.KOTA_KEDIRI)
    return [member["member"] for member in members if member["email"] is None]


def announcements(world: World, activity: str) -> list[dict[str, Any]]:
    """The deliveries of the mails that announce the activity."""
    deliveries = world.voice(people.RATNA).all("/v1/deliveries", activity=activity)
    return [delivery for delivery in deliveries if delivery["kind"] in ANNOUNCEMENTS]


def _plan(world: World) -> dict[str, Any]:
    return {
        "kind": "gathering",
        "topic": world.things["topic"],
        "title": TITLE,
        "region": places.KOTA_KEDIRI,
        "venue": world.things["café"],
        "starts": world.calendar.text(DAY, "09:00"),
        "ends": world.calendar.text(DAY, "12:00"),
        "capacity": SEATS,
    }


def _path(world: World) -> str:
    return f"/v1/activities/{world.things['gathering']}"


STEPS = (
    Step("gathering direncanakan: satu topik, tanpa biaya", plan_gathering),
    Step("pemandu dipilih dari usulan menurut jarak", choose_guide),
    Step("diumumkan malam hari, kabarnya ditahan dulu", publish_in_the_evening),
    Step("paginya semua yang berkepentingan menerima kabar sekali", read_in_the_morning),
)
