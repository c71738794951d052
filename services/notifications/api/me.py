"""A person's own inbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from marshmallow.validate import OneOf

from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import BoundedPageQuery, Listing, fill, paged, paging
from services.notifications.api.patterns import Time
from services.notifications.dependencies import Dependencies
from services.notifications.domain.message import Kind
from services.notifications.domain.preference import LANGUAGES, PREFERENCE
from services.notifications.sending import rendering
from services.notifications.views.inbox import MESSAGES, MessageRow
from services.notifications.views.ties import guests_of

routes = Routes()


@dataclass(frozen=True)
class InboxQuery(BoundedPageQuery):
    language: Annotated[
        str | None, OneOf(LANGUAGES), Described("the language of the messages; without it the person's own")
    ] = None


@dataclass(frozen=True)
class InboxLine:
    id: str
    kind: str
    title: str
    at: Time
    activity: str | None
    region: str | None


class Inbox(Listing[InboxLine]):
    pass


@routes.get("/v1/me/inbox", statuses=(200, 401))
def read_my_inbox(deps: Dependencies, request: Request[None, InboxQuery]) -> Answer[Inbox]:
    """List the messages to the caller, the newest first."""
    person = request.actor.require_person()
    preference, _ = deps.commands.state(PREFERENCE, person)
    language = rendering.language_of(request.query.language, preference.wishes.language)
    mine = {"person": {"$in": [person, *guests_of(deps.views, person)]}}
    page = deps.views.find(MESSAGES, mine, sort="at", descending=True, **paging(request))
    return paged(page, lambda row: _inbox_line(row, language), Inbox)


def _inbox_line(row: MessageRow, language: str) -> InboxLine:
    return fill(InboxLine, row, id=row.line, title=rendering.title(Kind(row.kind), row.variables, language))
