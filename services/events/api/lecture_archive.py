"""Lectures as those read them who were absent: what was said, what was asked, what was answered (R21).

A name belongs to it only with its bearer's consent; without, neither who asked nor who answered is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length

from services.events.api.lectures import may_lead
from services.events.domain.material import PUBLIC
from services.events.domain.question import ANSWERED
from services.events.parts import PLAN, Parts
from services.events.views.consents import CONSENTS
from services.events.views.lectures import LECTURES
from services.events.views.materials import MATERIALS
from services.events.views.questions import QUESTION_LISTS, QuestionsRow
from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import Paging, identity

routes = Routes()

WORDS = 8
"""Of a search, so many words count."""
MOST_PAGES = 20
"""So many pages are looked through for one answer; the cursor goes on from there."""


class LectureFilter(Paging):
    region = identity(required=False)
    words = fields.String(data_key="q", load_default="", validate=Length(0, 200))


class GroupOf(Schema):
    id = fields.String()
    name = fields.String()
    channel = fields.String()


class LectureListed(Schema):
    activity = fields.String()
    title = fields.String()
    region = fields.String()
    group = fields.Nested(GroupOf)
    starts = fields.String()
    ends = fields.String()
    phase = fields.String()
    cancelled = fields.Boolean()


class LectureList(Schema):
    items = fields.List(fields.Nested(LectureListed))
    next = fields.String(allow_none=True)


class MaterialOf(Schema):
    material = fields.String()
    title = fields.String()
    url = fields.String(allow_none=True)
    text = fields.String(allow_none=True)
    licence = fields.String()


class Answered(Schema):
    question = fields.String()
    text = fields.String(allow_none=True, metadata={"description": "null where it was erased"})
    answer = fields.String(allow_none=True, metadata={"description": "null where it was erased"})
    asker = fields.String(allow_none=True, metadata={"description": "a person, with that person's consent"})
    speaker = fields.String(allow_none=True, metadata={"description": "a person, with that person's consent"})
    merged = fields.Integer()


class AgreementOf(Schema):
    poll = fields.String(allow_none=True)
    otherwise = fields.String(allow_none=True)


class LectureShown(LectureListed):
    working_hours = fields.Boolean()
    agreement = fields.Nested(AgreementOf)
    times = fields.Dict(keys=fields.String(), values=fields.String())
    closed_by = fields.String(allow_none=True)
    speakers = fields.List(fields.String(), metadata={"description": "those who consented, or all for who leads it"})
    guide = fields.String(allow_none=True)
    leads = fields.Boolean(metadata={"description": "whether whoever asks may lead it"})
    materials = fields.List(fields.Nested(MaterialOf))
    answered = fields.List(fields.Nested(Answered))


@routes.get("/v1/lectures", query=LectureFilter(), answer=LectureList())
def list_lectures(parts: Parts, request: Request) -> Answer:
    """Lectures, the latest first; q looks through title, material, questions and answers."""
    query = request.query
    where: dict[str, Any] = {"public": True}
    if "region" in query:
        where["region"] = query["region"]
    words = query["words"].casefold().split()[:WORDS]
    found: list[dict[str, Any]] = []
    after = query["after"]
    for _ in range(MOST_PAGES):
        page = parts.views.find(
            LECTURES, where, sort="starts", descending=True, after=after, limit=query["limit"] - len(found)
        )
        found += [document for document in page.items if not words or _mentions(parts, document, words)]
        after = page.next
        if after is None or len(found) >= query["limit"]:
            break
    return Answer({"items": [_listed(document) for document in found], "next": after})


@routes.get("/v1/lectures/{lecture}", answer=LectureShown(), statuses=(200, 404))
def show_lecture(parts: Parts, request: Request) -> Answer:
    """One lecture with its material and what was answered."""
    document = parts.views.get(LECTURES, request.path["lecture"])
    if document is None or not (document["public"] or request.actor.may(PLAN, document["region"])):
        raise NotFound
    leads = may_lead(request.actor, document["region"], [*document["speakers"], document["guide"]])
    named = [person for person in document["speakers"] if leads or _consents(parts, person)]
    names = ("working_hours", "agreement", "times", "closed_by")
    body = {
        **_listed(document),
        **{name: document[name] for name in names},
        "speakers": named,
        "guide": document["guide"] if leads or _consents(parts, document["guide"]) else None,
        "leads": leads,
        "materials": list(_materials(parts, document["_id"])),
        "answered": list(_answered(parts, document["_id"])),
    }
    return Answer(body, version=document["version"])


def _listed(document: Mapping[str, Any]) -> dict[str, Any]:
    group = {name: document["group"][name] for name in ("id", "name", "channel")}
    names = ("title", "region", "starts", "ends", "phase", "cancelled")
    return {"activity": document["_id"], "group": group, **{name: document[name] for name in names}}


def _mentions(parts: Parts, document: Mapping[str, Any], words: list[str]) -> bool:
    # What was asked and answered is sealed, so it is read here and indexed nowhere: an erased text is found no more.
    texts = [document["title"]]
    texts += [text for each in _materials(parts, document["_id"]) for text in (each["title"], each["text"]) if text]
    texts += [text for each in _answered(parts, document["_id"]) for text in (each["text"], each["answer"]) if text]
    said = " ".join(texts).casefold()
    return all(word in said for word in words)


def _materials(parts: Parts, activity: str) -> Iterator[dict[str, Any]]:
    for sheet in parts.views.all(MATERIALS, {"activity": activity, "visibility": PUBLIC}):
        names = ("title", "url", "text", "licence")
        yield {"material": sheet["_id"], **{name: sheet[name] for name in names}}


def _answered(parts: Parts, activity: str) -> Iterator[dict[str, Any]]:
    row = parts.views.get(QUESTION_LISTS, activity) or QuestionsRow(activity)
    for question, each in row.questions.items():
        given, same = each.answer, row.behind(question)
        if each.state != ANSWERED or given is None:
            continue
        # Where the text of who asked it was erased, others who asked the same said it too.
        texts = (parts.vault.open(one.asker, one.text) for one in (each, *same))
        yield {
            "question": question,
            "text": next((text for text in texts if text is not None), None),
            "answer": parts.vault.open(given.speaker, given.text),
            "asker": _consents(parts, each.asker),
            "speaker": _consents(parts, given.speaker),
            "merged": len(same),
        }


def _consents(parts: Parts, participant: str | None) -> str | None:
    """The person behind a participant's id, if that person allows to be named."""
    if participant is None:
        return None
    person = parts.person_behind(participant)
    consent = parts.views.get(CONSENTS, person)
    return person if consent and consent["named"] else None
