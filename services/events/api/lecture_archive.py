"""Lectures for readers who were absent: materials, questions and answers (R21).

A person is named only with the person's consent: without, neither the asker nor the speaker of an answer is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from marshmallow.validate import Length

from services.events.api.lectures import may_lead
from services.events.dependencies import PLAN, Dependencies
from services.events.domain.material import PUBLIC
from services.events.domain.question import ANSWERED
from services.events.views.consents import CONSENTS
from services.events.views.lectures import LECTURES, AgreementOf, LectureRow
from services.events.views.materials import MATERIALS
from services.events.views.questions import QUESTION_LISTS, QuestionsRow
from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Key, Unset
from services.kernel.declare.shapes import Identity, Listing, PageQuery, fill, where

routes = Routes()

MAX_WORDS = 8
"""How many words of a search count."""
MAX_PAGES = 20
"""How many pages are looked through for one answer; the cursor goes on from there."""


@dataclass(frozen=True)
class LectureFilter(PageQuery):
    region: Annotated[Identity | Unset, Described("only lectures of this region")] = UNSET
    words: Annotated[str, Length(0, 200), Key("q"), Described("only lectures that contain all of these words")] = ""


@dataclass(frozen=True)
class GroupOf:
    id: str
    name: str
    channel: str


@dataclass(frozen=True)
class LectureListed:
    activity: str
    title: str
    region: str
    group: GroupOf
    starts: str
    ends: str
    phase: str
    cancelled: bool


class LectureList(Listing[LectureListed]):
    pass


@dataclass(frozen=True)
class MaterialOf:
    material: str
    title: str
    url: str | None
    text: str | None
    licence: str


@dataclass(frozen=True)
class Answered:
    question: str
    text: Annotated[str | None, Described("null where it was erased")]
    answer: Annotated[str | None, Described("null where it was erased")]
    asker: Annotated[str | None, Described("a person, with that person's consent")]
    speaker: Annotated[str | None, Described("a person, with that person's consent")]
    merged: int


@dataclass(frozen=True)
class LectureShown(LectureListed):
    working_hours: bool
    agreement: AgreementOf
    times: Mapping[str, str]
    closed_by: str | None
    speakers: Annotated[tuple[str, ...], Described("those who consented, or all for who leads it")]
    guide: str | None
    leads: Annotated[bool, Described("whether whoever asks may lead it")]
    materials: tuple[MaterialOf, ...]
    answered: tuple[Answered, ...]


@routes.get("/v1/lectures")
def list_lectures(deps: Dependencies, request: Request[None, LectureFilter]) -> Answer[LectureList]:
    """List published lectures, the latest first; ``q`` searches titles, materials, questions and answers.

    A page may hold fewer lectures than ``limit`` although more follow; go on with ``next``.
    """
    query = request.query
    wanted = where(public=True, region=query.region)
    words = query.words.casefold().split()[:MAX_WORDS]
    found: list[LectureRow] = []
    after = query.after
    for _ in range(MAX_PAGES):
        limit = query.limit - len(found)
        page = deps.views.find(LECTURES, wanted, sort="starts", descending=True, after=after, limit=limit)
        found += [row for row in page.items if not words or _mentions(deps, row, words)]
        after = page.next
        if after is None or len(found) >= query.limit:
            break
    return Answer(LectureList(tuple(fill(LectureListed, row, group=_group(row)) for row in found), after))


@routes.get("/v1/lectures/{lecture}", statuses=(200, 404))
def show_lecture(deps: Dependencies, request: Request) -> Answer[LectureShown]:
    """Show one lecture with its materials and answered questions.

    Names of speakers appear only with their consent, except to those who lead the lecture. Unpublished lectures are
    shown only to callers with ``activities.plan`` in the region.
    """
    row = deps.views.get(LECTURES, request.path["lecture"])
    if row is None or not (row.public or request.actor.may(PLAN, row.region)):
        raise NotFound
    leads = may_lead(request.actor, row.region, [*row.speakers, row.guide])
    shown = fill(
        LectureShown,
        row,
        group=_group(row),
        speakers=tuple(person for person in row.speakers if leads or _consenting(deps, person)),
        guide=row.guide if leads or _consenting(deps, row.guide) else None,
        leads=leads,
        materials=tuple(_public_materials(deps, row.activity)),
        answered=tuple(_answered_questions(deps, row.activity)),
    )
    return Answer(shown, version=row.version)


def _group(row: LectureRow) -> GroupOf:
    return fill(GroupOf, row.group)


def _mentions(deps: Dependencies, row: LectureRow, words: Sequence[str]) -> bool:
    # Questions and answers are sealed, so they are opened here and indexed nowhere: an erased text is found no more.
    texts = [row.title]
    texts += [text for each in _public_materials(deps, row.activity) for text in (each.title, each.text) if text]
    texts += [text for each in _answered_questions(deps, row.activity) for text in (each.text, each.answer) if text]
    said = " ".join(texts).casefold()
    return all(word in said for word in words)


def _public_materials(deps: Dependencies, activity: str) -> Iterator[MaterialOf]:
    for row in deps.views.all(MATERIALS, {"activity": activity, "visibility": PUBLIC}):
        yield fill(MaterialOf, row)


def _answered_questions(deps: Dependencies, activity: str) -> Iterator[Answered]:
    row = deps.views.get(QUESTION_LISTS, activity) or QuestionsRow(activity)
    for question, each in row.questions.items():
        given, same = each.answer, row.merged_into(question)
        if each.state != ANSWERED or given is None:
            continue
        # If the asker's text was erased, the text of another asker of the same question is shown.
        texts = (deps.vault.open(asked.asker, asked.text) for asked in (each, *same))
        yield Answered(
            question=question,
            text=next((text for text in texts if text is not None), None),
            answer=deps.vault.open(given.speaker, given.text),
            asker=_consenting(deps, each.asker),
            speaker=_consenting(deps, given.speaker),
            merged=len(same),
        )


def _consenting(deps: Dependencies, participant: str | None) -> str | None:
    """The person behind a participant's id, None unless the person allows to be named."""
    if participant is None:
        return None
    person = deps.person_behind(participant)
    consent = deps.views.get(CONSENTS, person)
    return person if consent and consent.named else None
