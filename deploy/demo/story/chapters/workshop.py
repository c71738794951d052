"""A workshop of two days: three speakers, guests from outside, recorded problems, a topic made from a problem,
certificates.
"""

from functools import partial
from typing import Any

from deploy.demo.story import mailbox, people, places
from deploy.demo.story.chapters import Chapter, Step
from deploy.demo.story.world import Voice, World, by, same, see

TITLE = "Workshop: dari klasifikasi sampai SLiMS"
HALL = {
    "name": "Aula Perpustakaan Kampus Lentera",
    "kind": "other",
    "region": places.KOTA_KEDIRI,
    "subdistrict": "mojoroto",
}
PLANNED, REGISTER, FIRST, SECOND, AFTER = 42, 43, 45, 46, 48
SESSIONS = (
    ("Klasifikasi DDC untuk koleksi kecil", FIRST, "09:00", "11:00"),
    ("Katalogisasi yang cukup", FIRST, "12:30", "14:30"),
    ("SLiMS: sirkulasi sehari-hari", SECOND, "09:00", "11:00"),
    ("SLiMS: laporan untuk kepala sekolah", SECOND, "12:30", "14:30"),
)
IDS = ("s1", "s2", "s3", "s4")
LEVELS, UNITS = ["secondary"], ["a-technical-services", "b-slims"]
BARCODE = "Barcode menjadi ganda sesudah data dari Excel diimpor"
NAMELESS = "Kepala sekolah saya menganggap perpustakaan tidak perlu komputer."
TOPIC = "Barcode ganda sesudah impor data"
NEXT = "Gathering: membereskan barcode ganda"
REVOKED = "Tercatat hadir karena salah tulis."


def plan(world: World) -> None:
    world.calendar.turn_to(PLANNED, "09:00")
    ratna = world.voice(people.RATNA)
    hall = ratna.post("/v1/venues", HALL).expect(201)["venue"]
    body = {
        "kind": "workshop", "title": TITLE, "region": places.KOTA_KEDIRI, "venue": hall, "capacity": 5, "levels": LEVELS,
        "units": UNITS, "open": True,
        "sessions": [
            {"title": title, "starts": world.calendar.text(day, starts), "ends": world.calendar.text(day, ends)}
            for title, day, starts, ends in SESSIONS
        ],
    }  # fmt: skip
    world.things["workshop"] = ratna.post("/v1/activities", body).expect(201)["activity"]
    nobody = ratna.post(f"{_path(world)}/publish", nth="tanpa pemateri").expect(422)
    same(nobody.rule, "workshop-needs-a-speaker", "publishing without a speaker")


def name_speakers(world: World) -> None:
    ratna, path = world.voice(people.RATNA), f"{_path(world)}/speakers"
    for identity, contact in (("pemateri-akademisi", people.ACADEMIC), ("pemateri-birokrat", people.OFFICIAL)):
        ratna.post(f"/v1/guests/{identity}", contact).expect(201, 422)
    practitioner = {"person": _member(world, people.SPEAKER), "role": "speaker", "category": "practitioner"}
    undeclared = ratna.post(path, practitioner, nth="tanpa bidang").expect(422)
    same(undeclared.rule, "competence-not-declared", "a speaker who declares no field")
    ratna.post(path, {**practitioner, "competence": "SLiMS di sekolah"}, nth="praktisi").expect(201)
    for identity, category, contact, field in (
        ("pemateri-akademisi", "academic", people.ACADEMIC, "Organisasi informasi"),
        ("pemateri-birokrat", "official", people.OFFICIAL, "Kebijakan perpustakaan sekolah"),
    ):
        speaker = {
            "person": identity,
            "role": "speaker",
            "category": category,
            "name": contact["name"],
            "competence": field,
        }
        ratna.post(path, speaker, nth=category).expect(201)
    ratna.post(f"{_path(world)}/publish", nth="lengkap").expect(200)

    def shown() -> None:
        public = world.nobody.get(_path(world)).expect(200)
        same((public["levels"], public["open"], public["units"]), (LEVELS, True, UNITS), "whom it is for")
        speakers = by(public["speakers"], "category")
        same(set(speakers), {"practitioner", "academic", "official"}, "where its speakers come from")
        same(speakers["academic"]["competence"], "Organisasi informasi", "what the academic declares")
        same(len(public["sessions"]), len(SESSIONS), "sessions of its agenda")

    world.eventually(shown, "the workshop to be public")


def register(world: World) -> None:
    world.calendar.turn_to(REGISTER, "08:00")
    path = f"{_path(world)}/registrations"
    for address in people.AT_WORKSHOP:
        same(world.voice(address).post(path).expect(201)["seat"], "taken", f"the seat of {address}")
    ratna = world.voice(people.RATNA)

    def listed(guests: int) -> None:
        see(len(_strangers(world, ratna)) >= guests, "the guest is not listed")

    for number, contact in enumerate(people.STRANGERS):
        # Each telling has another visitor, so a guest who is registered already is not registered again.
        if len(_strangers(world, ratna)) <= number:
            answer = world.nobody.post(f"{_path(world)}/guest-registrations", contact, nth=contact["email"]).expect(201)
            same((answer["seat"], answer["warnings"]), ("taken", []), "the seat of somebody from outside")
        world.eventually(partial(listed, number + 1), "the guest's seat to be listed")
    closed = f"/v1/activities/{world.things['second gathering']}/guest-registrations"
    refused = world.nobody.post(closed, people.STRANGERS[0], nth="bukan untuk umum").expect(422)
    see(refused.rule in {"members-only", "registration-closed"}, f"a guest at what is not open: {refused.rule}")

    def told() -> None:
        got = world.mailbox.subjects()
        for address in (*people.AT_WORKSHOP, *(contact["email"] for contact in people.STRANGERS)):
            see(mailbox.seat_taken(TITLE) in got.get(address, []), f"{address} has not heard of the seat")

    world.eventually(told, "members and guests to have heard of their seats")


def first_day(world: World) -> None:
    world.calendar.turn_to(FIRST, "08:45")
    _attend(world, "s1", SESSIONS[0], (*people.AT_WORKSHOP,))
    siti, rudi = world.voice(people.SITI), world.voice(people.RUDI)
    path = f"{_path(world)}/problems"
    problem = siti.post(path, {"text": BARCODE}, nth="bernama").expect(201)["problem"]
    rudi.post(f"{path}/{problem}/raisers").expect(201)
    ratna = world.voice(people.RATNA)
    if not [item for item in ratna.listed(path) if item["author"] is None]:
        world.nobody.post(path, {"text": NAMELESS}, nth="tanpa nama").expect(201)
    world.things["problem"] = problem

    def listed() -> None:
        said = {item["text"]: (item["author"], item["count"]) for item in ratna.listed(path)}
        named = (world.people[people.SITI.email], 2)
        same(said, {BARCODE: named, NAMELESS: (None, 1)}, "problems that were said")

    world.eventually(listed, "both problems to be read by the planner")
    world.calendar.turn_to(FIRST, "12:35")
    _attend(world, "s2", SESSIONS[1], (people.SITI.email, people.RUDI.email))


def second_day(world: World) -> None:
    world.calendar.turn_to(SECOND, "08:45")
    _attend(world, "s3", SESSIONS[2], people.AT_WORKSHOP)
    world.calendar.turn_to(SECOND, "12:35")
    _attend(world, "s4", SESSIONS[3], people.AT_WORKSHOP)
    world.calendar.turn_to(SECOND, "14:40")
    ratna = world.voice(people.RATNA)
    early = ratna.post(f"{_path(world)}/certificates", nth="belum selesai").expect(422)
    same(early.rule, "not-completed-yet", "certificates of what is not over")
    same(ratna.post(f"{_path(world)}/complete").expect(200)["state"], "completed", "the workshop")
    link = {"title": "Salindia klasifikasi", "url": "https://example.org/ddc", "licence": "cc-by"}
    ratna.post(f"{_path(world)}/materials", link).expect(201)

    def found() -> None:
        materials = world.nobody.listed("/v1/materials", q="klasifikasi")
        same([each["title"] for each in materials], [link["title"]], "materials about it")

    world.eventually(found, "the material to be found")


def issue_certificates(world: World) -> None:
    ratna = world.voice(people.RATNA)
    issued = ratna.post(f"{_path(world)}/certificates", nth="sesudah selesai").expect(201)
    same(issued["issued"], 4, "certificates: two members and two guests were at every session")
    again = ratna.post(f"{_path(world)}/certificates", nth="sekali lagi").expect(201)
    same(again["issued"], 0, "certificates issued twice")

    def own() -> dict[str, Any]:
        (mine,) = world.voice(people.SITI).listed("/v1/certificates", activity=world.things["workshop"])
        return dict(mine)

    mine = world.eventually(own, "her certificate to be with its holder")
    same((mine["hours"], mine["attended"], mine["sessions"]), (8.0, 4, 4), "what her certificate says")
    same(world.voice(people.MISSES_ONE).listed("/v1/certificates"), [], "certificates of somebody who missed a session")
    public = world.nobody.get(f"/v1/certificates/{mine['code'].lower()}").expect(200)
    same((public["valid"], public["title"]), (True, TITLE), "what anybody learns by the code")
    see(people.SITI.name not in str(public.body), "the holder's name is public")
    world.nobody.get("/v1/certificates/0000-0000-0000").expect(404)


def revoke_one(world: World) -> None:
    ratna = world.voice(people.RATNA)

    def issued() -> str:
        all_of_it = ratna.listed("/v1/certificates", activity=world.things["workshop"])
        guests = {item["participant"]: item["code"] for item in all_of_it if item["guest"]}
        same(len(guests), len(people.STRANGERS), "certificates of guests")
        return str(guests[_strangers(world, ratna)[1]])

    code = world.eventually(issued, "the guests' certificates to be with the planner")
    foreign = world.voice(people.SITI).post(f"/v1/certificates/{code}/revocation", {"reason": REVOKED}, nth="anggota")
    same(foreign.status, 403, "a member who revokes")
    ratna.post(f"/v1/certificates/{code}/revocation", {"reason": REVOKED}).expect(200)

    def gone() -> None:
        public = world.nobody.get(f"/v1/certificates/{code}").expect(200)
        same((public["valid"], public["revoked"]["reason"]), (False, REVOKED), "the revoked certificate")

    world.eventually(gone, "the certificate to be revoked for everybody")


def problem_becomes_topic(world: World) -> None:
    world.calendar.turn_to(AFTER, "09:00")
    ratna = world.voice(people.RATNA)
    made = ratna.post(f"{_path(world)}/problems/{world.things['problem']}/topic", {"title": TOPIC}).expect(201)
    topic = made["topic"]

    def raised() -> None:
        shown = world.nobody.get(f"/v1/topics/{topic}").expect(200)
        reporters = sorted(world.people[one.email] for one in (people.SITI, people.RUDI))
        same(sorted(shown["raisers"]), reporters, "those who raise it: who said it by name")

    world.eventually(raised, "the problem to be a topic of those who said it")
    body = {
        "kind": "gathering", "topic": topic, "title": NEXT, "region": places.KOTA_KEDIRI, "venue": world.things["café"],
        "starts": world.calendar.text(AFTER + 90, "09:00"), "ends": world.calendar.text(AFTER + 90, "11:00"), "capacity": 12,
    }  # fmt: skip
    activity = ratna.post("/v1/activities", body).expect(201)["activity"]
    guide = {"person": world.people[people.RATNA.email], "role": "guide"}
    ratna.post(f"/v1/activities/{activity}/speakers", guide).expect(201)
    ratna.post(f"/v1/activities/{activity}/publish").expect(200)

    def told() -> None:
        got = world.mailbox.subjects()
        for somebody in (people.SITI, people.RUDI):
            see(mailbox.topic_gathering(TOPIC) in got.get(somebody.email, []), f"{somebody.email} has not heard of it")

    world.eventually(told, "those who said the problem to hear that it will be talked about")


def _attend(world: World, session: str, about: tuple[str, int, str, str], members: tuple[str, ...]) -> None:
    """Members enter the session's word; guests have no login, so their attendance is recorded for them."""
    path = f"{_path(world)}/attendance"
    ratna = world.voice(people.RATNA)
    word = ratna.post(f"{path}/code", {"session": session}, nth=session).expect(201)["word"]
    world.calendar.turn_to(about[1], about[2])
    for address in members:
        world.voice(address).post(path, {"code": word}, nth=session).expect(201)
    for guest in _strangers(world, ratna):
        ratna.post(path, {"guest": guest, "session": session}, nth=f"{session}/{guest}").expect(201)


def _strangers(world: World, ratna: Voice) -> list[str]:
    """The registered guests, in the order of their registration."""
    known = {_member(world, address) for address in people.AT_WORKSHOP}
    return [item["person"] for item in ratna.listed(f"{_path(world)}/registrations") if item["person"] not in known]


def _member(world: World, address: str) -> str:
    world.log_in(address)
    return world.people[address]


def _path(world: World) -> str:
    return f"/v1/activities/{world.things['workshop']}"


CHAPTER = Chapter(
    "Bab 8, workshop dua hari",
    (
        Step("workshop dua hari direncanakan, untuk sekolah menengah, terbuka", plan),
        Step("pemateri: praktisi, akademisi, dan birokrat, dengan bidangnya", name_speakers),
        Step("anggota dan dua orang dari luar mendaftar", register),
        Step("hari pertama: hadir per sesi, dua masalah diceritakan", first_day),
        Step("hari kedua, workshop selesai, materinya tersimpan", second_day),
        Step("sertifikat terbit menurut aturan dan dapat diperiksa siapa pun", issue_certificates),
        Step("satu sertifikat dicabut", revoke_one),
        Step("satu masalah menjadi topik, yang menceritakannya dikabari", problem_becomes_topic),
    ),
)
