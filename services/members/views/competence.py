"""How far people are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.competence import CompetenceRated
from services.members.domain.person import MemberChanged, MemberJoined


@dataclass(frozen=True)
class BecauseRow:
    """The reason for a rating; ``id`` is None for a reason without an id."""

    kind: str
    id: str | None


@dataclass(frozen=True)
class RatingRow:
    unit: str
    area: str
    aspect: str
    level: int
    rater: str
    by: str
    framework: str
    because: BecauseRow | None
    at: datetime


@dataclass(frozen=True)
class CompetenceRow:
    """``region`` is where the person lives now, unlike the region in a rating. ``ratings`` holds each rating by its
    number in the person's stream.
    """

    person: str
    region: str | None = None
    ratings: Mapping[str, RatingRow] = field(default_factory=dict)

    def ratings_in_order(self) -> list[RatingRow]:
        """The ratings, the oldest first."""
        return [self.ratings[number] for number in sorted(self.ratings, key=int)]


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case CompetenceRated() as event:
            because = event.because
            rating = RatingRow(
                unit=event.unit,
                area=event.area,
                aspect=event.aspect,
                level=event.level,
                rater=event.rater,
                by=event.by,
                framework=event.framework,
                because=None if because is None else BecauseRow(because.kind, because.id),
                at=recorded.at,
            )
            return [Change(event.person, {f"ratings.{recorded.version}": rating})]
        case MemberJoined(region=region) | MemberChanged(region=region):
            return [Change(recorded.stream_id, {"region": region})]
    return []


COMPETENCE_OF = View(name="competence", version=2, row=CompetenceRow, apply=apply, indexes=([("region", 1)],))
