"""The rules that are in force when somebody is to be told something."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, cast

import pytest

from services.kernel.declare.view import Change, View
from services.kernel.views.view_store import Views
from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.views.rules import RULES, hours_in_force, second_above
from tests.unit.notifications.facts import START, rules

WEEK = timedelta(days=7)


@dataclass
class Rulebook:
    """As much of ``Views`` as the rules ask."""

    documents: list[dict[str, Any]]

    def all(self, view: View) -> Iterator[dict[str, Any]]:
        assert view is RULES
        return iter(self.documents)


def views(*versions: tuple[datetime, str, int]) -> Views:
    """The view of versions 1, 2, …: each in force from a time, quiet from an hour, and with its number of people."""
    documents = []
    for version, (since, quiet_from, second) in enumerate(versions, 1):
        told = {"version": version, "in_force_from": since.isoformat(), "quiet_from": quiet_from}
        told |= {"quiet_until": "05:00", "announcement_second_above": second}
        (change,) = RULES.apply(rules(**told))
        assert isinstance(change, Change)
        documents.append({"_id": change.key, **change.set})
    return cast(Views, Rulebook(documents))


def test_before_the_first_version_the_defaults_hold() -> None:
    for known in (views(), views((START + WEEK, "21:00", 10))):
        assert hours_in_force(known, START) == QuietHours()
        assert second_above(known, START) == (50, 0)


def test_a_version_announced_earlier_for_later_takes_over_when_it_begins() -> None:
    known = views((START + WEEK, "21:00", 10), (START, "22:00", 20))
    assert second_above(known, START) == (20, 2)
    assert second_above(known, START + WEEK) == (10, 1)
    assert hours_in_force(known, START + WEEK) == QuietHours(time(21, 0), time(5, 0))


def test_the_tenth_version_replaces_the_ninth_at_the_same_moment() -> None:
    known = views(*((START, "22:00", number) for number in range(1, 11)))
    assert second_above(known, START) == (10, 10)


def test_hours_that_are_no_times_of_day_are_refused() -> None:
    with pytest.raises(ValueError, match="Invalid"):
        views((START, "late", 10))
