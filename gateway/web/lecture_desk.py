"""The desk for lectures: polls, chat groups and plans; leading a lecture; its run sheet."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gateway.web.forms import Form
from gateway.web.visit import Visit
from services.kernel.base.problem import Forbidden, Malformed

OPTIONS = ("one", "two", "three")
STEPS = ("open", "present", "take-questions", "close")
DESK = "/pengurus/kuliah"


async def desk(visit: Visit) -> Response:
    """Forms to open a poll, register a group and plan a lecture."""
    visit.require_person()
    if not visit.may_somewhere("activities.plan"):
        raise Forbidden
    found = await visit.read_all(
        polls=visit.get("/v1/polls", limit=20),
        groups=visit.get("/v1/chat-groups", limit=100),
        lectures=visit.get("/v1/lectures", limit=20),
        regions=visit.get_public("/v1/regions", limit=100),
    )
    lists = {name: (part or {"items": []})["items"] for name, part in found.answers.items()}
    allowed = visit.regions_of("activities.plan")
    lists["regions"] = [each for each in lists["regions"] if allowed is None or each["region"] in allowed]
    # A lecture may use a chat group of the planner's regions or of no region.
    lists["groups"] = [each for each in lists["groups"] if allowed is None or each["region"] in {None, *allowed}]
    return visit.render("lecture_desk.html", options=OPTIONS, missing=sorted(found.problems), **lists)


async def open_poll(visit: Visit) -> Response:
    """Open a poll about the time."""
    form = await _form_of(visit)
    document: dict[str, Any] = {
        **form.filled("title", "region"),
        "options": _options(visit, form),
        "closes": _time(visit, form, "closes"),
        **form.filled_numbers("quorum"),
    }
    _require(document, "title", "region", "options", "closes", "quorum")
    answer = await visit.send("POST", "/v1/polls", document, form.key)
    return visit.redirect(f"/jajak/{answer['poll']}", "jajak")


async def register_group(visit: Visit) -> Response:
    """Register a chat group for lectures."""
    form = await _form_of(visit)
    document = form.filled("name", "channel", "chat", "region")
    _require(document, "name", "channel", "region")
    await visit.send("POST", "/v1/chat-groups", document, form.key)
    return visit.redirect(DESK, "grup")


async def plan(visit: Visit) -> Response:
    """Plan a lecture at the time that a poll agreed on, or that was agreed on otherwise."""
    form = await _form_of(visit)
    document: dict[str, Any] = form.filled("title", "region", "group", "poll", "agreed_otherwise")
    if "poll" not in document:
        document |= {name: at for name in ("starts", "ends") if (at := _time(visit, form, name))}
        _require(document, "starts", "ends")
    _require(document, "title", "region", "group")
    answer = await visit.send("POST", "/v1/lectures", document, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{answer['activity']}", "kuliah")


async def lead(visit: Visit) -> Response:
    """The moderator's page of a lecture: the next step, and the questions."""
    visit.require_person()
    name = visit.parameter("lecture")
    lecture = await visit.get(f"/v1/lectures/{name}")
    if not lecture["leads"]:
        raise Forbidden
    questions = await visit.get(f"/v1/activities/{name}/questions")
    people = {each["asker"] for each in questions["items"] if each["asker"]} | set(lecture["speakers"])
    return visit.render(
        "lecture_lead.html", lecture=lecture, questions=questions["items"], names=await visit.names(people)
    )


async def take_step(visit: Visit) -> Response:
    """Go to the next step of the lecture."""
    form, name = await _form_of(visit), visit.parameter("lecture")
    if form.text("step") not in STEPS:
        raise Malformed(errors={"step": [""]})
    await visit.send("POST", f"/v1/activities/{name}/lecture/{form.text('step')}", {}, form.key)
    return visit.redirect(f"{DESK}/{name}", "simpan")


async def treat_question(visit: Visit) -> Response:
    """Pick, merge or hide a question, or write down its answer."""
    form, name = await _form_of(visit), visit.parameter("lecture")
    path = f"/v1/activities/{name}/questions/{visit.parameter('question')}"
    step = form.text("step")
    fields = {"pick": (), "hide": (), "merge": ("into",), "answer": ("text", "speaker")}.get(step)
    if fields is None:
        raise Malformed(errors={"step": [""]})
    document = form.filled(*fields)
    _require(document, *(field for field in fields if field != "speaker"))
    await visit.send("POST", f"{path}/{step}", document, form.key)
    return visit.redirect(f"{DESK}/{name}", "simpan")


async def run_sheet(visit: Visit) -> Response:
    """The steps and texts of a lecture, readable on a second phone."""
    visit.require_person()
    sheet = await visit.get(f"/v1/activities/{visit.parameter('lecture')}/run-sheet")
    return visit.render("run_sheet.html", sheet=sheet)


async def tick(visit: Visit) -> Response:
    """Tick or untick a step of the run sheet; the time may be in the past."""
    form, name = await _form_of(visit), visit.parameter("lecture")
    document: dict[str, Any] = {}
    if at := _time(visit, form, "at"):
        document["at"] = at
    if form.text("done") == "no":
        document["done"] = False
    await visit.send("POST", f"/v1/activities/{name}/run-sheet/{visit.parameter('step')}", document, form.key)
    return visit.redirect(f"{DESK}/{name}/lembar", "simpan")


def _options(visit: Visit, form: Form) -> list[dict[str, str]]:
    """The times of the poll. Raises ``Malformed`` for an option with only one of its two times."""
    options, errors = [], dict[str, list[str]]()
    for each in OPTIONS:
        names = {"starts": f"starts_{each}", "ends": f"ends_{each}"}
        if not form.filled(*names.values()):
            continue
        times = {part: at for part, name in names.items() if (at := _time(visit, form, name))}
        errors |= {name: [""] for part, name in names.items() if part not in times}
        options.append(times)
    if errors:
        raise Malformed(errors=errors)
    return options


def _time(visit: Visit, form: Form, name: str) -> str | None:
    try:
        return visit.words.from_form(form.text(name))
    except ValueError:
        return None


def _require(document: dict[str, Any], *names: str) -> None:
    missing = [name for name in names if not document.get(name)]
    if missing:
        raise Malformed(errors={name: [""] for name in missing})


async def _form_of(visit: Visit) -> Form:
    visit.require_person()
    return await visit.form()
