"""Consultations: what one owes an answer to, what one has asked, and each one's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.web.listings import items_of
from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed

ANSWER = "consultations.answer"
WITHOUT_RATING = "-"
INSIDE = frozenset({"owner", "answerer"})


async def overview(visit: Visit) -> Response:
    """What waits for the visitor, what is open in their regions, and what they have asked themselves."""
    visit.require_person()
    calls = {"asked": visit.get("/v1/consultations", asker="me", limit=100)}
    if visit.may_somewhere(ANSWER):
        calls["owned"] = visit.get("/v1/consultations", owner="me", limit=100)
        calls["open"] = _open(visit)
    found = await visit.gather(**calls, regions=visit.get_public("/v1/regions", limit=100))
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
    """One consultation, as far as the visitor is concerned, and what they can do."""
    consultation = await visit.get(_path(visit))
    inside = consultation["role"] in INSIDE
    calls = {"region": visit.get_public(f"/v1/regions/{consultation['region']}")}
    if inside and consultation["state"] in {"open", "answered"}:
        calls["offices"] = visit.get_public("/v1/offices")
        calls["mentors"] = visit.get("/v1/offices/mentor/holders", region=consultation["region"])
        if consultation["library"] is None:
            calls["libraries"] = visit.get_public("/v1/libraries", region=consultation["region"], limit=100)
    if consultation["library"]:
        calls["library"] = visit.get_public(f"/v1/libraries/{consultation['library']}")
    found = (await visit.gather(**calls)).answers
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
        libraries=[(each["library"], each["name"]) for each in (found.get("libraries") or {"items": []})["items"]],
        names=names,
        inside=inside,
        colleagues=_colleagues(found, consultation),
    )


async def answer(visit: Visit) -> Response:
    """An answer, for all to read if wished."""
    form = await _form(visit, "text")
    public = form.text("public") == "yes"
    await visit.send("POST", f"{_path(visit)}/answers", {"text": form.text("text"), "public": public}, form.key)
    return _back(visit, "dijawab")


async def publish(visit: Visit) -> Response:
    """An answer that others may read from now on."""
    form = await _form(visit, "number")
    await visit.send("POST", f"{_path(visit)}/answers/{form.text('number')}/publication", {}, form.key)
    return _back(visit, "simpan")


async def note(visit: Visit) -> Response:
    """A note among those who answer."""
    form = await _form(visit, "text")
    await visit.send("POST", f"{_path(visit)}/notes", {"text": form.text("text")}, form.key)
    return _back(visit, "simpan")


async def hold(visit: Visit) -> Response:
    """It goes on at a later day."""
    form = await _form(visit, "until")
    try:
        until = visit.words.from_form(f"{form.text('until')}T07:00")
    except ValueError as error:
        raise Malformed(errors={"until": [""]}) from error
    await visit.send("POST", f"{_path(visit)}/hold", {"until": until}, form.key)
    return _back(visit, "simpan")


async def resolve(visit: Visit) -> Response:
    """It is solved; the asker may say how well it was answered."""
    form = await _form(visit)
    document = {"rating": form.whole_number("rating")} if form.text("rating") not in {"", WITHOUT_RATING} else {}
    await visit.send("POST", f"{_path(visit)}/resolution", document, form.key)
    return _back(visit, "teratasi")


async def reopen(visit: Visit) -> Response:
    """It is not solved after all."""
    form = await _form(visit)
    await visit.send("POST", f"{_path(visit)}/reopening", form.filled("reason"), form.key)
    return _back(visit, "dibuka-lagi")


async def assign(visit: Visit) -> Response:
    """Somebody else answers."""
    form = await _form(visit, "owner")
    await visit.send("POST", f"{_path(visit)}/assignment", form.filled("owner"), form.key)
    return _back(visit, "diserahkan")


async def share(visit: Visit) -> Response:
    """The visitor has the same trouble."""
    form = await _form(visit)
    await visit.send("POST", f"{_path(visit)}/me-too", {}, form.key)
    return _back(visit, "sama")


async def promote(visit: Visit) -> Response:
    """More than an answer is needed: the library is accompanied."""
    form = await _form(visit)
    taken = await visit.send("POST", f"{_path(visit)}/promotion", form.filled("library"), form.key)
    return visit.redirect(f"/pendampingan/{taken['mentorship']}", "didampingi")


async def _open(visit: Visit) -> Mapping[str, Any]:
    """What is open in all regions for which the visitor answers; a filter takes one."""
    regions = visit.regions_of(ANSWER)
    if regions is None:
        answer: Mapping[str, Any] = await visit.get("/v1/consultations", state="open", limit=100)
        return answer
    items: list[Any] = []
    for region in regions:
        items += (await visit.get("/v1/consultations", state="open", region=region, limit=100))["items"]
    return {"items": items}


def _colleagues(found: Mapping[str, Any], consultation: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """Who else could answer there: person and name."""
    offices = (found.get("offices") or {"items": []})["items"]
    sitting = [
        office["holder"] or office["stand_in"]
        for office in offices
        if office["region"] in {None, consultation["region"]}
    ]
    mentors = [held["holder"] for held in (found.get("mentors") or {"items": []})["items"]]
    people = {each["person"]: each["name"] for each in (*sitting, *mentors) if each and each.get("name")}
    return [(person, name) for person, name in people.items() if person != consultation["owner"]]


async def _form(visit: Visit, *required: str) -> Any:
    visit.require_person()
    form = await visit.form()
    if missing := [name for name in required if not form.text(name)]:
        raise Malformed(errors={name: [""] for name in missing})
    return form


def _path(visit: Visit) -> str:
    return f"/v1/consultations/{visit.parameter('consultation')}"


def _back(visit: Visit, news: str) -> Response:
    return visit.redirect(f"/konsultasi/{visit.parameter('consultation')}", news)
