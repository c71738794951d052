"""SMAN 4 shows its head the evidence that the library has chosen. Anybody with the code of the report can check it."""

from deploy.demo.story import people
from deploy.demo.story.chapters import Chapter, Step
from deploy.demo.story.world import World, same, see

DAY = 131
RELEASED = ("competence", "hours", "visits", "stage", "evidence")
KEPT = "cost"
ASKED = ("operator", "budget")


def draft(world: World) -> None:
    world.calendar.turn_to(DAY, "10:00")

    def whole() -> None:
        made = world.voice(people.TITIK).get(_path(world)).expect(200)
        same(made["warnings"], [], "warnings about the draft")
        same(made["parts"], [*RELEASED, KEPT], "the parts that there is evidence for")
        evidence = made["figures"]["evidence"]["loans"]
        see(any(week["stated"] for week in evidence), "nothing that a person stated")
        see(any(week["measured"] for week in evidence), "nothing that a machine measured")

    world.eventually(whole, "the draft of the report")
    same(world.nobody.get(_path(world)).status, 401, "the draft as a visitor sees it")
    same(world.voice(people.YANTI).get(_path(world)).status, 404, "the draft as another library sees it")


def release(world: World) -> None:
    chosen = {"parts": list(RELEASED), "decisions": list(ASKED)}
    mentor = world.voice(people.MENTOR).post(_path(world), chosen, nth="pendamping").expect(422)
    same(mentor.rule, "released-by-the-library", "a mentor who releases it")
    world.things["report"] = world.voice(people.TITIK).post(_path(world), chosen).expect(201)["code"]


def check(world: World) -> None:
    code = world.things["report"]

    def genuine() -> None:
        shown = world.nobody.get(_path(world), code=code).expect(200)
        same(shown["parts"], list(RELEASED), "the parts that were released")
        see(KEPT not in shown["figures"], "what the library kept to itself is shown")
        same(shown["figures"]["stage"]["stage"], "smooth", "the stage")
        same(len(shown["decisions"]), len(ASKED), "what the school is asked to decide")
        see(people.HERU.name not in str(shown.body), "the report names somebody")

    world.eventually(genuine, "the report to be confirmed by its code")
    same(world.nobody.get(_path(world), code="tidak-ada-1234").status, 404, "a code that was made up")


def _path(world: World) -> str:
    return f"/v1/reports/evidence/{world.things['sman-4']}"


CHAPTER = Chapter(
    "Bab 13, bukti untuk kepala sekolah",
    (
        Step("rancangan laporan, hanya untuk perpustakaannya", draft),
        Step("perpustakaan menerbitkan bagian yang dipilihnya", release),
        Step("siapa pun yang memegang kodenya dapat memeriksanya", check),
    ),
)
