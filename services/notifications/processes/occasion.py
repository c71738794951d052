"""Turns an occasion into the messages that tell people of it. Most occasions are facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.kernel.base.ids import derived_id
from services.kernel.declare.process import Dispatch
from services.notifications.domain.message import MAX_PEOPLE, MESSAGE, Kind, PlanMessage, Variable


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
    """``fact`` is the identity under which a person is told once. A message is planned only if ``at`` lies before the time until
    which the message is worth sending. ``activity`` and ``region`` are those of the occasion.
    """

    fact: str
    at: datetime
    activity: str | None = None
    region: str | None = None

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
    ) -> list[Dispatch]:
        """The commands that plan messages to these people; none without people, or when ``worth_until`` has passed.

        ``shared``: other audiences send the same message and may hold the same people, so its id depends on all people.
        """
        if worth_until <= self.at:
            return []
        concerned = list(dict.fromkeys(people))
        chunks = [concerned[n : n + MAX_PEOPLE] for n in range(0, len(concerned), MAX_PEOPLE)]
        return [
            Dispatch(
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

    def messages_until_start(
        self, kind: Kind, people: Sequence[str], activity: Scheduled, **more: str
    ) -> list[Dispatch]:
        """The commands that plan messages about an activity, worth sending until the activity starts."""
        variables = {**activity_variables(activity), **more}
        return self.messages(kind, people, datetime.fromisoformat(activity.starts), variables)


def activity_variables(activity: Scheduled) -> dict[str, str]:
    """The variables with which a message shows an activity."""
    return {"title": activity.title, "starts": activity.starts, "ends": activity.ends, "venue": activity.venue}
