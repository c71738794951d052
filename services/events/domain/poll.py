"""DatePoll: which time suits most people, before an activity is scheduled («dijadwalkan sesuai dengan kesepakatan
bersama», R16).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

BY_HAND = "hand"
DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Option:
    """A proposed time, UTC."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class OpenPoll(Command):
    """``quorum`` is how many people must vote for an agreement; ``region`` None asks all regions."""

    title: str
    region: str | None
    options: tuple[Option, ...]
    closes: datetime
    quorum: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CastVote(Command):
    """``options`` are the numbers, from 1, of all times that suit the person; a further vote replaces the person's
    former vote.
    """

    person: str
    options: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ClosePoll(Command):
    """``why`` is hand or deadline."""

    at: datetime
    why: str


PollCommand = OpenPoll | CastVote | ClosePoll


@dataclass(frozen=True, slots=True)
class PollOpened(Event):
    title: str
    region: str | None
    options: tuple[Option, ...]
    closes: datetime
    quorum: int


@dataclass(frozen=True, slots=True)
class VoteCast(Event):
    person: str
    options: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PollAgreed(Event):
    """``option`` is the number of the agreed time, ``votes`` the people whom the time suits, ``voters`` all people who
    voted.
    """

    option: int
    starts: datetime
    ends: datetime
    votes: int
    voters: int
    region: str | None


@dataclass(frozen=True, slots=True)
class PollFailed(Event):
    """Too few have voted."""

    voters: int
    region: str | None


PollEvent = PollOpened | VoteCast | PollAgreed | PollFailed


@dataclass(frozen=True, slots=True)
class Poll:
    """``votes`` holds each person's latest vote, ``agreed`` the agreed time."""

    title: str
    region: str | None
    options: tuple[Option, ...]
    closes: datetime
    quorum: int
    votes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    agreed: Option | None = None
    closed: bool = False

    def votes_for(self, number: int) -> int:
        """How many people an option suits."""
        return sum(number in chosen for chosen in self.votes.values())


def decide(command: PollCommand, poll: Poll | None) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for an unknown poll."""
    if isinstance(command, OpenPoll):
        return [] if poll else _open(command)
    if poll is None:
        raise NotFound
    match command:
        case CastVote():
            return _vote(command, poll)
        case ClosePoll():
            return [] if poll.closed else [_outcome(poll)]
        case _:
            assert_never(command)


def evolve(poll: Poll | None, event: PollEvent) -> Poll:
    """The poll after an event."""
    if isinstance(event, PollOpened):
        return Poll(event.title, event.region, event.options, event.closes, event.quorum)
    assert poll is not None  # a poll's first event is PollOpened
    match event:
        case VoteCast(person=person, options=options):
            return replace(poll, votes={**poll.votes, person: options})
        case PollAgreed(starts=starts, ends=ends):
            return replace(poll, agreed=Option(starts, ends), closed=True)
        case PollFailed():
            return replace(poll, closed=True)
        case _:
            assert_never(event)


POLL: Decider[Poll | None] = Decider("poll", None, decide, evolve)


def _open(command: OpenPoll) -> Sequence[Event]:
    if any(option.ends <= option.starts for option in command.options):
        raise Refused("ends-before-start", "The end must be after the start.")
    if command.closes <= command.at:
        raise Refused("poll-closes-in-the-past", "The closing time must be in the future.")
    if any(option.starts <= command.closes for option in command.options):
        raise Refused("poll-closes-too-late", "The poll must close before the first of its times.")
    options = tuple(sorted(set(command.options), key=lambda option: (option.starts, option.ends)))
    return [PollOpened(command.title, command.region, options, command.closes, command.quorum)]


def _vote(command: CastVote, poll: Poll) -> Sequence[Event]:
    # The hour is judged here too: the closing event comes only when its deadline is noticed.
    if poll.closed or command.at >= poll.closes:
        raise Refused("poll-closed", "The poll is closed.")
    if not all(1 <= number <= len(poll.options) for number in command.options):
        raise Refused("no-such-option", "The poll has no time with this number.")
    chosen = tuple(sorted(set(command.options)))
    return [] if poll.votes.get(command.person) == chosen else [VoteCast(command.person, chosen)]


def _outcome(poll: Poll) -> Event:
    """The time that suits most people, of several the earliest; fewer voters than the quorum agree on nothing."""
    voters = sum(bool(chosen) for chosen in poll.votes.values())
    # The options are in order of time, so the first of the best is the earliest.
    best = max(range(1, len(poll.options) + 1), key=poll.votes_for)
    if voters < poll.quorum or not poll.votes_for(best):
        return PollFailed(voters, poll.region)
    option = poll.options[best - 1]
    return PollAgreed(best, option.starts, option.ends, poll.votes_for(best), voters, poll.region)
