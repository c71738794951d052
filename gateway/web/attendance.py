"""Attendance at the door: the code word, the people present, members ticked off, guests added."""

from __future__ import annotations

from starlette.responses import Response

from gateway.composed.composition import record_walk_in
from gateway.composed.contact import CONTACT
from gateway.web.visit import SendAgain, Visit
from services.kernel.base.problem import Forbidden, Malformed

INCOMPLETE = {
    ("guest", False): "Kehadiran tamu tercatat, tetapi nama dan kontaknya belum tersimpan. Tekan sekali lagi.",
    ("guest", True): "Kehadiran tamu tercatat. Nama atau kontaknya belum benar: perbaiki, lalu tekan sekali lagi.",
    ("attendance", False): "Nama tamu tersimpan, tetapi kehadirannya belum tercatat. Tekan sekali lagi.",
    ("attendance", True): "Nama tamu tersimpan, tetapi kehadirannya tidak bisa dicatat untuk kegiatan ini.",
}
"""What is missing of a guest, by the failed part and whether the service refused (True) or was down (False)."""


async def attendance(visit: Visit) -> Response:
    """The registered and the present people."""
    visit.require_person()
    name = visit.parameter("activity")
    activity = await visit.get(f"/v1/activities/{name}")
    if not visit.may("attendance.record", activity["region"]):
        raise Forbidden
    registered = (await visit.get(f"/v1/activities/{name}/registrations"))["items"]
    present = (await visit.get(f"/v1/activities/{name}/attendance"))["items"]
    strangers = {item["person"] for item in registered if item.get("guest")}
    people = {item["person"] for item in [*registered, *present] if item.get("person")} - strangers
    names = await visit.names(people)
    guests = await visit.names({*strangers, *(item["guest"] for item in present)}, "/v1/guests/{}")
    there = {item["person"] or item["guest"] for item in present}
    missing = [item for item in present if item.get("state", "present") != "present"]
    return visit.render(
        "attendance.html",
        activity=activity,
        expected=[item for item in registered if item["person"] not in there],
        present=[item for item in present if item not in missing],
        absences=missing,
        names=names | guests,
    )


async def code_word(visit: Visit) -> Response:
    """The code word in large letters. Repeated requests show the same word."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    session = form.filled("session")
    code = await visit.send("POST", f"/v1/activities/{name}/attendance/code", session, form.key)
    activity = await visit.get(f"/v1/activities/{name}")
    return visit.render("code_word.html", activity=activity, code=code)


async def record_member(visit: Visit) -> Response:
    """Record a registered person as present, excused or absent."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    missing = form.text("state") in {"excused", "absent"}
    document = form.filled("person", "state") if missing else form.filled("person", "guest", "session")
    await visit.send("POST", f"/v1/activities/{name}/attendance", document, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{name}/hadir", "tercatat")


async def add_guest(visit: Visit) -> Response:
    """Record a guest who came without registering."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    contact = form.filled(*CONTACT)
    if ("email" in contact or "phone" in contact) and "name" not in contact:
        raise Malformed(errors={"name": [""]})
    composed = await record_walk_in(visit.forwarding, visit.caller, name, contact, form.key)
    for part, problem in composed.problems.items():
        # The same form sent again under the same key adds what is missing and counts nobody twice.
        raise SendAgain(INCOMPLETE[part, problem.status < 500])
    return visit.redirect(f"/pengurus/kegiatan/{name}/hadir", "tamu")
