"""Lectures: the archive, the page of one lecture, and asking a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed

PAGE = 30
PUBLIC_NAME = "/v1/people/{}/public-name"
RUNNING = ("opened", "presentation", "questions")


async def archive(visit: Visit) -> Response:
    """All lectures, the latest first, or those that contain the search words."""
    words, after = visit.parameter("cari")[:200], visit.parameter("setelah")
    found = await visit.get_public("/v1/lectures", q=words or None, after=after or None, limit=PAGE)
    return visit.render("lectures.html", lectures=found["items"], next=found["next"], words_sought=words)


async def lecture(visit: Visit) -> Response:
    """One lecture: announced, running, or archived."""
    name = visit.parameter("lecture")
    lecture = await visit.get(f"/v1/lectures/{name}")
    questions = []
    if lecture["phase"] in RUNNING:
        questions = (await visit.get(f"/v1/activities/{name}/questions"))["items"]
    names = await visit.names(named_in(lecture), PUBLIC_NAME)
    return visit.render(
        "lecture.html",
        lecture=lecture,
        questions=questions,
        names=names,
        speaking=[names[person] for person in lecture["speakers"] if person in names],
        running=lecture["phase"] in RUNNING,
    )


async def ask(visit: Visit) -> Response:
    """Put a question into the queue."""
    visit.require_person()
    name, form = visit.parameter("lecture"), await visit.form()
    if not form.text("text"):
        raise Malformed(errors={"text": [""]})
    await visit.send("POST", f"/v1/activities/{name}/questions", form.filled("text"), form.key)
    return visit.redirect(f"/kuliah/{name}", "pertanyaan")


async def change_own_question(visit: Visit) -> Response:
    """Withdraw one's own question, or put it back into the queue."""
    visit.require_person()
    name, form = visit.parameter("lecture"), await visit.form()
    step = "withdraw" if form.text("step") == "withdraw" else "rejoin"
    path = f"/v1/activities/{name}/questions/{visit.parameter('question')}/{step}"
    await visit.send("POST", path, {}, form.key)
    return visit.redirect(f"/kuliah/{name}", "simpan")


def named_in(lecture: Mapping[str, Any]) -> Iterable[str]:
    """The people whom a lecture's page may name."""
    people = [*lecture["speakers"], lecture["guide"]]
    people += [each[role] for each in lecture["answered"] for role in ("asker", "speaker")]
    return {person for person in people if person}
