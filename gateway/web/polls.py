"""The page of a poll about the time of a lecture."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.forms import DIGITS
from gateway.web.visit import Visit


async def poll(visit: Visit) -> Response:
    """The times of the poll, and the visitor's vote."""
    poll = await visit.get(f"/v1/polls/{visit.parameter('poll')}")
    return visit.render("poll.html", poll=poll, plans=visit.may("activities.plan", poll["region"]))


async def vote(visit: Visit) -> Response:
    """Vote for all times that suit."""
    visit.require_person()
    name, form = visit.parameter("poll"), await visit.form()
    numbers = [field.removeprefix("option_") for field in form.fields if field.startswith("option_")]
    chosen = [int(number) for number in numbers if number.isdecimal() and len(number) <= DIGITS]
    await visit.send("POST", f"/v1/polls/{name}/votes", {"options": chosen}, form.key)
    return visit.redirect(f"/jajak/{name}", "suara")


async def close(visit: Visit) -> Response:
    """Close the poll early."""
    visit.require_person()
    name, form = visit.parameter("poll"), await visit.form()
    await visit.send("POST", f"/v1/polls/{name}/close", {}, form.key)
    return visit.redirect(f"/jajak/{name}", "simpan")
