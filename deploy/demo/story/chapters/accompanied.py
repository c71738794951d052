"""What the story does again and again with a library that is accompanied."""

from datetime import date, datetime, timedelta
from typing import Any

from deploy.demo.story.calendar import ZONE
from deploy.demo.story.people import Somebody
from deploy.demo.story.world import World, same

LIVE = 68
"""The day on which both libraries go live; weeks are counted from the Monday after it."""
TICKS = {
    "ready": ["head-agrees", "operator-named"],
    "agreed": ["goal-written", "contact-named"],
    "installed": ["software-runs", "admin-password-changed", "backup-planned"],
    "data-entry": ["rules-for-entry", "first-hundred", "members-entered"],
    "circulation-live": ["loan-rules-set", "staff-practised", "first-backup"],
}
"""What of each stage's checklist must be done."""
FIRST, SECOND = "mentorship", "second mentorship"


def path(world: World, rest: str = "", of: str = FIRST) -> str:
    """Where a case is, and what belongs to it."""
    return f"/v1/mentorships/{world.things[of]}{f'/{rest}' if rest else ''}"


def case(world: World, who: Somebody, of: str = FIRST) -> dict[str, Any]:
    """A case as somebody sees it."""
    shown: dict[str, Any] = world.voice(who).get(path(world, of=of)).expect(200).body
    return shown


def monday(world: World, week: int) -> date:
    """The Monday of a week of probation, counted from 0."""
    day = world.calendar.at(LIVE, "12:00").astimezone(ZONE).date()
    return day + timedelta(days=-day.weekday() % 7, weeks=week)


def name_of(world: World, week: int) -> str:
    """That week as the API names it."""
    year, number, _ = monday(world, week).isocalendar()
    return f"{year}-W{number:02d}"


def turn_to(world: World, week: int, weekday: int, clock: str) -> datetime:
    """On to a day of that week, counted from Monday, 0; answers the moment."""
    begun = world.calendar.at(0, "12:00").astimezone(ZONE).date()
    day = (monday(world, week) + timedelta(days=weekday) - begun).days
    world.calendar.turn_to(day, clock)
    return world.calendar.at(day, clock)


def report_loans(world: World, who: Somebody, week: int, count: int, of: str = FIRST) -> None:
    """A week's loans as somebody at the library states them."""
    body = {"kind": "loans", "week": name_of(world, week), "count": count}
    told = world.voice(who).post(path(world, "evidence", of), body, nth=body["week"]).expect(201)
    same(told["source"], "stated", "where the number is from")


def report_backup(world: World, who: Somebody, made: datetime, of: str = FIRST) -> None:
    """A backup that went without error."""
    body = {"kind": "backup", "at": made.isoformat(), "ok": True}
    world.voice(who).post(path(world, "evidence", of), body, nth="cadangan").expect(201)


def run_smoothly(world: World, mentor: Somebody, staff: Somebody, of: str = FIRST) -> None:
    """The mentor proposes it and the library confirms it; neither does both."""
    proposed = world.voice(mentor).post(path(world, "smooth", of), nth="usul").expect(201)
    same(proposed["proposed_by"], world.people[mentor.email], "who proposed it")
    alone = world.voice(mentor).post(path(world, "smooth/confirmation", of), nth="sendiri")
    same(alone.status, 403, "the mentor who confirms it alone")
    confirmed = world.voice(staff).post(path(world, "smooth/confirmation", of)).expect(201)
    same(confirmed["stage"], "smooth", "the stage after both have said so")
