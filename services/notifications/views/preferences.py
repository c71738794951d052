"""The preferences of all people, for planning messages to many of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.kernel.base.message import Recorded
from services.kernel.declare.shapes import fill
from services.kernel.declare.view import Applied, Change, View
from services.kernel.views.view_store import Views
from services.notifications.domain.preference import Preference, PreferenceChosen, Wishes

ASKED_AT_ONCE = 500


@dataclass(frozen=True)
class PreferenceRow:
    """The ``Wishes`` of a person who has chosen."""

    person: str
    language: str | None
    email: bool
    telegram: bool
    off: tuple[str, ...]
    gathered: tuple[str, ...]
    followed: tuple[str, ...]
    muted: tuple[str, ...]
    quiet_from: str | None
    quiet_until: str | None
    digest_every: str
    digest_day: str
    digest_at: str


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case PreferenceChosen() as chosen:
            return [Change.put(fill(PreferenceRow, chosen, person=recorded.stream_id))]
    return []


PREFERENCES = View(name="preferences", version=1, row=PreferenceRow, apply=apply)


def preferences_of(views: Views, people: Sequence[str]) -> Mapping[str, Preference]:
    """The preference of each of the people; the default for people who have never chosen."""
    found: dict[str, Preference] = {}
    for start in range(0, len(people), ASKED_AT_ONCE):
        some = list(people[start : start + ASKED_AT_ONCE])
        for row in views.find(PREFERENCES, {"_id": {"$in": some}}, limit=len(some)).items:
            found[row.person] = Preference(fill(Wishes, row))
    return {person: found.get(person, Preference()) for person in people}
