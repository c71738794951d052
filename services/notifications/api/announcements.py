"""Announcements of the board. Their text is the community's: it names nobody, and is stored as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import BoundedPaging, Empty, identity, listing, time
from services.notifications.domain.announcement import (
    ANNOUNCEMENT,
    PUBLISHED,
    WAITING,
    WITHDRAWN,
    Announce,
    Announcement,
    Approve,
    Audience,
    Correct,
    Publish,
    Reach,
    Text,
    Withdraw,
)
from services.notifications.parts import Parts
from services.notifications.views.announcements import ANNOUNCEMENTS
from services.notifications.views.libraries import staff_of
from services.notifications.views.regions import all_regions
from services.notifications.views.residents import RESIDENTS
from services.notifications.views.rules import second_above

routes = Routes()

SEND = "announcements.send"
LEVELS = ("basic", "secondary", "higher")
STATES = (WAITING, PUBLISHED, WITHDRAWN)
PUBLISHED_RANGE = {"x-minimum": "1900-01-01T00:00:00+00:00", "x-maximum": "2999-01-01T00:00:00+00:00"}
"""The bounds of ``shapes.time``, as the published schema has always shown them."""


class TextBody(Schema):
    """What is said; nobody is named in it."""

    title = fields.String(required=True, validate=Length(1, 150))
    text = fields.String(required=True, validate=Length(1, 4000))


class AnnouncementBody(TextBody):
    """``regions`` null: all of them. ``levels`` null: whoever belongs to the regions; else those who work there in
    libraries of one of the levels.
    """

    regions = fields.List(identity(), required=True, allow_none=True, validate=Length(1, 100))
    levels = fields.List(
        fields.String(validate=OneOf(LEVELS)), load_default=None, allow_none=True, validate=Length(1, len(LEVELS))
    )
    worth_until = time(metadata=PUBLISHED_RANGE)


class Written(Schema):
    announcement = fields.String(required=True)
    state = fields.String(required=True, validate=OneOf(STATES))
    waiting = fields.Boolean(required=True)
    revision = fields.Integer(required=True)
    draft = fields.Integer(required=True)


class Waiting(TextBody):
    by = fields.String(required=True)
    draft = fields.Integer(required=True)


class ApprovalBody(Schema):
    """``draft`` is the number of the text that was read, as ``waiting`` shows it."""

    draft = fields.Integer(required=True, validate=Range(1, 2**31))


class AnnouncementShown(TextBody):
    announcement = fields.String(required=True)
    state = fields.String(required=True, validate=OneOf(STATES))
    regions = fields.List(fields.String(), required=True, allow_none=True)
    levels = fields.List(fields.String(), required=True, allow_none=True)
    people = fields.Integer(required=True)
    above = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    worth_until = fields.String(required=True, metadata={"format": "date-time"})
    at = fields.String(required=True, metadata={"format": "date-time"})
    published = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    by = fields.String(allow_none=True)
    approved_by = fields.String(allow_none=True)
    waiting = fields.Nested(Waiting, allow_none=True)


@routes.post("/v1/announcements", body=AnnouncementBody(), answer=Written(), statuses=(201, 401, 403, 422))
def announce(parts: Parts, request: Request) -> Answer:
    """Announce something to regions or to a level; to many people it waits for a second board member."""
    body = request.body
    audience = _audience(parts, body["regions"], body["levels"])
    _require(request, audience)
    reach = _reach(parts, audience, request)
    identity_ = request.new_id("announcement")
    command = Announce(
        Text(body["title"], body["text"]),
        audience,
        reach,
        body["worth_until"],
        request.actor.require_person(),
        request.now,
    )
    commit = request.take(ANNOUNCEMENT, identity_, command, answer=lambda state, _events: _written(identity_, state))
    return recorded(commit, 201, f"/v1/announcements/{identity_}")


@routes.post(
    "/v1/announcements/{announcement}/publication",
    body=Empty(),
    answer=Written(),
    statuses=(200, 401, 403, 404, 412, 422),
)
def publish_announcement(parts: Parts, request: Request) -> Answer:
    """Publish what waits, as today's rules and audience allow."""
    audience = _standing(parts, request)
    command = Publish(_reach(parts, audience, request), request.actor.require_person(), request.now)
    return _take(request, command)


@routes.post(
    "/v1/announcements/{announcement}/approval",
    body=ApprovalBody(),
    answer=Written(),
    statuses=(200, 401, 403, 404, 412, 422),
)
def approve_announcement(parts: Parts, request: Request) -> Answer:
    """Stand by what another board member wrote: it is published."""
    _standing(parts, request)
    return _take(request, Approve(request.body["draft"], request.actor.require_person(), request.now))


@routes.post(
    "/v1/announcements/{announcement}/correction",
    body=TextBody(),
    answer=Written(),
    statuses=(200, 401, 403, 404, 412, 422),
)
def correct_announcement(parts: Parts, request: Request) -> Answer:
    """Say it differently: who has not read it yet reads this instead, everybody reads the correction."""
    audience = _standing(parts, request)
    text = Text(request.body["title"], request.body["text"])
    command = Correct(text, _reach(parts, audience, request), request.actor.require_person(), request.now)
    return _take(request, command)


@routes.post(
    "/v1/announcements/{announcement}/withdrawal",
    body=Empty(),
    answer=Written(),
    statuses=(200, 401, 403, 404, 412, 422),
)
def withdraw_announcement(parts: Parts, request: Request) -> Answer:
    """It no longer holds: whatever is not sent yet is not sent, and who was told is told so."""
    _standing(parts, request)
    return _take(request, Withdraw(request.actor.require_person()))


@routes.get(
    "/v1/announcements",
    query=BoundedPaging(),
    answer=listing(AnnouncementShown, "Announcements", required=True),
    statuses=(200, 401),
)
def list_announcements(parts: Parts, request: Request) -> Answer:
    """What was announced, newest first; for those who send announcements also what waits."""
    request.actor.require_person()
    sends = request.actor.may_somewhere(SEND)
    where: dict[str, Any] = {} if sends else {"shown": True}
    page = parts.views.find(
        ANNOUNCEMENTS, where, sort="at", descending=True, after=request.query["after"], limit=request.query["limit"]
    )
    return Answer({"items": [_shown(document, sends) for document in page.items], "next": page.next})


def _audience(parts: Parts, regions: Sequence[str] | None, levels: Sequence[str] | None) -> Audience:
    named = all_regions(parts.views) if regions is None else tuple(dict.fromkeys(regions))
    return Audience(named, tuple(dict.fromkeys(levels or ())), everywhere=regions is None)


def _require(request: Request, audience: Audience) -> None:
    """Raises as ``Actor.require`` does, where the actor does not send announcements in each of the regions."""
    for region in (None,) if audience.everywhere else audience.regions:
        request.actor.require(SEND, region)


def _reach(parts: Parts, audience: Audience, request: Request) -> Reach:
    above, version = second_above(parts.views, request.now)
    if audience.levels:
        people = len(staff_of(parts.views, audience.regions, audience.levels))
    else:
        people = parts.views.count(RESIDENTS, {"region": {"$in": list(audience.regions)}})
    return Reach(people, above, version)


def _standing(parts: Parts, request: Request) -> Audience:
    """To whom it goes. Raises ``NotFound``, and as ``Actor.require`` does."""
    state, _ = parts.commands.state(ANNOUNCEMENT, request.path["announcement"])
    if state.audience is None:
        raise NotFound
    _require(request, state.audience)
    return state.audience


def _take(request: Request, command: Any) -> Answer:
    identity_ = request.path["announcement"]
    return recorded(
        request.take(ANNOUNCEMENT, identity_, command, answer=lambda state, _events: _written(identity_, state))
    )


def _written(announcement: str, state: Announcement) -> dict[str, Any]:
    return {
        "announcement": announcement,
        "state": state.state,
        "waiting": state.waiting is not None,
        "revision": state.revision,
        "draft": state.draft,
    }


def _shown(document: Mapping[str, Any], sends: bool) -> dict[str, Any]:
    names = ("title", "text", "state", "people", "above", "revision", "worth_until", "at", "published")
    inside = {name: document[name] for name in ("by", "approved_by", "waiting")} if sends else {}
    if inside.get("waiting"):
        inside["waiting"] = {**inside["waiting"], "draft": document["drafts"]}
    return {
        "announcement": document["_id"],
        **{name: document[name] for name in names},
        "regions": None if document["everywhere"] else document["regions"],
        "levels": document["levels"] or None,
        **inside,
    }
