"""Chapter 3, last part: the gathering is held. Attendance, feedback, and a guest who becomes a member."""

from deploy.demo.story import mailbox, people
from deploy.demo.story.chapters import Step
from deploy.demo.story.chapters.demand import TOPIC
from deploy.demo.story.chapters.gathering import DAY, TITLE
from deploy.demo.story.world import World, by, same, see

FEEDBACK = (
    (5, 5, "Mencetak kartu anggota dari SLiMS."),
    (5, 4, "Cadangan data supaya tidak hilang kalau komputer rusak."),
    (4, 4, None),
    (4, 3, "Pelan-pelan lagi bagian pengaturan margin."),
)
ANSWERS = dict(zip(people.RAISERS, (True, True, True), strict=True))


def reminded(world: World) -> None:
    world.calendar.turn_to(DAY, "08:40")
    wanted = mailbox.reminder(TITLE)

    def heard() -> None:
        got = world.mailbox.subjects()
        reached = sorted(address for address, subjects in got.items() if wanted in subjects)
        same(reached, sorted(people.HAVE_A_SEAT), "those who were reminded")
        see(all(got[address].count(wanted) == 1 for address in reached), "somebody was reminded twice at the same hour")

    world.eventually(heard, "those who have a seat to be reminded")


def check_in(world: World) -> None:
    path = _path(world, "attendance")
    ratna = world.voice(people.RATNA)
    word = ratna.post(f"{path}/code").expect(201)["word"]
    same(world.voice(people.SITI).post(f"{path}/code", nth="bukan pengurus").status, 403, "a member who asks for it")
    world.calendar.turn_to(DAY, "09:05")
    wrong = world.voice(people.SITI).post(path, {"code": "salah sebut"}, nth="salah").expect(422)
    same(wrong.rule, "wrong-code-word", "a wrong code word")
    for address in people.PRESENT:
        if address != people.WITHOUT_SIGNAL:
            world.voice(address).post(path, {"code": word}).expect(201)
    body = {"person": world.people[people.WITHOUT_SIGNAL], "method": "coordinator"}
    ratna.post(path, body, nth="tanpa sinyal").expect(201)


def walk_in(world: World) -> None:
    ratna = world.voice(people.RATNA)

    def noted(nth: str, contact: dict[str, str]) -> str:
        # A service that is down leaves a warning; repeating the request removes the warning.
        answer = ratna.post(_path(world, "walk-ins"), contact, nth=nth).expect(201)
        same(answer["warnings"], [], "warnings about the guest")
        return str(answer["guest"])

    known = {"name": people.MAYA.name, "email": people.MAYA.email}
    world.things["guest"] = world.eventually(lambda: noted("dengan kontak", known), "the guest to be noted")
    world.things["stranger"] = world.eventually(lambda: noted("tanpa kontak", {}), "the other guest to be noted")

    def listed() -> None:
        entries = ratna.listed(_path(world, "attendance"))
        persons = sorted(entry["person"] for entry in entries if entry["person"])
        same(persons, sorted(world.people[one] for one in people.PRESENT), "members who were there")
        guests = {entry["guest"] for entry in entries if entry["guest"]}
        same(guests, {world.things["guest"], world.things["stranger"]}, "guests who were there")

    world.eventually(listed, "the attendance list to be complete")


def complete(world: World) -> None:
    world.calendar.turn_to(DAY, "12:10")
    answer = world.voice(people.RATNA).post(_path(world, "complete")).expect(200)
    same(answer["state"], "completed", "the gathering")

    def over() -> None:
        shown = world.nobody.get(f"/v1/activities/{world.things['gathering']}").expect(200)
        same((shown["present"], shown["guests"]), (len(people.PRESENT), 2), "people who were there")

    world.eventually(over, "the gathering to be over for everybody")

    def heard() -> None:
        got = world.mailbox.subjects()
        for address in people.RAISERS:
            same(got.get(address, []).count(mailbox.question(TOPIC)), 1, f"questions to {address}, who raised it")
        for address in (*people.PRESENT, people.MAYA.email):
            wanted = 0 if address in people.RAISERS else 1
            same(got.get(address, []).count(mailbox.completed(TITLE)), wanted, f"thanks to {address}, who was there")

    world.eventually(heard, "those present and the raisers to have heard of the end")


def give_feedback(world: World) -> None:
    path = _path(world, "feedback")
    for address, (useful, understood, wish) in zip(people.PRESENT, FEEDBACK, strict=False):
        body = {"useful": useful, "understood": understood, **({"next": wish} if wish else {})}
        world.voice(address).post(path, body).expect(201)
    absent = world.voice(people.STAYS_AWAY).post(path, {"useful": 1, "understood": 1}, nth="tidak hadir").expect(422)
    same(absent.rule, "only-who-was-there", "feedback of somebody who was not there")


def answer_whether_solved(world: World) -> None:
    world.calendar.turn_to(DAY, "15:30")
    topic = world.things["topic"]
    for address, solved in ANSWERS.items():
        if address != people.SAYS_AT_LAST:
            # The topic counts as discussed a moment after the gathering is over.
            answer = world.voice(address).post(
                f"/v1/topics/{topic}/solved", {"solved": solved}, again_on={"not-discussed-yet"}
            )
            answer.expect(200)
    endorser = world.voice(people.RUDI).post(f"/v1/topics/{topic}/solved", {"solved": True}).expect(422)
    same(endorser.rule, "raisers-only", "an endorser who says that it is solved")


def guest_joins(world: World) -> None:
    world.calendar.turn_to(DAY, "16:00")
    joined = world.nobody.post("/v1/members", people.MAYA.body).expect(201, 422)
    if joined.status == 422:
        same(joined.rule, "already-a-member", "joining of somebody who joined at an earlier telling")
    maya = world.voice(people.MAYA)

    def history() -> None:
        items = by(maya.listed(f"/v1/participation/{world.people[people.MAYA.email]}"), "activity")
        see(world.things["gathering"] in items, "the gathering is not in her history")
        entry = items[world.things["gathering"]]
        same((entry["attended"], entry["method"], entry["title"]), (True, "walk-in", TITLE), "the gathering in it")

    world.eventually(history, "her history to show where she was as a guest")

    def whole() -> None:
        dashboard = maya.get("/v1/me/dashboard").expect(200)
        same(dashboard["warnings"], [], "warnings on her dashboard")
        same(dashboard["me"]["name"], people.MAYA.name, "her own name")

    world.eventually(whole, "her dashboard to be whole")
    body = {"useful": 5, "understood": 5, "next": "Belajar dari awal untuk taman bacaan."}
    maya.post(_path(world, "feedback"), body).expect(201)

    def summed() -> None:
        summary = world.voice(people.RATNA).get(_path(world, "feedback")).expect(200)
        same(summary["count"], len(FEEDBACK) + 1, "answers")
        same(summary["useful"]["average"], 4.6, "how useful it was")

    world.eventually(summed, "the answers to be summed up")


def _path(world: World, rest: str) -> str:
    return f"/v1/activities/{world.things['gathering']}/{rest}"


STEPS = (
    Step("siapa yang punya kursi diingatkan sebelum mulai", reminded),
    Step("hadir dengan kata sandi", check_in),
    Step("dua tamu datang tanpa mendaftar", walk_in),
    Step("gathering selesai, yang hadir dan pengusul dikabari", complete),
    Step("tiga pertanyaan dijawab", give_feedback),
    Step("pengusul menjawab apakah sudah teratasi", answer_whether_solved),
    Step("seorang tamu menjadi anggota dan menemukan riwayatnya", guest_joins),
)
