"""Announcements of the board. The text names nobody, so the service stores the text as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range

from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, FieldOf, Unset, within_the_calendar
from services.kernel.declare.shapes import BoundedPageQuery, Identity, Listing, NoFields, fill, paged, paging
from services.notifications.api.patterns import Time
from services.notifications.dependencies import Dependencies
from services.notifications.domain.announcement import (
    ANNOUNCEMENT,
    PUBLISHED,
    WAITING,
    WITHDRAWN,
    Announce,
    Announcement,
    AnnouncementCommand,
    Approve,
    Audience,
    Correct,
    Publish,
    Reach,
    Text,
    Withdraw,
)
from services.notifications.views.announcements import ANNOUNCEMENTS, AnnouncementRow
from services.notifications.views.libraries import staff_of
from services.notifications.views.regions import all_regions
from services.notifications.views.residents import RESIDENTS
from services.notifications.views.rules import second_above

routes = Routes()

SEND = "announcements.send"
LEVELS = ("basic", "secondary", "higher")
STATES = (WAITING, PUBLISHED, WITHDRAWN)
State: TypeAlias = Annotated[str, OneOf(STATES)]


def _published_time() -> fields.AwareDateTime:
    """A time with its bounds in OpenAPI, which have always been published."""
    metadata = {
        "description": "when the announcement is no longer worth sending",
        "x-minimum": "1900-01-01T00:00:00+00:00",
        "x-maximum": "2999-01-01T00:00:00+00:00",
    }
    return fields.AwareDateTime(required=True, format="iso", validate=within_the_calendar, metadata=metadata)


@dataclass(frozen=True)
class TextBody:
    """Title and text of an announcement. Neither names a person."""

    title: Annotated[str, Length(1, 150)]
    text: Annotated[str, Length(1, 4000)]


@dataclass(frozen=True)
class AnnouncementBody(TextBody):
    """``regions`` null: all regions. ``levels`` null: the members of the regions; else the people who work in the regions'
    libraries of these levels.
    """

    regions: Annotated[tuple[Identity, ...] | None, Length(1, 100), Described("the regions that are told; null: all")]
    worth_until: Annotated[datetime, FieldOf(_published_time)]
    levels: Annotated[
        tuple[Annotated[str, OneOf(LEVELS)], ...] | None,
        Length(1, len(LEVELS)),
        Described("education levels whose library staff is told; null: all members"),
    ] = None


@dataclass(frozen=True)
class Written:
    announcement: str
    state: State
    waiting: bool
    revision: int
    draft: int


@dataclass(frozen=True)
class Waiting(TextBody):
    by: str
    draft: int


@dataclass(frozen=True)
class ApprovalBody:
    """``draft`` is the number of the text that was read, as ``waiting`` shows it."""

    draft: Annotated[int, Range(1, 2**31), Described("the number of the draft that was read")]


@dataclass(frozen=True)
class AnnouncementShown(TextBody):
    """``by``, ``approved_by`` and ``waiting`` are for people who may send announcements, and left out for all others."""

    announcement: str
    state: State
    regions: tuple[str, ...] | None
    levels: tuple[str, ...] | None
    people: int
    above: int
    revision: int
    worth_until: Time
    at: Time
    published: Time | None
    by: str | Unset | None = UNSET
    approved_by: str | Unset | None = UNSET
    waiting: Waiting | Unset | None = UNSET


class Announcements(Listing[AnnouncementShown]):
    pass


@routes.post("/v1/announcements", statuses=(201, 401, 403, 422))
def announce(deps: Dependencies, request: Request[AnnouncementBody]) -> Answer[Written]:
    """Write an announcement to regions or to education levels; an announcement to many people waits for approval.

    Needs ``announcements.send`` in all its regions. ``state`` in the answer says whether it is published or waits for a
    second member of the board.
    """
    body = request.body
    audience = _audience(deps, body.regions, body.levels)
    _require_sender(request, audience)
    reach = _reach(deps, audience, request)
    announcement, by = request.new_id("announcement"), request.actor.require_person()
    command = Announce(Text(body.title, body.text), audience, reach, body.worth_until, by, request.now)
    return _outcome(request, announcement, command, location=f"/v1/announcements/{announcement}")


@routes.post("/v1/announcements/{announcement}/publication", statuses=(200, 401, 403, 404, 412, 422))
def publish_announcement(deps: Dependencies, request: Request[NoFields]) -> Answer[Written]:
    """Publish a waiting announcement, if it needs no approval by the rules in force now.

    Needs ``announcements.send`` in all its regions.
    """
    audience = _audience_of_path(deps, request)
    command = Publish(_reach(deps, audience, request), request.actor.require_person(), request.now)
    return _outcome(request, request.path["announcement"], command)


@routes.post("/v1/announcements/{announcement}/approval", statuses=(200, 401, 403, 404, 412, 422))
def approve_announcement(deps: Dependencies, request: Request[ApprovalBody]) -> Answer[Written]:
    """Approve another board member's announcement, which publishes it.

    Needs ``announcements.send`` in all its regions. ``draft`` names the text that was read, so that a changed text is
    not approved unread.
    """
    _audience_of_path(deps, request)
    command = Approve(request.body.draft, request.actor.require_person(), request.now)
    return _outcome(request, request.path["announcement"], command)


@routes.post("/v1/announcements/{announcement}/correction", statuses=(200, 401, 403, 404, 412, 422))
def correct_announcement(deps: Dependencies, request: Request[TextBody]) -> Answer[Written]:
    """Correct an announcement: messages not yet sent carry the new text, and everybody told before gets the correction.

    Needs ``announcements.send`` in all its regions.
    """
    audience = _audience_of_path(deps, request)
    text = Text(request.body.title, request.body.text)
    command = Correct(text, _reach(deps, audience, request), request.actor.require_person(), request.now)
    return _outcome(request, request.path["announcement"], command)


@routes.post("/v1/announcements/{announcement}/withdrawal", statuses=(200, 401, 403, 404, 412, 422))
def withdraw_announcement(deps: Dependencies, request: Request[NoFields]) -> Answer[Written]:
    """Withdraw an announcement: messages not yet sent are not sent, and everybody told before is told of the
    withdrawal.

    Needs ``announcements.send`` in all its regions.
    """
    _audience_of_path(deps, request)
    return _outcome(request, request.path["announcement"], Withdraw(request.actor.require_person()))


@routes.get("/v1/announcements", statuses=(200, 401))
def list_announcements(deps: Dependencies, request: Request[None, BoundedPageQuery]) -> Answer[Announcements]:
    """List announcements, the newest first.

    Callers with ``announcements.send`` also see the announcements that wait for approval.
    """
    request.actor.require_person()
    sends = request.actor.may_somewhere(SEND)
    wanted = {} if sends else {"shown": True}
    page = deps.views.find(ANNOUNCEMENTS, wanted, sort="at", descending=True, **paging(request))
    return paged(page, lambda row: _announcement_shown(row, sends), Announcements)


def _audience(deps: Dependencies, regions: Sequence[str] | None, levels: Sequence[str] | None) -> Audience:
    named = all_regions(deps.views) if regions is None else tuple(dict.fromkeys(regions))
    return Audience(named, tuple(dict.fromkeys(levels or ())), everywhere=regions is None)


def _require_sender(request: Request[Any], audience: Audience) -> None:
    """Raises as ``Actor.require`` does, unless the actor sends announcements in each of the regions."""
    for region in (None,) if audience.everywhere else audience.regions:
        request.actor.require(SEND, region)


def _reach(deps: Dependencies, audience: Audience, request: Request[Any]) -> Reach:
    above, version = second_above(deps.views, request.now)
    if audience.levels:
        people = len(staff_of(deps.views, audience.regions, audience.levels))
    else:
        people = deps.views.count(RESIDENTS, {"region": {"$in": list(audience.regions)}})
    return Reach(people, above, version)


def _audience_of_path(deps: Dependencies, request: Request[Any]) -> Audience:
    """The audience of the announcement in the path. Raises ``NotFound``, and as ``Actor.require`` does."""
    announcement, _ = deps.commands.state(ANNOUNCEMENT, request.path["announcement"])
    if announcement is None:
        raise NotFound
    _require_sender(request, announcement.audience)
    return announcement.audience


def _outcome(
    request: Request[Any], identity: str, command: AnnouncementCommand, location: str | None = None
) -> Answer[Written]:
    def written(state: Announcement | None, _events: object) -> Written:
        assert state is not None
        return Written(identity, state.state, state.waiting is not None, state.revision, state.draft)

    return request.outcome(ANNOUNCEMENT, identity, command, written, location=location)


def _announcement_shown(row: AnnouncementRow, sends: bool) -> AnnouncementShown:
    regions = None if row.everywhere else row.regions
    if not sends:
        nothing = dict.fromkeys(("by", "approved_by", "waiting"), UNSET)
        return fill(AnnouncementShown, row, regions=regions, levels=row.levels or None, **nothing)
    waiting = row.waiting and fill(Waiting, row.waiting, draft=row.drafts)
    return fill(AnnouncementShown, row, regions=regions, levels=row.levels or None, waiting=waiting)
