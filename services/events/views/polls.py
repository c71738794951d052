"""Date polls. Key: the poll.

``{title, region, options: [{starts, ends}], closes, quorum, state, votes: {person: [numbers]}, agreed: {option, starts,
ends, votes, voters} | null, version}``; ``state`` is open, agreed or failed. Numbers count the options from 1.
"""

from __future__ import annotations

from typing import Any

from services.events.domain.poll import PollAgreed, PollFailed, PollOpened, VoteCast
from services.kernel.message import Event, Recorded
from services.kernel.times import moment
from services.kernel.view import Applied, Change, View

OPEN = "open"
AGREED = "agreed"
FAILED = "failed"


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    changed = _changed(recorded.event)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _changed(event: Event) -> dict[str, Any] | None:
    match event:
        case PollOpened():
            return {
                "title": event.title,
                "region": event.region,
                "options": [{"starts": moment(each.starts), "ends": moment(each.ends)} for each in event.options],
                "closes": moment(event.closes),
                "quorum": event.quorum,
                "state": OPEN,
                "votes": {},
                "agreed": None,
            }
        case VoteCast(person=person, options=options):
            return {f"votes.{person}": list(options)}
        case PollAgreed():
            times = {"starts": moment(event.starts), "ends": moment(event.ends)}
            agreed = {"option": event.option, **times, "votes": event.votes, "voters": event.voters}
            return {"state": AGREED, "agreed": agreed}
        case PollFailed():
            return {"state": FAILED}
    return None


POLLS = View(name="polls", version=1, apply=apply, indexes=([("closes", 1)], [("state", 1)]))
