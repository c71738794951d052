"""``/calendar.ics``: the published activities as RFC 5545, for calendar subscriptions.

An activity keeps its ``UID``. ``SEQUENCE`` is the activity's version, so a calendar applies a change of time. A
cancelled activity stays in the feed as ``CANCELLED``, because calendars do not delete events that disappear from a
feed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.composed.composition import query_of
from gateway.edge.caller import Caller
from gateway.edge.forwarding import Forwarding
from services.kernel.base.clock import Clock
from services.kernel.declare.policy import ANONYMOUS

SHOWN_PAST = timedelta(days=90)
PAGES = 10
LINE_OCTETS = 75
STATUS = {"published": "CONFIRMED", "completed": "CONFIRMED", "cancelled": "CANCELLED"}


class Calendar:
    """The feed of all activities since 90 days ago; ``?region=`` filters the feed. ``host`` completes the UIDs.
    ``site`` is the public address of the pages; None means the address of the request.
    """

    def __init__(self, forwarding: Forwarding, clock: Clock, host: str, community: str, site: str | None) -> None:
        self._forwarding = forwarding
        self._clock = clock
        self._host = host
        self._community = community
        self._site = site

    async def show(self, request: Request) -> Response:
        """200, or 304 when ``If-None-Match`` names the current feed. Raises problems."""
        request.state.route = "/calendar.ics"
        activities = await self._activities(request.query_params.get("region", ""))
        site = self._site or f"{request.url.scheme}://{request.url.netloc}"
        text = calendar_text(activities, self._host, self._community, site)
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "public, max-age=300"}
        if tag in {given.strip().removeprefix("W/") for given in request.headers.get("if-none-match", "").split(",")}:
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
        return Response(text, headers={**headers, "Content-Type": "text/calendar; charset=utf-8"})

    async def _activities(self, region: str) -> list[Mapping[str, Any]]:
        since = (self._clock.now() - SHOWN_PAST).replace(hour=0, minute=0, second=0, microsecond=0)
        found: list[Mapping[str, Any]] = []
        after = None
        for _ in range(PAGES):
            query = query_of(**{"from": since.isoformat()}, region=region, limit=100, after=after)
            page = await self._forwarding.ask(Caller(ANONYMOUS), "GET", "/v1/activities", query=query)
            found += page["items"]
            after = page.get("next")
            if not after:
                break
        return found


def calendar_text(activities: Iterable[Mapping[str, Any]], host: str, community: str, site: str) -> str:
    """The calendar: lines of at most 75 octets, ended by CRLF. Only published, completed and cancelled activities are
    included.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{_text(host)}//Jejaring//ID",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(community)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for activity in activities:
        if activity["state"] in STATUS:
            lines += _event(activity, host, site)
    return "".join(f"{fold(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def fold(line: str) -> str:
    """Fold a line as RFC 5545 §3.1 says: no line is longer than 75 octets, and no character is cut."""
    parts, part, room = [], "", LINE_OCTETS
    for character in line:
        size = len(character.encode())
        if size > room:
            parts.append(part)
            part, room = "", LINE_OCTETS - 1  # the leading blank of a continued line counts too
        part += character
        room -= size
    return "\r\n ".join([*parts, part])


def _event(activity: Mapping[str, Any], host: str, site: str) -> list[str]:
    starts, ends = (datetime.fromisoformat(activity[name]) for name in ("starts", "ends"))
    topic = activity.get("topic") or {}
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(activity['activity'])}@{_text(host)}",
        # The time of this version is unknown. The start is constant, so the ETag stays the same.
        f"DTSTAMP:{_utc(starts)}",
        f"SEQUENCE:{int(activity.get('version') or 0)}",
        f"DTSTART:{_utc(starts)}",
        f"DTEND:{_utc(ends)}",
        f"SUMMARY:{_text(activity['title'])}",
        f"LOCATION:{_text(activity['venue']['name'])}",
        f"STATUS:{STATUS[activity['state']]}",
        f"URL:{site}/kegiatan/{activity['activity']}",
    ]
    if topic.get("title"):
        lines.append(f"DESCRIPTION:{_text(topic['title'])}")
    return [*lines, "END:VEVENT"]


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """Escape a text as RFC 5545 §3.3.11 says, and drop other control characters."""
    escaped = (
        value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\\n").replace("\n", "\\n")
    )
    return "".join(character for character in escaped if character >= " " and character != "\x7f")
