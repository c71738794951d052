"""A university becomes a partner: it reads the feed, receives webhooks, fails for a while, and in the end has missed
nothing.
"""

import json
from typing import Any

import httpx

from deploy.demo.story import people, places
from deploy.demo.story.chapters import Chapter, Step
from deploy.demo.story.gateway import Unexpected
from deploy.demo.story.receiver import Kept, Receiver
from deploy.demo.story.world import Voice, World, same, see
from services.kernel.bus.envelope import canonical

UNIVERSITY = "Universitas Nusantara Pustaka"
REGIONS = (places.KOTA_KEDIRI, places.KOTA_BLITAR)
TYPES = ("activity-*", "library-*")
FIRST, SECOND, THIRD, FOURTH, FIFTH = (
    ("Perpustakaan Kampus Nusantara", places.KOTA_KEDIRI),
    ("Perpustakaan SMK Lentera Bangsa", places.KOTA_BLITAR),
    ("Taman Baca Kali Brantas", places.KOTA_KEDIRI),
    ("Pojok Baca Alun-alun", places.KOTA_KEDIRI),
    ("Rumah Baca Sananwetan", places.KOTA_BLITAR),
)
ELSEWHERE = ("Taman Baca Gunung Budheg", places.TULUNGAGUNG)
STOPPED = f"Kiriman data ke {UNIVERSITY} berhenti"


def become_partner(world: World) -> None:
    world.calendar.turn_to(61, "09:00")
    wahyu = world.voice(people.WAHYU)
    body = {
        "name": UNIVERSITY,
        "kind": "university",
        "regions": list(REGIONS),
        "contacts": [{"name": "Dr. Prameswari", "email": "perpustakaan@example.edu"}],
    }
    same(world.voice(people.SITI).post("/v1/partners", body, nth="bukan pengurus").status, 403, "a member who tries")
    partner = world.things["partner"] = wahyu.post("/v1/partners", body).expect(201)["partner"]
    agreed = {"state": "active", "agreement": "Nota kesepahaman 12/2026"}
    wahyu.post(f"/v1/partners/{partner}/state", agreed).expect(200)
    wish = {"name": "pembaca", "scopes": ["feed.read", "subscriptions.keep"], "regions": list(REGIONS)}
    world.things["partner key"] = wahyu.post(f"/v1/partners/{partner}/keys", wish).expect(201)["bearer"]
    stranger = world.nobody.get("/v1/feed")
    same(stranger.status, 401, "a visitor at the feed")
    before = _program(world).get("/v1/feed", limit="1").expect(200)
    see(before["items"], "the feed shows the partner nothing of what happened before")
    same(_program(world).get("/v1/members").status, 401, "a partner at the roster")


def subscribe(world: World) -> None:
    world.calendar.turn_to(61, "10:00")
    program, receiver = _program(world), _receiver(world)
    wish = {"url": receiver.url, "types": list(TYPES), "regions": list(REGIONS)}
    inside = program.post("/v1/subscriptions", {**wish, "url": "https://10.0.0.1/"}, nth="ke dalam").expect(422)
    same(inside.rule, "webhook-address", "an address inside a network")
    made = program.post("/v1/subscriptions", wish).expect(201)
    world.things["subscription"], world.things["secret"] = made["subscription"], made["secret"]
    world.eventually(lambda: receiver.use(made["secret"]), "the receiver to take the secret")
    ping = program.post(f"{_path(world)}/test").expect(202)["ping"]
    came = world.eventually(lambda: _kept(receiver, ping), "the ping")
    same(json.loads(came.body)["type"], "id.jejaring.notifications.ping.v1", "the ping")


def hear(world: World) -> None:
    world.calendar.turn_to(62, "09:00")
    _register(world, *ELSEWHERE)
    for library in (FIRST, SECOND):
        came = _arrived(world, library)
        same(came.body, _bytes_in_feed(world, came.id), "what was sent and what the feed shows")
    see(
        not any(ELSEWHERE[0] in each.body.decode() for each in _receiver(world).kept().values()), "Tulungagung was sent"
    )


def break_down(world: World) -> None:
    world.calendar.turn_to(63, "09:00")
    receiver = _receiver(world)
    fact = _refused(world, THIRD, 503)
    world.eventually(lambda: receiver.answer(204), "the receiver to work again")
    came = world.eventually(lambda: _kept(receiver, fact), "what was missed to come again")
    same(came.body, _bytes_in_feed(world, fact), "what came late and what the feed shows")


def rotate(world: World) -> None:
    world.calendar.turn_to(64, "09:00")
    receiver = _receiver(world)
    new = _program(world).post(f"{_path(world)}/rotate").expect(200)["secret"]
    see(new != world.things["secret"], "a new secret is the old one")
    world.eventually(lambda: receiver.use(world.things["secret"]), "the receiver to go on with the old secret")
    came = _arrived(world, FOURTH)
    same(came.signatures, 2, "signatures while both secrets hold")
    world.eventually(lambda: receiver.use(new), "the receiver to take the new secret")


def be_gone(world: World) -> None:
    world.calendar.turn_to(65, "10:00")
    receiver, program = _receiver(world), _program(world)
    fact = _refused(world, FIFTH, 410)

    def told() -> None:
        subjects = [letter.subject for letter in world.mailbox.letters(people.WAHYU.email)]
        see(STOPPED in subjects, "the coordinator was not told that nothing is sent any more")

    world.eventually(told, "the coordinator to hear of it")
    world.eventually(lambda: receiver.answer(204), "the receiver to work again")
    program.post(f"{_path(world)}/enable").expect(200)
    came = world.eventually(lambda: _kept(receiver, fact), "what waited meanwhile")
    same(came.signatures, 1, "signatures a day after the rotation")


def recover(world: World) -> None:
    world.calendar.turn_to(66, "09:00")
    program, receiver = _program(world), _receiver(world)
    program.post(f"{_path(world)}/recover", {"since": world.calendar.text(62, "00:00")}).expect(202)
    sent = {envelope["id"]: canonical(envelope) for envelope in _since(world, FIRST)}

    def again() -> None:
        kept = receiver.kept()
        same(
            {each: kept[each].body for each in sent if each in kept},
            sent,
            "what was sent again and what the feed shows",
        )
        see(all(kept[each].times >= 2 for each in sent), "some of it did not come again")

    world.eventually(again, "everything to be sent again")
    same(receiver.forged(), 0, "deliveries with a wrong signature")


def _receiver(world: World) -> Receiver:
    return Receiver(world.environment.get("RECEIVER_URL", "http://127.0.0.1:8029"), "universitas")


def _program(world: World) -> Voice:
    """The university's program, with its key."""
    return Voice(world, world.things["partner key"])


def _path(world: World) -> str:
    return f"/v1/subscriptions/{world.things['subscription']}"


def _kept(receiver: Receiver, fact: str) -> Kept:
    try:
        kept = receiver.kept()
    except httpx.HTTPError as error:
        raise Unexpected(type(error).__name__) from error
    see(fact in kept, "it has not come")
    return kept[fact]


def _register(world: World, name: str, region: str) -> str:
    """Register a library, which tells a fact of its region. A repetition finds the library."""
    body = {"name": name, "kind": "public", "level": "none", "region": region}
    answer = world.voice(people.WAHYU).post("/v1/libraries", body, nth=name).expect(200, 201)
    return str(answer["library"])


def _arrived(world: World, library: tuple[str, str]) -> Kept:
    """The delivery about the registration of a library."""
    subject = _register(world, *library)
    fact = world.eventually(lambda: _fact(world, subject), f"{library[0]} in the feed")
    return world.eventually(lambda: _kept(_receiver(world), fact), f"{library[0]} at the partner's")


def _refused(world: World, library: tuple[str, str], status: int) -> str:
    """Register a library while the address answers with this status. Returns the id of the fact whose attempt was
    refused.
    """
    world.eventually(lambda: _receiver(world).answer(status), "the receiver to break down")
    subject = _register(world, *library)
    fact = world.eventually(lambda: _fact(world, subject), f"{library[0]} in the feed")

    def tried() -> None:
        shown = _program(world).listed(f"{_path(world)}/deliveries", limit="100")
        statuses = {attempt["status"] for each in shown if each["id"] == fact for attempt in each["tries"]}
        see(status in statuses, f"no attempt was answered {status}")

    world.eventually(tried, f"an attempt to be answered {status}")
    return fact


def _fact(world: World, library: str) -> str:
    found = [envelope["id"] for envelope in _feed(world) if _registers(envelope, library)]
    see(found, "it is not in the feed yet")
    return str(found[0])


def _registers(envelope: dict[str, Any], library: str) -> bool:
    return envelope["subject"] == library and ".library-registered." in envelope["type"]


def _bytes_in_feed(world: World, fact: str) -> bytes | None:
    return next((canonical(envelope) for envelope in _feed(world) if envelope["id"] == fact), None)


def _since(world: World, library: tuple[str, str]) -> list[dict[str, Any]]:
    """The feed from the registration of a library on."""
    feed, subject = _feed(world), _register(world, *library)
    start = next(place for place, envelope in enumerate(feed) if _registers(envelope, subject))
    return feed[start:]


def _feed(world: World) -> list[dict[str, Any]]:
    """All facts that the partner has subscribed to, page by page."""
    items: list[dict[str, Any]] = []
    query = {"types": ",".join(TYPES), "region": ",".join(REGIONS), "limit": "100"}
    while True:
        page = _program(world).get("/v1/feed", **query).expect(200)
        items += page["items"]
        if not page["more"]:
            return items
        query["after"] = page["next"]


CHAPTER = Chapter(
    "Bab 11, seorang mitra membaca bersama",
    (
        Step("sebuah universitas menjadi mitra dan mendapat kunci", become_partner),
        Step("universitas berlangganan dan menerima ping", subscribe),
        Step("yang terjadi di dua wilayahnya sampai, bita demi bita", hear),
        Step("alamatnya mati sebentar, yang terlewat menyusul", break_down),
        Step("kuncinya diganti, sehari keduanya berlaku", rotate),
        Step("alamatnya menyatakan hilang, pengurus dikabari, lalu aktif lagi", be_gone),
        Step("semuanya diminta lagi dan sama dengan umpan", recover),
    ),
)
