"""How people want to be told, for whoever plans for many at once. From the own log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.kernel.views.view_store import Views
from services.notifications.domain.preference import Preference, PreferenceChosen, Wishes

ASKED_AT_ONCE = 500


def apply(recorded: Recorded) -> Applied:
    """One document a person who has chosen: ``{_id: person, …}`` with the fields of ``Wishes``."""
    chosen = recorded.event
    if not isinstance(chosen, PreferenceChosen):
        return []
    values = {name: getattr(chosen, name) for name in Wishes.__dataclass_fields__}
    wishes = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return [Change(recorded.stream_id, wishes)]


PREFERENCES = View("preferences", 1, apply)


def preferences_of(views: Views, people: Sequence[str]) -> Mapping[str, Preference]:
    """The preference of each of the people; the default for who never chose."""
    found: dict[str, Preference] = {}
    for start in range(0, len(people), ASKED_AT_ONCE):
        some = list(people[start : start + ASKED_AT_ONCE])
        for document in views.find(PREFERENCES, {"_id": {"$in": some}}, limit=len(some)).items:
            found[document["_id"]] = Preference(_wishes(document))
    return {person: found.get(person, Preference()) for person in people}


def _wishes(document: Mapping[str, object]) -> Wishes:
    values = {name: document[name] for name in Wishes.__dataclass_fields__}
    return Wishes(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})  # type: ignore[arg-type]
