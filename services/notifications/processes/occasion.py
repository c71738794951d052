"""Turns an occasion, mostly a fact, into the messages that tell people of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Fact
from services.kernel.declare.process import Issue
from services.notifications.domain.message import MESSAGE, PEOPLE_AT_MOST, Kind, PlanMessage, Variable


class Scheduled(Protocol):
    """An activity as messages show it; ``starts`` and ``ends`` are RFC 3339 texts."""

    @property
    def title(self) -> str: ...
    @property
    def starts(self) -> str: ...
    @property
    def ends(self) -> str: ...
    @property
    def venue(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Occasion:
    """What people are told about. ``fact`` is the identity under which a person is told once; ``at`` is the moment at which
    it is judged whether telling is worth it; ``activity`` and ``region`` are what it belongs to.
    """

    fact: str
    at: datetime
    activity: str | None = None
    region: str | None = None

    @classmethod
    def of(cls, fact: Fact) -> Occasion:
        """The occasion that a fact is."""
        return cls(fact.id, fact.at, fact.data.get("activity"), fact.region)

    def messages(
        self,
        kind: Kind,
        people: Sequence[str],
        worth_until: datetime,
        variables: Mapping[str, str],
        *,
        urgent: bool = False,
        chat: str | None = None,
        announcement: str | None = None,
        shared: bool = False,
    ) -> list[Issue]:
        """The commands that plan messages to these people; none without people, or when ``worth_until`` has passed.

        ``shared``: other audiences send the same message and may hold the same people, so its id depends on all of them.
        """
        if worth_until <= self.at:
            return []
        concerned = list(dict.fromkeys(people))
        chunks = [concerned[n : n + PEOPLE_AT_MOST] for n in range(0, len(concerned), PEOPLE_AT_MOST)]
        return [
            Issue(
                MESSAGE,
                derived_id("message", self.fact, kind, *(chunk if shared else chunk[:1])),
                PlanMessage(
                    fact=self.fact,
                    kind=kind,
                    people=tuple(chunk),
                    variables=tuple(Variable(name, value) for name, value in sorted(variables.items())),
                    worth_until=worth_until,
                    urgent=urgent,
                    activity=self.activity,
                    region=self.region,
                    chat=chat,
                    announcement=announcement,
                ),
            )
            for chunk in chunks
        ]

    def messages_until_start(self, kind: Kind, people: Sequence[str], activity: Scheduled, **more: str) -> list[Issue]:
        """The commands that plan messages about an activity: they are worth sending until it starts."""
        return self.messages(kind, people, datetime.fromisoformat(activity.starts), {**shown(activity), **more})


def shown(activity: Scheduled) -> dict[str, str]:
    """The variables with which a message shows an activity."""
    return {"title": activity.title, "starts": activity.starts, "ends": activity.ends, "venue": activity.venue}
