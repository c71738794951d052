"""The repeated actions for a library that is accompanied."""

from datetime import date, datetime, timedelta
from typing import Any

from deploy.demo.story.people import Somebody
from deploy.demo.story.world import World, same
from services.kernel.base.local_time import local

LIVE = 68
"""The day on which both libraries go live; weeks are counted from the Monday after it."""
TICKS = {
    "ready": ["head-agrees", "operator-named"],
    "agreed": ["goal-written", "contact-named"],
    "installed": ["software-runs", "admin-password-changed", "backup-planned"],
    "data-entry": ["rules-for-entry", "first-hundred", "members-entered"],
    "circulation-live": ["loan-rules-set", "staff-practised", "first-backup"],
}
"""The items that must be done on the checklist of each stage."""
FIRST, SECOND = "mentorship", "second mentorship"


def path(world: World, rest: str = "", of: str = FIRST) -> str:
    """The path of a case and of its parts."""
    return f"/v1/mentorships/{world.things[of]}{f'/{rest}' if rest else ''}"


def case(world: World, who: Somebody, of: str = FIRST) -> dict[str, Any]:
    """A case as this person sees it."""
    shown: dict[str, Any] = world.voice(who).get(path(world, of=of)).expect(200).body
    return shown


def monday(world: World, week: int) -> date:
    """The Monday of a week of probation, counted from 0."""
    day = local(world.calendar.at(LIVE, "12:00")).date()
    return day + timedelta(days=-day.weekday() % 7, weeks=week)


def name_of(world: World, week: int) -> str:
    """The API's name of a week of probation."""
    year, number, _ = monday(world, week).isocalendar()
    return f"{year}-W{number:02d}"


def turn_to(world: World, week: int, weekday: int, clock: str) -> datetime:
    """Move to a day of this week (Monday is 0); returns the moment."""
    begun = local(world.calendar.at(0, "12:00")).date()
    day = (monday(world, week) + timedelta(days=weekday) - begun).days
    world.calendar.turn_to(day, clock)
    return world.calendar.at(day, clock)


def report_loans(world: World, who: Somebody, week: int, count: int, of: str = FIRST) -> None:
    """Staff report a week's loans."""
    body = {"kind": "loans", "week": name_of(world, week), "count": count}
    told = world.voice(who).post(path(world, "evidence", of), body, nth=body["week"]).expect(201)
    same(told["source"], "stated", "where the number is from")


def report_backup(world: World, who: Somebody, made: datetime, of: str = FIRST) -> None:
    """Staff report a backup without errors."""
    body = {"kind": "backup", "at": made.isoformat(), "ok": True}
    world.voice(who).post(path(world, "evidence", of), body, nth="cadangan").expect(201)


def run_smoothly(world: World, mentor: Somebody, staff: Somebody, of: str = FIRST) -> None:
    """The mentor proposes that the automation runs smoothly, and the library confirms it; neither may do both."""
    proposed = world.voice(mentor).post(path(world, "smooth", of), nth="usul").expect(201)
    same(proposed["proposed_by"], world.people[mentor.email], "who proposed it")
    alone = world.voice(mentor).post(path(world, "smooth/confirmation", of), nth="sendiri")
    same(alone.status, 403, "the mentor who confirms it alone")
    confirmed = world.voice(staff).post(path(world, "smooth/confirmation", of)).expect(201)
    same(confirmed["stage"], "smooth", "the stage after both have said so")
