"""Composes the answers of several services. A missing answer becomes a warning; the rest is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from gateway.composed.contact import CONTACT
from gateway.edge.caller import Caller
from gateway.edge.forwarding import Forwarding
from services.kernel.base.ids import derived_id
from services.kernel.base.problem import Problem, Unavailable

PART_SECONDS = 1.5
LATEST = 5
"""How many items of a long list a dashboard shows."""


@dataclass(frozen=True)
class Composed:
    """Answers by name, None for a missing answer; ``problems`` explain the missing answers, by the same names."""

    answers: Mapping[str, Any]
    problems: Mapping[str, Problem] = field(default_factory=dict)

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """The problems in the form that callers read."""
        return [
            {"part": name, "status": problem.status, "detail": problem.detail or problem.title}
            for name, problem in self.problems.items()
        ]

    def document(self) -> dict[str, Any]:
        """The JSON form: the answers and the warnings."""
        return {**self.answers, "warnings": self.warnings}


async def compose(calls: Mapping[str, Awaitable[Any]], seconds: float = PART_SECONDS) -> Composed:
    """Await all calls concurrently, each for at most ``seconds``. A call's problem is returned in ``problems`` and not
    raised.
    """

    async def part(call: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(seconds):
                return await call
        except TimeoutError:
            return Unavailable("no answer in time")
        except Problem as problem:
            return problem

    answers = dict(zip(calls, await asyncio.gather(*map(part, calls.values())), strict=True))
    problems = {name: answer for name, answer in answers.items() if isinstance(answer, Problem)}
    return Composed({name: None if name in problems else answer for name, answer in answers.items()}, problems)


async def dashboard(forwarding: Forwarding, caller: Caller) -> Composed:
    """A person's own data from all four services: ``me`` and ``competence``, ``participation`` and ``certificates``,
    ``consultations`` and ``mentorships``, ``inbox``. Raises ``Unauthorized``.
    """
    person = caller.actor.require_person()
    ask = forwarding.ask
    return await compose(
        {
            "me": ask(caller, "GET", "/v1/me"),
            "competence": ask(caller, "GET", f"/v1/competence/{person}"),
            "participation": ask(caller, "GET", f"/v1/participation/{person}"),
            "certificates": ask(caller, "GET", "/v1/certificates"),
            "consultations": ask(caller, "GET", "/v1/consultations", query=f"asker=me&limit={LATEST}"),
            "mentorships": ask(caller, "GET", "/v1/mentorships", query=f"limit={LATEST}"),
            "inbox": ask(caller, "GET", "/v1/me/inbox"),
        }
    )


async def record_walk_in(
    forwarding: Forwarding, caller: Caller, activity: str, contact: Mapping[str, str], key: str
) -> Composed:
    """Record a guest who came without registering: presence goes to events; name and contact, if given, go to members.

    One of the two may fail alone: the other is recorded, and a warning says what is missing. The guest's id is derived
    from the request's ``key``. So the same request sent again fills the gap and counts nobody twice. Raises the first
    problem when nothing was recorded.
    """
    caller.actor.require_person()
    caller.require_write()
    guest = derived_id("guest", caller.actor.id, activity, key)
    calls: dict[str, Awaitable[Any]] = {
        "attendance": forwarding.ask(
            caller,
            "POST",
            f"/v1/activities/{activity}/attendance",
            document={"guest": guest, "method": "walk-in"},
            key=derived_id(key, "attendance"),
        )
    }
    if contact:
        calls["guest"] = forwarding.ask(
            caller, "POST", f"/v1/guests/{guest}", document=contact, key=derived_id(key, "guest")
        )
    composed = await compose(calls, seconds=PART_SECONDS * 4)
    if len(composed.problems) == len(calls):
        raise composed.problems["attendance"]
    return Composed({"guest": guest, "recorded": "attendance" not in composed.problems}, composed.problems)


async def register_guest(
    forwarding: Forwarding, caller: Caller, activity: str, contact: Mapping[str, str], key: str
) -> Composed:
    """Register a guest for an activity: name and contact go to members, the seat to events.

    A contact that could not be stored is a warning; the same request sent again under its ``key`` stores the contact. A
    repeated request is the same guest. The visitor id in the cookie identifies the guest, also after a corrected
    contact. Without a cookie, because the first answer was lost, the content of the request identifies the guest.
    Nothing is stored about a guest who cannot have a seat. Raises the problem that prevents the seat.
    """
    caller.require_write()
    if caller.actor.kind == "anonymous":
        caller.ensure_session(derived_id("visitor", activity, key, *(contact.get(name, "") for name in CONTACT)))
    guest = derived_id("guest", caller.actor.id, activity, key)
    activity_now = await forwarding.ask(caller, "GET", f"/v1/activities/{activity}")
    problems: Mapping[str, Problem] = {}
    if activity_now["state"] == "published" and activity_now["open"]:
        # The contact is stored first, so the guest can be reached as soon as the seat is taken.
        noted = forwarding.ask(caller, "POST", f"/v1/guests/{guest}", document=contact, key=derived_id(key, "guest"))
        problems = (await compose({"guest": noted}, seconds=PART_SECONDS * 4)).problems
        if any(problem.status < 500 for problem in problems.values()):
            raise problems["guest"]
    seat = await forwarding.ask(
        caller,
        "POST",
        f"/v1/activities/{activity}/registrations",
        document={"guest": guest},
        key=derived_id(key, "registration"),
    )
    return Composed({"guest": guest, "seat": seat["seat"], "place": seat.get("place")}, problems)


def query_of(**fields: Any) -> str:
    """A query string of the fields that have a value."""
    return urlencode({name: value for name, value in fields.items() if value not in (None, "")}, quote_via=quote)
