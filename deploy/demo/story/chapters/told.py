"""Chapter 10: people choose how they are told: by Telegram, without a region, in a digest, with reminders of the valid
time. The board makes an announcement, and an address fails.
"""

from typing import Any

from deploy.demo.story import mailbox, people, places
from deploy.demo.story.chapters import Chapter, Step
from deploy.demo.story.people import Somebody
from deploy.demo.story.telegram import Account
from deploy.demo.story.world import World, same, see

ASKED, MOVED, HELD = 57, 58, 60
FIRST_DAY = 59
TITLE = "Kopi darat: mencetak kartu anggota"
TOPIC = "Kartu anggota masih ditulis tangan"
ENDANG = Account(50701, "Endang")
SERVER = {
    "title": "Pembaruan server katalog",
    "text": "Katalog bersama tidak bisa dibuka hari Sabtu.\n\nMohon cadangkan data.",
}
LIBRARIES = {"title": "Data sekolah menengah", "text": "Mohon periksa data perpustakaan sekolah Bapak/Ibu."}
EVERYBODY = {"title": "Musyawarah tahunan", "text": "Musyawarah tahunan diadakan bulan depan."}
DIGEST = "Ringkasan harian dari komunitas"
BOUNCED = "Kontak anggota tidak bisa dihubungi lewat email"


def link_telegram(world: World) -> None:
    world.calendar.turn_to(ASKED, "09:00")
    world.telegram.make_account(ENDANG)
    token = world.voice(people.ENDANG).post("/v1/me/telegram").expect(201)["token"]
    world.telegram.write(ENDANG, f"/start {token}", key="told/start")

    def linked() -> None:
        see(world.voice(people.ENDANG).get("/v1/me").expect(200)["telegram"], "her Telegram account is not hers yet")

    world.eventually(linked, "her Telegram account to be hers")


def choose(world: World) -> None:
    wishes: dict[Somebody, dict[str, Any]] = {
        people.ENDANG: {"email": False, "telegram": True},
        people.RUDI: {"email": True, "regions": {"follow": [], "mute": [places.KOTA_KEDIRI]}},
        people.FITRI: {
            "email": True,
            "regions": {"follow": [places.KOTA_KEDIRI], "mute": []},
            "matters": {"activities": "digest"},
            "digest": {"every": "day", "day": "mon", "at": "16:00"},
        },
    }
    for who, wished in wishes.items():
        world.voice(who).write("PUT", "/v1/me/preferences", wished, nth=who.email).expect(200)
    nonsense = {"email": True, "regions": {"follow": [places.KOTA_KEDIRI], "mute": [places.KOTA_KEDIRI]}}
    refused = world.voice(people.SITI).write("PUT", "/v1/me/preferences", nonsense, nth="keduanya").expect(422)
    same(refused.rule, "region-both-ways", "a region followed and muted")


def publish(world: World) -> None:
    ratna = world.voice(people.RATNA)
    topic = ratna.post("/v1/topics", {"title": TOPIC, "region": places.KOTA_KEDIRI}).expect(201)["topic"]
    ratna.post(f"/v1/topics/{topic}/decision", {"decision": "accepted"}).expect(200)
    plan = {
        "kind": "gathering",
        "topic": topic,
        "title": TITLE,
        "region": places.KOTA_KEDIRI,
        "venue": world.things["café"],
        "starts": world.calendar.text(FIRST_DAY, "15:00"),
        "ends": world.calendar.text(FIRST_DAY, "17:00"),
        "capacity": 10,
    }
    answer = ratna.post("/v1/activities", plan, patience={400, 404}).expect(201)
    world.things["told gathering"] = answer["activity"]
    guide = {"person": world.people[people.RATNA.email], "role": "guide"}
    ratna.post(_path(world, "/speakers"), guide).expect(201)
    ratna.post(_path(world, "/publish")).expect(200)
    for who in (people.ENDANG, people.SITI):
        world.voice(who).post(_path(world, "/registrations"), nth=who.email, patience={404}).expect(201)

    def by_wish() -> None:
        see(_on_telegram(world, mailbox.seat_taken(TITLE)) == 1, "she who wishes for Telegram has no message there")
        got = world.mailbox.subjects()
        see(mailbox.seat_taken(TITLE) in got[people.SITI.email], "the other has no mail")
        see(mailbox.seat_taken(TITLE) not in got[people.ENDANG.email], "what came by Telegram came by mail too")

    world.eventually(by_wish, "each to be told by the channel of their choice")


def gather(world: World) -> None:
    news = mailbox.published(TITLE)
    same(world.mailbox.subjects()[people.FITRI.email].count(news), 0, "single mails to who wishes for a digest")
    world.calendar.turn_to(ASKED, "16:05")

    def gathered() -> None:
        digests = [letter.text for letter in world.mailbox.letters(people.FITRI.email) if letter.subject == DIGEST]
        see(
            any(news in text for text in digests),
            "the digest does not tell of the gathering in the region that she follows",
        )

    world.eventually(gathered, "the digest to come at its hour")
    quiet = world.mailbox.subjects()[people.RUDI.email]
    same(quiet.count(news), 0, "mails about a region that was muted")

    def kept() -> None:
        inbox = [line["title"] for line in world.voice(people.RUDI).all("/v1/me/inbox")]
        see(news in inbox, "what was muted does not stand in the inbox")

    world.eventually(kept, "what was muted to stand in the inbox")


def move(world: World) -> None:
    world.calendar.turn_to(MOVED, "10:00")
    later = {"starts": world.calendar.text(HELD, "15:00"), "ends": world.calendar.text(HELD, "17:00")}
    world.voice(people.RATNA).post(_path(world, "/reschedule"), later).expect(200)
    moved = f"Jadwal berubah: {TITLE}"

    def known() -> None:
        see(moved in world.mailbox.subjects()[people.SITI.email], "no mail says that the time is another")
        see(_on_telegram(world, moved) == 1, "no message says that the time is another")

    world.eventually(known, "the new time to be heard of")


def remind(world: World) -> None:
    wanted = mailbox.reminder(TITLE)
    for day, clock, times in ((FIRST_DAY, "15:05", 1), (HELD, "13:05", 2)):
        world.calendar.turn_to(day, clock)

        def reminded(times: int = times) -> None:
            by_mail = world.mailbox.subjects()[people.SITI.email].count(wanted)
            see(by_mail >= times, f"only {by_mail} reminders by mail")
            see(_on_telegram(world, wanted) >= times, "too few reminders by Telegram")

        world.eventually(reminded, "who has a seat to be reminded")
    # If the first time were still valid, its own reminders would be among them.
    same(world.mailbox.subjects()[people.SITI.email].count(wanted), 2, "reminders by mail, one for each offset")
    same(_on_telegram(world, wanted), 2, "reminders by Telegram")


def announce(world: World) -> None:
    ratna = world.voice(people.RATNA)
    until = {"worth_until": world.calendar.text(HELD + 30, "12:00")}
    to_region = {**SERVER, "regions": [places.KOTA_KEDIRI], **until}
    same(ratna.post("/v1/announcements", to_region).expect(201)["state"], "published", "an announcement to a region")
    to_level = {**LIBRARIES, "regions": [places.KOTA_KEDIRI], "levels": ["secondary"], **until}
    ratna.post("/v1/announcements", to_level, nth="jenjang").expect(201)
    outside = {**SERVER, "regions": [places.NGANJUK], **until}
    same(ratna.post("/v1/announcements", outside, nth="wilayah lain").status, 403, "an announcement to another region")

    def heard() -> None:
        got = world.mailbox.subjects()
        told, schools = (f"Pengumuman: {text['title']}" for text in (SERVER, LIBRARIES))
        for who in (people.SITI, people.RATNA):
            same(got[who.email].count(told), 1, f"announcements to {who.email}, who lives there")
        for who in (people.FITRI, people.RUDI):
            same(got[who.email].count(told), 0, f"announcements to {who.email}, from elsewhere or silent")
        for who in (people.TITIK, people.HERU):
            same(got[who.email].count(schools), 1, f"announcements to {who.email}, of a secondary school")
        same(got[people.SITI.email].count(schools), 0, "announcements to who works in a basic school")

    world.eventually(heard, "those of the region and of the level to have heard")


def announce_to_everybody(world: World) -> None:
    until = {"worth_until": world.calendar.text(HELD + 30, "12:00")}
    wahyu, lestari = world.voice(people.WAHYU), world.voice(people.LESTARI)
    written = wahyu.post("/v1/announcements", {**EVERYBODY, "regions": None, **until}).expect(201)
    path = f"/v1/announcements/{written['announcement']}"
    alone = wahyu.post(f"{path}/publication").expect(422)
    see(alone.rule in {"second-person-needed", "announcement-not-waiting"}, "one board member alone reaches everybody")
    read = {"draft": written["draft"]}
    own = wahyu.post(f"{path}/approval", read, nth="sendiri").expect(422)
    see(own.rule in {"approver-is-another", "announcement-not-waiting"}, "its writer approves it")
    same(
        world.voice(people.RATNA).post(f"{path}/approval", read, nth="wilayah").status, 403, "one region's coordinator"
    )
    approved = lestari.post(f"{path}/approval", read, nth="kedua").expect(200)
    same(approved["state"], "published", "the approved announcement")

    def heard() -> None:
        got, told = world.mailbox.subjects(), f"Pengumuman: {EVERYBODY['title']}"
        for who in (people.YUSUF, people.FITRI, people.RATNA):
            same(got[who.email].count(told), 1, f"announcements to {who.email}")
        same(_on_telegram(world, told), 1, "the announcement by Telegram")

    world.eventually(heard, "everybody to have heard once")


def bounce(world: World) -> None:
    answer = world.nobody.post("/v1/members", people.GONE.body).expect(201, 422)
    same(answer.status == 201 or answer.rule == "already-a-member", True, "joining with an address that is gone")
    once_more = {**SERVER, "title": "Pembaruan server selesai", "regions": [places.KOTA_KEDIRI]}
    once_more["worth_until"] = world.calendar.text(HELD + 30, "12:00")
    ratna = world.voice(people.RATNA)

    def welcomed() -> None:
        failed = [one for one in ratna.all("/v1/deliveries", state="failed") if one["kind"] == "welcome"]
        see(any(one["reason"] == "550" for one in failed), "the welcome was not refused")

    world.eventually(welcomed, "the welcome to be refused")
    ratna.post("/v1/announcements", once_more).expect(201)

    def flagged() -> None:
        contacts = ratna.all("/v1/contacts/bounced")
        same([(one["channel"], one["reason"]) for one in contacts], [("email", "550")], "contacts that do not work")
        letters = [letter for letter in world.mailbox.letters(people.RATNA.email) if letter.subject == BOUNCED]
        same(len(letters), 1, "letters to the region's coordinator about it")
        see(people.GONE.name in letters[0].text, "the letter does not say whom to ask")

    world.eventually(flagged, "the coordinator to know whose contact does not work")


def hold(world: World) -> None:
    world.calendar.turn_to(HELD, "15:05")
    ratna = world.voice(people.RATNA)
    for who in (people.ENDANG, people.SITI):
        body = {"person": world.people[who.email], "method": "coordinator"}
        # The services look at the clock only now and then, and this may be faster.
        ratna.post(_path(world, "/attendance"), body, nth=who.email, again_on={"not-started-yet"}).expect(201)
    world.calendar.turn_to(HELD, "17:05")
    same(ratna.post(_path(world, "/complete")).expect(200)["state"], "completed", "the gathering")


def _on_telegram(world: World, subject: str) -> int:
    """How often the bot wrote this to her."""
    texts = world.eventually(lambda: world.telegram.texts(ENDANG), "Telegram to answer")
    return sum(text.partition("\n")[0] == subject for text in texts)


def _path(world: World, rest: str) -> str:
    return f"/v1/activities/{world.things['told gathering']}{rest}"


CHAPTER = Chapter(
    "Bab 10, dikabari sesuai keinginan",
    (
        Step("seorang anggota menghubungkan Telegram", link_telegram),
        Step("tiga orang memilih bagaimana dikabari", choose),
        Step("kabar datang lewat saluran pilihan", publish),
        Step("ringkasan harian, dan wilayah yang dibisukan", gather),
        Step("gathering dipindah ke hari berikutnya", move),
        Step("pengumuman kepada wilayah dan kepada sekolah menengah", announce),
        Step("pengumuman kepada semua perlu dua pengurus", announce_to_everybody),
        Step("alamat yang sudah mati dilaporkan kepada koordinator", bounce),
        Step("pengingat hanya untuk waktu yang berlaku", remind),
        Step("gathering selesai", hold),
    ),
)
