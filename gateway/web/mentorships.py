"""Mentorships: the list, one case, the forms of a case, the handover page, and the progress page without a login."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from gateway.web.visit import Visit
from services.kernel.base.problem import Forbidden

LATEST_VISITS = 5


async def overview(visit: Visit) -> Response:
    """The visitor's cases, and the form to request a mentorship for a library without one."""
    visit.require_person()
    found = await visit.read_all(cases=visit.get("/v1/mentorships", limit=100), me=visit.get("/v1/me"))
    cases = (found.answers["cases"] or {"items": None})["items"]
    accompanied = {case["library"] for case in cases or () if case["state"] == "open"}
    own = (found.answers["me"] or {}).get("affiliations", ())
    return visit.render(
        "mentorships.html",
        cases=cases,
        without=[each for each in own if each["library"] not in accompanied] if cases is not None else [],
        missing=sorted(found.problems),
    )


async def case(visit: Visit) -> Response:
    """One case: its stage, the next steps, and the evidence."""
    visit.require_person()
    path = _path(visit)
    case = await visit.get(path)
    calls = {"visits": visit.get(f"{path}/visits", limit=LATEST_VISITS)}
    if "lead" in case["may"] and case["state"] == "open":
        calls["suggestions"] = visit.get(f"{path}/suggestions")
    found = await visit.read_all(**calls)
    visits, suggestions = found.answers["visits"], found.answers.get("suggestions")
    suggested = suggestions["items"][:5] if suggestions else []
    people = [*case["mentors"], *(each["person"] for each in suggested), *(each["by"] for each in case["history"])]
    return visit.render(
        "mentorship.html",
        case=case,
        here=f"/pendampingan/{case['mentorship']}",
        visits=visits and visits["items"],
        suggested=suggested,
        names=await _names(visit, case, people),
        next_stage=_next_stage(case),
    )


async def visit_form(visit: Visit) -> Response:
    """The form to record a visit, filled in within half a minute on a phone."""
    visit.require_person()
    case = await visit.get(_path(visit))
    if "visit" not in case["may"]:
        raise Forbidden
    names = await _names(visit, case, ())
    staff = [each for each in case["staff"] if not each.get("until")]
    today = visit.words.local(visit.now).date().isoformat()
    here = f"/pendampingan/{case['mentorship']}"
    return visit.render("visit.html", case=case, here=here, staff=staff, names=names, today=today)


async def evidence_form(visit: Visit) -> Response:
    """The form for the loans of this or last week, and for a backup."""
    visit.require_person()
    case = await visit.get(_path(visit))
    now = visit.words.local(visit.now)
    weeks = [now - timedelta(days=7 * back) for back in (0, 1)]
    return visit.render(
        "evidence.html",
        case=case,
        here=f"/pendampingan/{case['mentorship']}",
        weeks=[(f"{at.isocalendar().year}-W{at.isocalendar().week:02d}", back) for back, at in enumerate(weeks)],
        now=now.strftime("%Y-%m-%dT%H:%M"),
    )


async def handover(visit: Visit) -> Response:
    """The information that a new staff member of the library needs."""
    visit.require_person()
    case = await visit.get(f"{_path(visit)}/handover")
    names = await _names(visit, case, case["mentors"])
    return visit.render("handover.html", case=case, here=f"/pendampingan/{case['mentorship']}", names=names)


async def progress(visit: Visit) -> Response:
    """A library's progress, for everybody who has the secret address."""
    return visit.render("progress.html", case=await visit.get(f"/v1/progress/{visit.parameter('secret')}"))


async def _names(visit: Visit, case: Mapping[str, Any], people: Iterable[str]) -> dict[str, str]:
    """The names that the visitor may see: office holders, colleagues of the same library, and anybody for readers of
    members.
    """
    found = await visit.read_all(
        offices=visit.get_public("/v1/offices"),
        staff=visit.get(f"/v1/libraries/{case['library']}/affiliations", limit=100),
        mentors=visit.get("/v1/offices/mentor/holders", limit=100),
    )
    names: dict[str, str] = {}
    for answer in (found.answers["offices"], found.answers["mentors"]):
        held = [each["holder"] for each in (answer or {"items": ()})["items"] if each["holder"]]
        names |= {holder["person"]: holder["name"] for holder in held if holder["name"]}
    staff = (found.answers["staff"] or {"items": ()})["items"]
    names |= {each["person"]: each["name"] for each in staff if each["name"]}
    unknown = [person for person in people if person not in names]
    return names | await visit.names(unknown) if visit.may_somewhere("members.read") else names


def _next_stage(case: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The next stage with its checklist."""
    return next((stage for stage in case["stages"] if stage["stage"] == case["next_stage"]), None)


def _path(visit: Visit) -> str:
    return f"/v1/mentorships/{visit.parameter('mentorship')}"
