"""Date polls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.events.domain.poll import PollAgreed, PollFailed, PollOpened, VoteCast
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View

OPEN = "open"
AGREED = "agreed"
FAILED = "failed"


@dataclass(frozen=True)
class OptionRow:
    starts: str
    ends: str


@dataclass(frozen=True)
class AgreedShown:
    """The agreed time: the option's number, its times, its votes, and how many people voted at all."""

    option: int
    starts: str
    ends: str
    votes: int
    voters: int


@dataclass(frozen=True)
class PollRow:
    """``state`` is open, agreed or failed. ``votes`` holds each person's options by number; numbers count from 1."""

    poll: str
    title: str
    region: str | None
    options: tuple[OptionRow, ...]
    closes: str
    quorum: int
    state: str
    votes: Mapping[str, tuple[int, ...]]
    agreed: AgreedShown | None
    version: int


def apply(recorded: Recorded) -> Applied:
    poll, version = recorded.stream_id, recorded.version
    match recorded.event:
        case PollOpened() as event:
            options = tuple(OptionRow(moment(each.starts), moment(each.ends)) for each in event.options)
            closes, quorum = moment(event.closes), event.quorum
            row = PollRow(poll, event.title, event.region, options, closes, quorum, OPEN, {}, None, version)
            return [Change.put(row)]
        case VoteCast(person=person, options=chosen):
            return [Change(poll, {f"votes.{person}": list(chosen), "version": version})]
        case PollAgreed() as event:
            times = moment(event.starts), moment(event.ends)
            agreed = AgreedShown(event.option, *times, event.votes, event.voters)
            return [Change(poll, {"state": AGREED, "agreed": agreed, "version": version})]
        case PollFailed():
            return [Change(poll, {"state": FAILED, "version": version})]
    return []


POLLS = View(name="polls", version=1, row=PollRow, apply=apply, indexes=([("closes", 1)], [("state", 1)]))
