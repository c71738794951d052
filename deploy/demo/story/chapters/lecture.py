"""Chapter 9: a lecture in a group's chat, at a time agreed on by a poll; a lecture on WhatsApp by a run sheet; and a
lecture that nobody closes.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from deploy.demo.story import people, places
from deploy.demo.story.chapters import Chapter, Step
from deploy.demo.story.telegram import Account, NotAllowed
from deploy.demo.story.world import World, by, same, see

POLLED, AGREED, HELD, ON_WHATSAPP, LEFT_OPEN = 50, 51, 54, 55, 56
TITLE = "Katalog induk eks-Karesidenan Kediri"
SECOND_TITLE = "Weeding: memilih buku yang sudah waktunya pergi"
THIRD_TITLE = "Membuat barcode dengan ponsel"
GROUP = -1005021945
RATNA, SITI, RUDI = (Account(number, name) for number, name in ((50201, "Ratna"), (50202, "Siti"), (50203, "Rudi")))
GUEST = Account(50204, "Bu Guru Kertosono")
PERMISSIONS = {
    "can_send_messages": True, "can_send_audios": True, "can_send_documents": True, "can_send_photos": True,
    "can_send_videos": False, "can_send_video_notes": False, "can_send_voice_notes": True, "can_send_polls": False,
    "can_send_other_messages": True, "can_add_web_page_previews": True, "can_change_info": False, "can_invite_users": True,
    "can_pin_messages": False, "can_manage_topics": False,
}  # fmt: skip
"""The permissions that the group's administrators chose: no videos, no polls."""
QUESTION = "Bagaimana kalau dua sekolah memakai nomor barcode yang sama?"
SAME_QUESTION = "Barcode sekolah kami bentrok dengan sekolah lain, bagaimana?"
OFF_TOPIC = "Ada yang jual rak bekas?"
ANSWER = "Beri awalan kode sekolah pada setiap nomor, sebelum katalognya digabung."
SHEET = {"title": "Salindia katalog induk", "text": "Langkah menggabungkan katalog tiga sekolah.", "licence": "cc-by"}


def found_groups(world: World) -> None:
    world.calendar.turn_to(POLLED, "09:00")
    world.telegram.make_group(GROUP, "Pustakawan Kediri", [SITI, RUDI, GUEST], [RATNA], PERMISSIONS)
    ratna = world.voice(people.RATNA)
    for name, new in (
        ("telegram", {"name": "Pustakawan Kediri", "channel": "telegram", "chat": str(GROUP)}),
        ("whatsapp", {"name": "SLiMS Kota Kediri", "channel": "whatsapp"}),
    ):
        answer = ratna.post("/v1/chat-groups", {**new, "region": places.KOTA_KEDIRI}, nth=name).expect(201)
        world.things[f"{name} group"] = answer["group"]
    stranger = world.voice(people.SITI).post("/v1/chat-groups", {"name": "x", "channel": "whatsapp"}, nth="anggota")
    same(stranger.status, 403, "a group that a member without an office registers")
    token = world.voice(people.SITI).post("/v1/me/telegram").expect(201)["token"]
    world.telegram.write(SITI, f"/start {token}", key="lecture/start")
    world.eventually(
        lambda: see(_texts(world, SITI, "terhubung"), "the bot has not said that it knows her"),
        "her Telegram account to be hers",
    )


def ask_when(world: World) -> None:
    options = [_times(world, day) for day in (HELD - 1, HELD, ON_WHATSAPP)]
    wish = {"title": f"Kapan kuliah “{TITLE}”?", "region": places.KOTA_KEDIRI, "options": options, "quorum": 3}
    wish["closes"] = world.calendar.text(AGREED, "18:00")
    world.things["poll"] = world.voice(people.RATNA).post("/v1/polls", wish).expect(201)["poll"]
    path = f"/v1/polls/{world.things['poll']}/votes"
    for who, chosen in ((people.SITI, [1]), (people.RUDI, [2]), (people.ENDANG, [2, 3]), (people.SITI, [2, 3])):
        nth = f"{who.email}/{len(chosen)}"
        answer = world.voice(who).post(path, {"options": chosen}, nth=nth).expect(200, 422)
        see(answer.status == 200 or answer.rule == "poll-closed", "a vote is refused while the poll is open")


def agree(world: World) -> None:
    world.calendar.turn_to(AGREED, "18:01")

    def agreed() -> None:
        poll = world.nobody.get(f"/v1/polls/{world.things['poll']}").expect(200)
        same((poll["state"], poll["voters"], poll["agreed"] and poll["agreed"]["option"]), ("agreed", 3, 2), "the poll")

    world.eventually(agreed, "the poll to be closed by itself")


def announce(world: World) -> None:
    ratna = world.voice(people.RATNA)
    new = {"title": TITLE, "region": places.KOTA_KEDIRI, "group": world.things["telegram group"]}
    planned = ratna.post("/v1/lectures", {**new, "poll": world.things["poll"]}, patience={400}).expect(201)
    same((planned["working_hours"], planned["phase"]), (False, "scheduled"), "the lecture")
    world.things["lecture"] = planned["activity"]
    bare = ratna.post("/v1/lectures", {**new, **_times(world, HELD)}, nth="tanpa kesepakatan").expect(422)
    same(bare.rule, "lecture-needs-agreement", "a lecture on which nobody has agreed")
    other = {**new, "agreed_otherwise": "Kata ketua.", **_times(world, HELD)}
    same(ratna.post("/v1/lectures", other, nth="bentrok").expect(422).rule, "chat-is-taken", "a second lecture there")
    _publish(world, "lecture")

    def announced() -> None:
        see([text for text in world.telegram.texts(GROUP) if TITLE in text], "nothing about it stands in the group")

    world.eventually(announced, "the group to read of the lecture")


def be_present(world: World) -> None:
    world.calendar.turn_to(HELD, "18:50")
    world.telegram.write(SITI, "Hadir, Bu!", GROUP, key="lecture/hadir/siti")
    world.telegram.write(GUEST, "hadir", GROUP, key="lecture/hadir/guest")

    def recorded() -> None:
        entries = world.voice(people.RATNA).listed(f"/v1/activities/{world.things['lecture']}/attendance")
        replies = [entry for entry in entries if entry["method"] == "reply"]
        same([entry["person"] for entry in replies if entry["person"]], [world.people[people.SITI.email]], "members")
        same(len([entry for entry in replies if entry["guest"]]), 1, "guests who wrote that they are there")

    world.eventually(recorded, "what they wrote to count as attendance")


def open_it(world: World) -> None:
    world.calendar.turn_to(HELD, "19:00")
    lecture = world.things["lecture"]
    member = world.voice(people.SITI).post(f"/v1/activities/{lecture}/lecture/open", nth="anggota")
    same(member.status, 403, "a member who opens it")
    _step(world, "lecture", "open")
    if _phase(world, "lecture") in {"closed", "archived"}:
        return  # told again; the chat has been restored long ago

    def quiet() -> None:
        allowed = world.telegram.permissions(GROUP)
        on = {name for name, value in allowed.items() if value}
        same(on, {"can_invite_users"}, "what the group still allows")

    world.eventually(quiet, "the group to be quiet")
    try:
        world.telegram.write(RUDI, OFF_TOPIC, GROUP, key="lecture/off-topic")
    except NotAllowed:
        return
    see(False, "somebody could post off topic during the lecture")


def ask(world: World) -> None:
    _step(world, "lecture", "present")
    world.telegram.write(SITI, f"/tanya {QUESTION}", key="lecture/tanya/siti")
    world.telegram.write(GUEST, f"/tanya {SAME_QUESTION}", key="lecture/tanya/guest")

    def in_line() -> dict[str, str]:
        found = by(_questions(world), "text")
        see({QUESTION, SAME_QUESTION} <= found.keys(), "a question that was asked in the chat is not in the line")
        return {text: str(found[text]["question"]) for text in (QUESTION, SAME_QUESTION)}

    asked = world.eventually(in_line, "the questions to be in the line")
    path = f"/v1/activities/{world.things['lecture']}/questions"
    hidden = world.voice(people.RUDI).post(path, {"text": OFF_TOPIC}).expect(201)["question"]
    ratna = world.voice(people.RATNA)
    ratna.post(f"{path}/{hidden}/hide").expect(200)
    ratna.post(f"{path}/{asked[SAME_QUESTION]}/merge", {"into": asked[QUESTION]}).expect(200)
    _step(world, "lecture", "take-questions")
    ratna.post(f"{path}/{asked[QUESTION]}/pick").expect(200)
    world.voice(people.SPEAKER).post(f"{path}/{asked[QUESTION]}/answer", {"text": ANSWER}).expect(200)


def close_it(world: World) -> None:
    world.calendar.turn_to(HELD, "19:55")
    _step(world, "lecture", "close")
    _as_before(world)
    lecture = world.things["lecture"]
    world.voice(people.SPEAKER).post(f"/v1/activities/{lecture}/materials", SHEET).expect(201)
    world.voice(people.RATNA).post(f"/v1/activities/{lecture}/complete").expect(200)


def read_by_those_absent(world: World) -> None:
    lecture, siti = world.things["lecture"], world.people[people.SITI.email]

    def kept() -> Any:
        shown = world.nobody.get(f"/v1/lectures/{lecture}").expect(200)
        same((shown["phase"], shown["closed_by"]), ("archived", "hand"), "the lecture")
        same([each["title"] for each in shown["materials"]], [SHEET["title"]], "its material")
        (answered,) = shown["answered"]
        same((answered["text"], answered["answer"], answered["merged"]), (QUESTION, ANSWER, 1), "what was answered")
        return answered

    answered = world.eventually(kept, "the lecture to be readable without a login")
    named = {one["purpose"] for one in world.voice(people.SITI).get("/v1/me/consents").expect(200)["items"]}
    see("name-in-archive" in named or answered["asker"] is None, "who asked is named without her consent")
    world.voice(people.SITI).post("/v1/me/consents/name-in-archive").expect(200)
    world.eventually(lambda: same(kept()["asker"], siti, "who asked, with her consent"), "her consent to be heard")
    name = world.nobody.get(f"/v1/people/{siti}/public-name").expect(200)["name"]
    same(name, people.SITI.name, "the name that everybody may read now")

    def found() -> None:
        lectures = world.nobody.listed("/v1/lectures", q="awalan kode sekolah")
        same([each["activity"] for each in lectures], [lecture], "lectures in which these words were said")

    world.eventually(found, "the lecture to be found by its words")


def on_whatsapp(world: World) -> None:
    ratna, chat = world.voice(people.RATNA), world.things["whatsapp group"]
    new = {
        "title": SECOND_TITLE,
        "region": places.KOTA_KEDIRI,
        "group": chat,
        "agreed_otherwise": "Disepakati di grup.",
    }
    answer = ratna.post("/v1/lectures", {**new, **_times(world, ON_WHATSAPP)}).expect(201)
    world.things["second lecture"] = answer["activity"]
    _publish(world, "second lecture")
    path = f"/v1/activities/{world.things['second lecture']}/run-sheet"

    def to_copy() -> None:
        steps = by(ratna.get(path).expect(200)["steps"], "step")
        same(unquote(steps["open"]["share"]), f"https://wa.me/?text={steps['open']['text']}", "the link of a step")
        see(SECOND_TITLE in steps["announce"]["text"], "the text to be copied does not say what it is about")

    world.eventually(to_copy, "the run sheet to hold what is to be copied")
    # No signal that evening: everything is ticked afterwards, with the time at which it was done.
    world.calendar.turn_to(ON_WHATSAPP, "22:30")
    starts = world.calendar.at(ON_WHATSAPP, "19:00")
    minutes = {"open": 0, "presence": 3, "restrict": 5, "present": 6, "take-questions": 40, "close": 58, "lift": 59}
    for step, after in minutes.items():
        at = (starts + timedelta(minutes=after)).isoformat()
        ratna.post(f"{path}/{step}", {"at": at}, nth=step).expect(200)

    def done() -> None:
        shown = by(ratna.get(path).expect(200)["steps"], "step")
        same({step for step in minutes if shown[step]["done"]}, set(minutes), "steps that are done")
        told = world.nobody.get(f"/v1/lectures/{world.things['second lecture']}").expect(200)
        same(told["times"]["closed"], f"{starts + timedelta(minutes=58):%Y-%m-%dT%H:%M:%SZ}", "when it was closed")

    world.eventually(done, "the sheet to be ticked to its end")


def left_open(world: World) -> None:
    ratna = world.voice(people.RATNA)
    new = {"title": THIRD_TITLE, "region": places.KOTA_KEDIRI, "agreed_otherwise": "Disepakati di grup."}
    new["group"] = world.things["telegram group"]
    answer = ratna.post("/v1/lectures", {**new, **_times(world, LEFT_OPEN)}).expect(201)
    world.things["third lecture"] = answer["activity"]
    _publish(world, "third lecture")
    world.calendar.turn_to(LEFT_OPEN, "19:01")
    _step(world, "third lecture", "open")
    if _phase(world, "third lecture") == "opened":
        world.eventually(
            lambda: see(not world.telegram.permissions(GROUP)["can_send_messages"], "the group is not quiet"),
            "the group to be quiet again",
        )
    world.calendar.turn_to(LEFT_OPEN, "20:16")

    def closed() -> None:
        shown = world.nobody.get(f"/v1/lectures/{world.things['third lecture']}").expect(200)
        same((shown["phase"], shown["closed_by"]), ("closed", "deadline"), "the lecture that nobody closed")

    world.eventually(closed, "the lecture to be closed by itself")
    _as_before(world)


def _as_before(world: World) -> None:
    world.eventually(
        lambda: same(world.telegram.permissions(GROUP), PERMISSIONS, "what the group allows"),
        "the group to be exactly as before",
    )


def _publish(world: World, name: str) -> None:
    ratna, path = world.voice(people.RATNA), f"/v1/activities/{world.things[name]}"
    guide = {"person": world.people[people.RATNA.email], "role": "guide"}
    ratna.post(f"{path}/speakers", guide, nth=f"{name}/pemandu").expect(201)
    world.log_in(people.SPEAKER)
    speaker = {"person": world.people[people.SPEAKER], "role": "speaker", "category": "practitioner"}
    ratna.post(f"{path}/speakers", speaker, nth=f"{name}/narasumber").expect(201)
    ratna.post(f"{path}/publish", nth=name).expect(200)


def _step(world: World, name: str, step: str) -> None:
    path = f"/v1/activities/{world.things[name]}/lecture/{step}"
    world.voice(people.RATNA).post(path, nth=f"{name}/{step}").expect(200)


def _phase(world: World, name: str) -> str:
    return str(world.voice(people.RATNA).get(f"/v1/lectures/{world.things[name]}").expect(200)["phase"])


def _questions(world: World) -> list[dict[str, Any]]:
    return world.voice(people.RATNA).listed(f"/v1/activities/{world.things['lecture']}/questions")


def _times(world: World, day: int) -> dict[str, str]:
    return {"starts": world.calendar.text(day, "19:00"), "ends": world.calendar.text(day, "20:00")}


def _texts(world: World, account: Account, words: str) -> list[str]:
    return [text for text in world.telegram.texts(account) if words in text]


CHAPTER = Chapter(
    "Bab 9, kuliah di grup",
    (
        Step("grup di Telegram dan WhatsApp didaftarkan", found_groups),
        Step("waktu ditanyakan lewat jajak pendapat", ask_when),
        Step("waktu disepakati", agree),
        Step("kuliah diumumkan di grup", announce),
        Step("yang hadir membalas hadir", be_present),
        Step("kuliah dibuka, grup hanya untuk kuliah", open_it),
        Step("pertanyaan antre dan dijawab", ask),
        Step("kuliah ditutup, grup persis seperti semula", close_it),
        Step("yang berhalangan membaca materi dan tanya jawab", read_by_those_absent),
        Step("kuliah di WhatsApp dengan lembar acara", on_whatsapp),
        Step("tidak ada yang menutup, grup kembali sendiri", left_open),
    ),
)
