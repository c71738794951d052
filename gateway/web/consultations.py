"""Consultations: the visitor's own questions, the questions to answer, and the page of one consultation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.web.forms import Form
from gateway.web.listings import items_of
from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed

ANSWER = "consultations.answer"
WITHOUT_RATING = "-"
INSIDE = frozenset({"owner", "answerer"})


async def overview(visit: Visit) -> Response:
    """Consultations that the visitor owns, open ones in the visitor's regions, and the visitor's own questions."""
    visit.require_person()
    calls = {"asked": visit.get("/v1/consultations", asker="me", limit=100)}
    if visit.may_somewhere(ANSWER):
        calls["owned"] = visit.get("/v1/consultations", owner="me", limit=100)
        calls["open"] = _open(visit)
    found = await visit.read_all(**calls, regions=visit.get_public("/v1/regions", limit=100))
    lists = items_of(found.answers)
    owned = [item for item in lists.get("owned") or () if item["state"] in {"open", "answered"}]
    mine = {item["consultation"] for item in owned}
    return visit.render(
        "consultations.html",
        owned=owned,
        others=[item for item in lists.get("open") or () if item["consultation"] not in mine],
        asked=lists["asked"],
        answers=visit.may_somewhere(ANSWER),
        region_names={each["region"]: each["name"] for each in lists["regions"] or ()},
        missing=sorted(found.problems),
        late=lambda item: item["state"] == "open" and item["missed"],
    )


async def consultation(visit: Visit) -> Response:
    """One consultation, as far as the visitor may see it, and the visitor's actions."""
    consultation = await visit.get(_path(visit))
    inside = consultation["role"] in INSIDE
    calls = {"region": visit.get_public(f"/v1/regions/{consultation['region']}")}
    if inside and consultation["state"] in {"open", "answered"}:
        calls["offices"] = visit.get_public("/v1/offices")
        calls["mentors"] = visit.get("/v1/offices/mentor/holders", region=consultation["region"])
        if consultation["library"] is None:
            calls["libraries"] = visit.get_public("/v1/libraries", region=consultation["region"], limit=100)
    if consultation["mentorship"]:
        calls["case"] = visit.get(f"/v1/mentorships/{consultation['mentorship']}")  # not every asker may read the case
    if consultation["library"]:
        calls["library"] = visit.get_public(f"/v1/libraries/{consultation['library']}")
    found = (await visit.read_all(**calls)).answers
    people = [
        consultation["owner"],
        *(each["by"] for each in (*consultation["answers"], *consultation["notes"], *consultation["reasons"])),
    ]
    names = await visit.names([*people, consultation["asker"]] if consultation["role"] else [])
    if inside and consultation["asker"] and consultation["asker"] not in names:
        names |= await visit.names([consultation["asker"]], "/v1/guests/{}")
    return visit.render(
        "consultation.html",
        consultation=consultation,
        here=f"/konsultasi/{consultation['consultation']}",
        region=found["region"],
        library=found.get("library"),
        case=found.get("case"),
        libraries=[(each["library"], each["name"]) for each in (found.get("libraries") or {"items": []})["items"]],
        names=names,
        inside=inside,
        colleagues=_colleagues(found, consultation),
    )


async def answer(visit: Visit) -> Response:
    """Answer, publicly if wished."""
    form = await _form(visit, "text")
    public = form.text("public") == "yes"
    await visit.send("POST", f"{_path(visit)}/answers", {"text": form.text("text"), "public": public}, form.key)
    return _back(visit, "dijawab")


async def publish(visit: Visit) -> Response:
    """Publish an answer."""
    form = await _form(visit, "number")
    await visit.send("POST", f"{_path(visit)}/answers/{form.text('number')}/publication", {}, form.key)
    return _back(visit, "simpan")


async def note(visit: Visit) -> Response:
    """Add a note for the answering people."""
    form = await _form(visit, "text")
    await visit.send("POST", f"{_path(visit)}/notes", {"text": form.text("text")}, form.key)
    return _back(visit, "simpan")


async def hold(visit: Visit) -> Response:
    """Postpone the consultation to a later day."""
    form = await _form(visit, "until")
    try:
        until = visit.words.from_form(f"{form.text('until')}T07:00")
    except ValueError as error:
        raise Malformed(errors={"until": [""]}) from error
    await visit.send("POST", f"{_path(visit)}/hold", {"until": until}, form.key)
    return _back(visit, "simpan")


async def resolve(visit: Visit) -> Response:
    """Resolve the consultation; the asker may rate the answer."""
    form = await _form(visit)
    document = {"rating": form.whole_number("rating")} if form.text("rating") not in {"", WITHOUT_RATING} else {}
    await visit.send("POST", f"{_path(visit)}/resolution", document, form.key)
    return _back(visit, "teratasi")


async def reopen(visit: Visit) -> Response:
    form = await _form(visit)
    await visit.send("POST", f"{_path(visit)}/reopening", form.filled("reason"), form.key)
    return _back(visit, "dibuka-lagi")


async def assign(visit: Visit) -> Response:
    """Hand the consultation over to another person."""
    form = await _form(visit, "owner")
    await visit.send("POST", f"{_path(visit)}/assignment", form.filled("owner"), form.key)
    return _back(visit, "diserahkan")


async def share(visit: Visit) -> Response:
    """Record that the visitor has the same problem."""
    form = await _form(visit)
    await visit.send("POST", f"{_path(visit)}/me-too", {}, form.key)
    return _back(visit, "sama")


async def promote(visit: Visit) -> Response:
    """Turn the consultation into a mentorship of the library."""
    form = await _form(visit)
    taken = await visit.send("POST", f"{_path(visit)}/promotion", form.filled("library"), form.key)
    return visit.redirect(f"/pendampingan/{taken['mentorship']}", "didampingi")


async def _open(visit: Visit) -> Mapping[str, Any]:
    """Open consultations of the regions for which the visitor answers. Regions are requested one by one, because the
    API filters by one region.
    """
    regions = visit.regions_of(ANSWER)
    if regions is None:
        answer: Mapping[str, Any] = await visit.get("/v1/consultations", state="open", limit=100)
        return answer
    items: list[Any] = []
    for region in regions:
        items += (await visit.get("/v1/consultations", state="open", region=region, limit=100))["items"]
    return {"items": items}


def _colleagues(found: Mapping[str, Any], consultation: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """The other people who could answer there: person and name."""
    offices = (found.get("offices") or {"items": []})["items"]
    sitting = [
        office["holder"] or office["stand_in"]
        for office in offices
        if office["region"] in {None, consultation["region"]}
    ]
    mentors = [held["holder"] for held in (found.get("mentors") or {"items": []})["items"]]
    people = {each["person"]: each["name"] for each in (*sitting, *mentors) if each and each.get("name")}
    return [(person, name) for person, name in people.items() if person != consultation["owner"]]


async def _form(visit: Visit, *required: str) -> Form:
    visit.require_person()
    form = await visit.form()
    if missing := [name for name in required if not form.text(name)]:
        raise Malformed(errors={name: [""] for name in missing})
    return form


def _path(visit: Visit) -> str:
    return f"/v1/consultations/{visit.parameter('consultation')}"


def _back(visit: Visit, news: str) -> Response:
    return visit.redirect(f"/konsultasi/{visit.parameter('consultation')}", news)
