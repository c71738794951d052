"""Chapter 12: SMAN 4 is accompanied until its automation runs smoothly; another library falls back and recovers.

Weeks are counted as the library counts them: the first whole week begins on the Monday after everything went live.
"""

from deploy.demo.story import people, places
from deploy.demo.story.chapters import Chapter, Step
from deploy.demo.story.chapters.accompanied import (
    LIVE,
    SECOND,
    TICKS,
    case,
    name_of,
    path,
    report_backup,
    report_loans,
    run_smoothly,
    turn_to,
)
from deploy.demo.story.world import World, by, same, see

ASKED = 67
WISH = "Kami ingin katalog dan peminjaman lewat SLiMS, seperti yang kami lihat di gathering."
CONDITIONS = ("computers", "network", "power", "operator", "budget", "support")
READY = {name: {"present": True} for name in CONDITIONS}
WITHOUT_BUDGET = READY | {"budget": {"present": False, "note": "Menunggu rapat anggaran bulan ini."}}
GATHERINGS = ("Gathering: mengenal SLiMS", "Gathering: mengisi data koleksi", "Gathering: melayani peminjaman")
INTERNAL = "Kepala sekolah perlu diyakinkan lagi soal jam kerja petugas."
VISITS = (
    {"minutes": 120, "mode": "on-site", "done": "Memasang SLiMS di komputer perpustakaan.", "internal": INTERNAL},
    {"minutes": 30, "mode": "call", "done": "Membahas aturan pengisian data.", "next": "Seratus judul pertama."},
    {"minutes": 90, "mode": "on-site", "done": "Mencoba pinjam dan kembali bersama.", "next": "Cadangan tiap Jumat."},
)
BROKEN = "Listrik padam lama, komputer layanan rusak, peminjaman kembali ke buku."


def ask(world: World) -> None:
    world.calendar.turn_to(ASKED, "08:00")
    body = {"library": world.things["sman-4"], "wish": WISH}
    titik = world.voice(people.TITIK)
    # Members' facts about the library and its staff may not have arrived yet.
    opened = titik.post("/v1/mentorships", body, patience={403, 404}).expect(201)
    world.things["mentorship"] = opened["mentorship"]
    again = titik.post("/v1/mentorships", body, nth="sekali lagi").expect(422)
    same(again.rule, "one-mentorship-per-library", "a second wish of the same library")
    ratna, mentor = world.voice(people.RATNA), world.people[people.MENTOR.email]

    def suggested() -> None:
        # A person who was named already is no longer suggested.
        known = {*by(ratna.listed(path(world, "suggestions")), "person"), *case(world, people.RATNA)["mentors"]}
        see(mentor in known, "the mentor is not suggested")

    world.eventually(suggested, "the mentor to be suggested")
    ratna.post(path(world, "mentors"), {"person": mentor}).expect(201)
    stranger = world.voice(people.YANTI).get(path(world))
    same(stranger.status, 404, "the case as somebody of another library sees it")


def refuse(world: World) -> None:
    ratna, mentor = world.voice(people.RATNA), world.voice(people.MENTOR)
    pilot = path(world, "pilot")
    refused = ratna.post(pilot, nth="belum ikut gathering").expect(422)
    same((refused.rule, refused["need"]), ("pilot-needs-gatherings", 3), "a pilot whose staff have been to too few")
    for nth, title in enumerate(GATHERINGS):
        _held_before(world, nth, title)
    refused = ratna.post(pilot, nth="belum ada yang mampu", again_on={"pilot-needs-gatherings"}).expect(422)
    same(refused.rule, "pilot-needs-able-operator", "a pilot without anybody who is able")
    able = {"person": world.people[people.HERU.email], "unit": "b-slims", "aspect": "skill", "level": 3}
    gathering = {"kind": "activity", "id": world.things[GATHERINGS[2]]}
    mentor.post("/v1/competence", {**able, "because": gathering}).expect(201)
    refused = ratna.post(pilot, nth="belum dinilai siap", again_on={"pilot-needs-able-operator"}).expect(422)
    same(refused.rule, "pilot-needs-readiness", "a pilot that nobody has assessed")
    assessed = mentor.post(path(world, "readiness"), WITHOUT_BUDGET, nth="tanpa anggaran").expect(201)
    same((assessed["score"], assessed["missing"]), (5, ["budget"]), "what is there and what is missing")
    refused = ratna.post(pilot, nth="tanpa anggaran").expect(422)
    same((refused.rule, refused["missing"]), ("pilot-needs-readiness", ["budget"]), "a pilot without a budget")


def name_pilot(world: World) -> None:
    world.calendar.turn_to(LIVE, "09:00")
    ratna, mentor = world.voice(people.RATNA), world.voice(people.MENTOR)
    same(mentor.post(path(world, "readiness"), READY).expect(201)["missing"], [], "what is missing now")
    skipped = mentor.post(path(world, "stages/installed"), {"items": TICKS["installed"]}).expect(422)
    same(skipped.rule, "stage-out-of-order", "a stage before its turn")
    mentor.post(path(world, "stages/ready"), {"items": TICKS["ready"]}).expect(201)
    same(ratna.post(path(world, "pilot")).expect(201)["stage"], "agreed", "the pilot's stage")

    def named() -> None:
        shown = case(world, people.TITIK)
        see(shown["pilot"], "SMAN 4 is not a pilot")
        same(len(shown["pilot_on"]["gatherings"]), 3, "the gatherings that it was decided on")
        same(shown["pilot_on"]["able"], [world.people[people.HERU.email]], "who is able")

    world.eventually(named, "SMAN 4 to be a pilot")


def build(world: World) -> None:
    mentor = world.voice(people.MENTOR)
    heru = [world.people[people.HERU.email]]
    for nth, visit in enumerate(VISITS):
        mentor.post(path(world, "visits"), {**visit, "staff": heru}, nth=str(nth)).expect(201)
    empty = mentor.post(path(world, "stages/installed"), {"items": TICKS["installed"]}, nth="tanpa bukti").expect(422)
    same(empty.rule, "stage-needs-evidence", "a stage that nothing shows")
    for stage in ("installed", "data-entry", "circulation-live"):
        done = {"items": TICKS[stage], "note": "Sudah dilihat bersama di perpustakaan."}
        mentor.post(path(world, f"stages/{stage}"), done).expect(201)
    titik = world.voice(people.TITIK)
    titik.post(path(world, "installation"), {"version": "9.6.1", "host": "library-computer"}).expect(201)

    def seen() -> None:
        shown = case(world, people.TITIK)
        same((shown["visits"], shown["hours"]), (3, 4.0), "visits, and hours given")
        visits = titik.listed(path(world, "visits"))
        see("Memasang SLiMS di komputer perpustakaan." in {each["done"] for each in visits}, "a visit is not shown")
        see(INTERNAL not in str(visits), "the library reads what mentors noted for themselves")

    world.eventually(seen, "the visits to be shown to the library")


def go_live(world: World) -> None:
    mentor = world.voice(people.MENTOR)
    same(mentor.post(path(world, "go-live")).expect(201)["stage"], "probation", "the stage after going live")
    issued = world.voice(people.TITIK).post(path(world, "evidence-key")).expect(201)
    world.things["evidence key"] = issued["key"]
    forged = {"kind": "loans", "week": name_of(world, 0), "count": 9, "key": "bukti_salah"}
    same(world.nobody.post(path(world, "evidence"), forged, nth="palsu").status, 401, "evidence with a forged key")
    see(case(world, people.TITIK)["live_since"], "SMAN 4 is not live")


def begin_second(world: World) -> None:
    # Not a pilot: accompanied like any other library, by the regional coordinator herself.
    yanti, ratna = world.voice(people.YANTI), world.voice(people.RATNA)
    opened = yanti.post("/v1/mentorships", {"library": world.things["smp"]}, patience={403, 404}).expect(201)
    world.things[SECOND] = opened["mentorship"]
    lead = {"person": world.people[people.RATNA.email]}
    ratna.post(path(world, "mentors", SECOND), lead).expect(201)
    ratna.post(path(world, "readiness", SECOND), WITHOUT_BUDGET).expect(201)
    for stage, items in TICKS.items():
        done = {"items": items, "note": "Sudah dilihat bersama."}
        ratna.post(path(world, f"stages/{stage}", SECOND), done).expect(201)
    ratna.post(path(world, "go-live", SECOND)).expect(201)


def miss_a_week(world: World) -> None:
    turn_to(world, 0, 4, "13:00")
    report_loans(world, people.TITIK, 0, 14)
    measured = {"kind": "loans", "week": name_of(world, 0), "count": 13, "key": world.things["evidence key"]}
    told = world.nobody.post(path(world, "evidence"), measured, nth="server").expect(201, 422)
    if told.status == 422:  # when the story is told again, the evidence key is not known
        same(told.rule, "week-is-closed", "what the server sent, told again")
    else:
        same(told["source"], "measured", "where the server's number is from")
    report_loans(world, people.YANTI, 0, 6, SECOND)
    turn_to(world, 1, 4, "13:00")
    report_loans(world, people.YANTI, 1, 8, SECOND)
    turn_to(world, 2, 2, "08:00")
    early = world.voice(people.MENTOR).post(path(world, "smooth"), nth="terlalu awal").expect(422)
    same((early.rule, early["have"], early["need"]), ("window-not-complete", 1, 4), "smooth after one week")
    turn_to(world, 2, 3, "08:00")

    def missed() -> None:
        shown = case(world, people.TITIK)
        same(shown["missed"], [name_of(world, 1)], "weeks without evidence")
        if shown["window"]:  # at a later telling the library has passed its probation
            same(shown["window"]["first"], name_of(world, 2), "where counting begins anew")

    world.eventually(missed, "the week without evidence to be closed")
    late = {"kind": "loans", "week": name_of(world, 1), "count": 5}
    refused = world.voice(people.TITIK).post(path(world, "evidence"), late, nth="terlambat").expect(422)
    same(refused.rule, "week-is-closed", "a week that is reported too late")


def prove(world: World) -> None:
    for week in (2, 3):
        friday = turn_to(world, week, 4, "13:00")
        report_loans(world, people.TITIK, week, 15 + week)
        report_loans(world, people.YANTI, week, 5 + week, SECOND)
    report_backup(world, people.YANTI, friday, SECOND)
    turn_to(world, 4, 0, "09:00")
    run_smoothly(world, people.RATNA, people.YANTI, SECOND)
    turn_to(world, 4, 0, "15:00")
    fell = world.voice(people.YANTI).post(path(world, "regression", SECOND), {"reason": BROKEN}).expect(201)
    same(fell["stage"], "probation", "the stage after falling back")
    again = world.voice(people.RATNA).post(path(world, "smooth", SECOND), nth="terlalu awal").expect(422)
    same((again.rule, again["have"]), ("window-not-complete", 0), "smooth right after falling back")
    for week in (4, 5):
        turn_to(world, week, 4, "13:00")
        report_loans(world, people.TITIK, week, 15 + week)
        report_loans(world, people.YANTI, week, 3 + week, SECOND)
    turn_to(world, 6, 0, "09:00")
    without = world.voice(people.MENTOR).post(path(world, "smooth"), nth="tanpa cadangan").expect(422)
    same(without.rule, "no-backup", "smooth without a backup")


def smooth(world: World) -> None:
    titik, mentor = world.voice(people.TITIK), world.voice(people.MENTOR)
    report_backup(world, people.TITIK, turn_to(world, 6, 0, "09:30"))
    text = {"text": "Pencetak barcode rusak, pengembalian menumpuk."}
    blocker = titik.post(path(world, "blockers"), text).expect(201)["blocker"]
    blocked = mentor.post(path(world, "smooth"), nth="ada kendala").expect(422)
    same(blocked.rule, "open-blocker", "smooth while something blocks it")
    titik.post(path(world, f"blockers/{blocker}/clear")).expect(200)
    run_smoothly(world, people.MENTOR, people.TITIK)

    def shown() -> None:
        standing = case(world, people.TITIK)
        same(standing["stage"], "smooth", "SMAN 4's stage")
        sources = {name for week in standing["evidence"]["loans"] for name in week if name != "week"}
        same(sources, {"stated", "measured"}, "sources of the evidence")
        reached = [entry["stage"] for entry in standing["history"]]
        same(reached, ["wanted", *TICKS, "probation", "smooth"], "the stages that it went through")

    world.eventually(shown, "SMAN 4 to run smoothly")


def recover(world: World) -> None:
    for week in (6, 7):
        friday = turn_to(world, week, 4, "13:00")
        report_loans(world, people.YANTI, week, 9, SECOND)
    report_backup(world, people.YANTI, friday, SECOND)
    turn_to(world, 8, 0, "09:00")
    run_smoothly(world, people.RATNA, people.YANTI, SECOND)


def hand_over(world: World) -> None:
    newcomer = people.ANDRI
    answer = world.nobody.post("/v1/members", newcomer.body).expect(201, 422)
    if answer.status == 422:
        same(answer.rule, "already-a-member", "joining of the newcomer")
    staff = f"/v1/libraries/{world.things['sman-4']}/affiliations"
    world.voice(people.RATNA).post(f"{staff}/{world.people[people.HERU.email]}/end").expect(200)
    alone = world.voice(newcomer).post(staff, {"role": "staff"}, nth="sendiri").expect(201, 422)
    see(alone.status == 201 or alone.rule == "colleague-vouches", "somebody new who says alone that they work there")
    andri = {"person": world.people[newcomer.email], "role": "staff"}
    world.voice(people.TITIK).post(staff, andri, nth="dicatat rekan").expect(201)

    def found() -> None:
        shown = world.voice(newcomer).get(path(world, "handover")).expect(200)
        same(shown["stage"], "smooth", "where the newcomer goes on")
        same(shown["mentors"], [world.people[people.MENTOR.email]], "whom the newcomer may ask")
        see("Cadangan tiap Jumat." in {each["text"] for each in shown["next"]}, "the next step is not shown")
        due = {each["password"] for each in shown["passwords"] if each["due"]}
        see("server" in due, "no password is to be changed")
        left = {each["person"] for each in shown["staff"] if each["until"]}
        same(left, {world.people[people.HERU.email]}, "who has left")
        same(world.voice(people.HERU).get(path(world)).status, 404, "the case as who left sees it")

    world.eventually(found, "the newcomer to find the hand-over page, and who left to find nothing")
    rotated = {"passwords": ["slims-admin", "database"]}
    world.voice(newcomer).post(path(world, "handover/passwords"), rotated).expect(201)


def show_progress(world: World) -> None:
    made = world.voice(people.TITIK).post(path(world, "links"), {"days": 14}).expect(201)

    def public() -> None:
        shown = world.nobody.get(f"/v1/progress/{made['secret']}").expect(200)
        same((shown["library"], shown["stage"]), (people.TITIK.library, "smooth"), "progress without a login")
        see(people.HERU.name not in str(shown.body), "progress without a login names somebody")

    world.eventually(public, "the progress to be readable by its link")


def _held_before(world: World, nth: int, title: str) -> None:
    """One of the gatherings that the library's staff attended, recorded afterwards."""
    ratna, day = world.voice(people.RATNA), 45 + 7 * nth
    plan = {
        "kind": "gathering", "topic": world.things["topic"], "title": title, "region": places.KOTA_KEDIRI,
        "venue": world.things["café"], "capacity": 30, "past": True,
        "starts": world.calendar.text(day, "09:00"), "ends": world.calendar.text(day, "11:30"),
    }  # fmt: skip
    activity = ratna.post("/v1/activities", plan, nth=title).expect(201)["activity"]
    world.things[title] = activity
    guide = {"person": world.people[people.RATNA.email], "role": "guide"}
    ratna.post(f"/v1/activities/{activity}/speakers", guide).expect(201)
    ratna.post(f"/v1/activities/{activity}/publish").expect(200)
    for somebody in (people.TITIK, people.HERU)[: 1 + nth % 2]:
        there = {"person": world.people[somebody.email], "method": "coordinator"}
        ratna.post(f"/v1/activities/{activity}/attendance", there, nth=somebody.email).expect(201)


CHAPTER = Chapter(
    "Bab 12, pendampingan",
    (
        Step("SMAN 4 minta didampingi", ask),
        Step("belum bisa menjadi percontohan, dan mengapa", refuse),
        Step("menjadi percontohan", name_pilot),
        Step("tahap demi tahap, dengan bukti", build),
        Step("peminjaman lewat SLiMS, masa pembuktian mulai", go_live),
        Step("perpustakaan kedua mulai", begin_second),
        Step("satu minggu tanpa bukti, hitungan mulai lagi", miss_a_week),
        Step("empat minggu bukti; yang kedua lancar, lalu mundur", prove),
        Step("SMAN 4 lancar: diusulkan pendamping, dipastikan sekolah", smooth),
        Step("yang kedua pulih", recover),
        Step("petugas pindah, petugas baru melanjutkan", hand_over),
        Step("kemajuan tanpa masuk", show_progress),
    ),
)
