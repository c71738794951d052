"""Finds whom to ask about a school or a place. The answer is never empty: when nobody is known, the community's board
answers.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from gateway.composed.composition import Composed, compose, query_of
from gateway.composed.contact import CONTACT
from gateway.composed.upcoming import ACTIVITIES_LIMIT, earliest_start, next_upcoming
from gateway.edge.caller import Caller
from gateway.edge.forwarding import Forwarding
from gateway.edge.session import Session
from services.kernel.base.ids import derived_id
from services.kernel.base.problem import Malformed, NotFound, Problem
from services.kernel.declare.policy import ANONYMOUS

LIBRARIES = 5
ACTIVITIES = 3
QUESTIONS = 5
ASK_PATH = "/v1/ask"
_IDENTITY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BOARD = ("coordinator", "secretary", "treasurer")


async def find_whom_to_ask(
    forwarding: Forwarding, caller: Caller, library: str, region: str, now: datetime
) -> Composed:
    """Who answers for a library or place: ``place``, ``libraries``, ``region``, ``coordinator``, ``stand_in``,
    ``answers``, ``activities``, ``asked``, ``articles``, ``materials``.

    ``library`` is an id, a name or a place; ``region`` is an id. Both may be "" or unknown. A service's problem becomes
    a warning and is not raised.
    """
    nobody = Caller(ANONYMOUS, seen=caller.seen, correlation=caller.correlation)

    async def read(path: str, **query: Any) -> Any:
        return await forwarding.ask(nobody, "GET", path, query=query_of(**query))

    async def public(path: str, **query: Any) -> Any:
        return (await read(path, **query))["items"]

    first = await compose(
        {
            "regions": public("/v1/regions", limit=100),
            "offices": public("/v1/offices"),
            "libraries": _libraries(read, library),
        }
    )
    regions, libraries = first.answers["regions"] or [], first.answers["libraries"] or []
    chosen = libraries[0] if len(libraries) == 1 else None
    places = {each["region"] for each in libraries}
    here = _region_of(regions, region or (places.pop() if len(places) == 1 else ""), library)
    published = {"state": "published", "from": earliest_start(now), "limit": ACTIVITIES_LIMIT}
    calls = {
        "elsewhere": public("/v1/activities", **published),
        "articles": public("/v1/consultations", limit=QUESTIONS * 2),
        "materials": public("/v1/materials", limit=ACTIVITIES),
    }
    if here is not None:
        calls["near"] = public("/v1/activities", **published, region=here["region"])
        calls["asked"] = public("/v1/consultations", limit=QUESTIONS, region=here["region"])
    second = await compose(calls)
    found = second.answers
    near, elsewhere = (_next(found.get(name, []), now) for name in ("near", "elsewhere"))
    asked = found.get("asked", [])
    return Composed(
        {
            "place": {
                "asked": library or region or None,
                "known": here is not None,
                "library": chosen and chosen["library"],
                "name": chosen["name"] if chosen else here and here["name"],
            },
            "libraries": libraries,
            "region": here and {"region": here["region"], "name": here["name"]},
            "coordinator": here and here.get("coordinator"),
            "stand_in": here and here.get("stand_in"),
            "answers": _answers(here, first.answers["offices"] or []),
            "activities": {
                "near": near,
                "elsewhere": _without(elsewhere, near, "activity"),
            },
            "asked": _questions(asked),
            "articles": _questions(_without(found["articles"], asked, "consultation")),
            "materials": found["materials"] and [_material(item) for item in found["materials"]],
        },
        {**first.problems, **second.problems},
    )


async def ask_as_guest(
    forwarding: Forwarding, caller: Caller, question: Mapping[str, Any], contact: Mapping[str, str], key: str
) -> Composed:
    """Open a guest's consultation: name and contact go to members, the question to mentoring, both under one new id.

    The id is derived from ``key`` and contact, so a repeated request is the same question. While members is down, the
    question is stored with a warning; the same request sent again stores the contact. Raises the problem when the
    question was not stored, and ``Malformed`` when no answer could reach the guest.
    """
    if not contact.get("name"):
        raise Malformed(errors={"name": ["Say who asks."]})
    if not (contact.get("email") or contact.get("phone")):
        raise Malformed(errors={"email": ["Say where the answer is to be sent."]})
    guest = derived_id("guest", "consultation", key, *(contact.get(name, "") for name in CONTACT))
    caller.require_write()
    caller.ensure_session()
    stranger = Caller(
        replace(ANONYMOUS, id=guest), Session(visitor=guest), seen=caller.seen, correlation=caller.correlation
    )
    problems: dict[str, Problem] = {}
    given = {name: contact[name] for name in CONTACT if contact.get(name)}
    try:
        await forwarding.ask(stranger, "POST", f"/v1/guests/{guest}", document=given, key=derived_id(key, "guest"))
    except Problem as problem:
        # An invalid contact must be corrected first. When members is down, the question is stored anyway.
        if problem.status < 500 and problem.extensions.get("rule") != "guest-is-known":
            raise
        if problem.status >= 500:
            problems["guest"] = problem
    document = {**question, "guest": guest}
    taken = await forwarding.ask(
        stranger, "POST", "/v1/consultations", document=document, key=derived_id(key, "consultation")
    )
    caller.seen, caller.changed = stranger.seen, True
    return Composed(taken, problems)


async def _libraries(read: Callable[..., Awaitable[Any]], library: str) -> list[Any]:
    """The library of this id, or the libraries of this name."""
    if not library:
        return []
    if _IDENTITY.fullmatch(library):
        try:
            return [await read(f"/v1/libraries/{quote(library)}")]
        except NotFound:
            pass
        except Problem as problem:
            if problem.status != 404:
                raise
    try:
        found: list[Any] = (await read("/v1/libraries", name=library[:100], limit=LIBRARIES))["items"]
    except Problem as problem:
        if problem.status >= 500:
            raise
        return []  # members refuses a name without letters
    plain = _plain(library)
    return [each for each in found if _plain(each["name"]) == plain] or found


def _region_of(regions: Sequence[Mapping[str, Any]], region: str, place: str) -> Mapping[str, Any] | None:
    """The region of this id, or the region with this name or with a sub-district of this name."""
    by_id = next((each for each in regions if each["region"] == region), None)
    if by_id is not None or not _plain(place):
        return by_id
    exact = [each for each in regions if _plain(place) == _plain(each["name"])]
    within = [each for each in regions if any(_plain(place) == _plain(at["name"]) for at in each["subdistricts"])]
    words = f" {_plain(place)} "
    named = [each for each in regions if f" {_plain(each['name'])} " in words]
    bare = [each for each in regions if f" {_bare(each['name'])} " in words]
    return next(iter([*exact, *within, *named, *(bare if len(bare) == 1 else [])]), None)


def _answers(region: Mapping[str, Any] | None, offices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The office that answers, never empty: its holder if known, and the path for asking."""
    if region is not None:
        for role in ("coordinator", "stand_in"):
            if region.get(role):
                return _answerer(
                    "regional-coordinator", region[role], "region" if role == "coordinator" else "stand-in"
                )
    board = {office["office"]: office for office in offices if office["region"] is None}
    for name in _BOARD:
        person = (board.get(name) or {}).get("holder") or (board.get(name) or {}).get("stand_in")
        if person:
            return _answerer(name, person, "board")
    return _answerer(_BOARD[0], {"person": None, "name": None}, "board")


def _answerer(office: str, person: Mapping[str, Any], why: str) -> dict[str, Any]:
    return {"office": office, "person": person["person"], "name": person.get("name"), "why": why, "through": ASK_PATH}


def _questions(items: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Earlier questions, each with its last public answer. None means that the list was unavailable."""
    if items is None:
        return None
    names = ("consultation", "title", "region", "me_too")
    answers = [[answer["text"] for answer in item["answers"] if answer["text"]] for item in items]
    return [
        {**{name: item[name] for name in names}, "answer": texts[-1] if texts else None}
        for item, texts in zip(items[:QUESTIONS], answers, strict=False)
    ]


def _next(items: Sequence[Mapping[str, Any]] | None, now: datetime) -> list[Mapping[str, Any]] | None:
    """The next activities. None means that the list was unavailable."""
    return None if items is None else next_upcoming(items, now, ACTIVITIES)


def _material(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("material", "activity", "title", "url")}


def _without(items: Sequence[Any] | None, others: Sequence[Any] | None, name: str) -> list[Any] | None:
    if items is None:
        return None
    known = {other[name] for other in others or ()}
    return [item for item in items if item[name] not in known]


def _bare(name: str) -> str:
    """``trenggalek`` for ``Kabupaten Trenggalek``: the everyday name, when no town has the same name."""
    return _plain(name).removeprefix("kabupaten ").removeprefix("kota ")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
