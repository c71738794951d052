"""Cases in these tests, with whatever does not matter made up."""

from datetime import date, datetime, timedelta

from services.kernel.base.message import Event
from services.mentoring.domain.case import Library, Note
from services.mentoring.domain.evidence import BackupReported, LoansCounted
from services.mentoring.domain.opening import BY_WISH, LEAD, MentorAssigned, MentorshipOpened
from services.mentoring.domain.pilot import Heard, PilotDesignated, PilotRules
from services.mentoring.domain.progress import LibraryLive, StagePassed
from services.mentoring.domain.readiness import CONDITIONS, Condition, ReadinessAssessed
from services.mentoring.domain.rules import RulesInForce
from services.mentoring.domain.weeks import WEEK
from services.mentoring.templates import templates
from tests.support.sample_community import KEDIRI, NOW

TEMPLATE = templates()["slims-1"]
LIBRARY = Library("sman-4", KEDIRI)
NOTE = Note("mira", "sealed")
RULES = RulesInForce(version=2)
MONDAY = date(2026, 3, 2)
"""The day of ``NOW``."""

OPENED = MentorshipOpened(LIBRARY, "slims", "slims-1", "sri", NOTE, BY_WISH)
LED = MentorAssigned(LIBRARY, "mira", LEAD, ("mira",))
WHOLE = ReadinessAssessed(LIBRARY, tuple(Condition(name, present=True) for name in CONDITIONS), 6, (), "mira")
PILOT = PilotDesignated(LIBRARY, "slims-1", Heard(("g1", "g2", "g3"), ("sri",)), PilotRules(2, 3, 1, 3), "rani")
LIVE = LibraryLive(LIBRARY, 4, 2, MONDAY, "mira")


def assessed(*missing: str) -> ReadinessAssessed:
    """An assessment that found these conditions missing."""
    conditions = tuple(Condition(name, present=name not in missing) for name in CONDITIONS)
    return ReadinessAssessed(LIBRARY, conditions, 6 - len(missing), missing, "mira")


def passed(stage: str) -> StagePassed:
    """A stage that was passed with all it needs."""
    known = TEMPLATE.stage(stage)
    assert known is not None
    items = tuple(item.item for item in known.items)
    return StagePassed(LIBRARY, stage, "slims-1", items, NOTE, None, known.units, "mira")


def before(stage: str) -> tuple[Event, ...]:
    """The history of a pilot that may pass this stage next."""
    way = (
        OPENED,
        LED,
        WHOLE,
        passed("ready"),
        PILOT,
        passed("installed"),
        passed("data-entry"),
        passed("circulation-live"),
    )
    order = ["ready", "agreed", "installed", "data-entry", "circulation-live", "probation"]
    return way[: 3 + order.index(stage)]


def on_probation() -> tuple[Event, ...]:
    """The history of a library that went live on a Monday."""
    return (*before("probation"), LIVE)


def lent(week: int, count: int = 7, source: str = "stated") -> LoansCounted:
    """Loans in the n-th week of probation, from 0."""
    return LoansCounted(LIBRARY, MONDAY + week * WEEK, count, source, "sri")


def backed_up(week: int, ok: bool = True) -> BackupReported:
    """A backup on the Wednesday of the n-th week."""
    return BackupReported(LIBRARY, after(week, days=2), ok, "stated", "sri")


def after(weeks: int, days: float = 0) -> datetime:
    """A moment so much later than the Monday of ``NOW``."""
    return NOW + weeks * WEEK + timedelta(days=days)
