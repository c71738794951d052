"""One of each event of accompanying a library, and the fact that it tells."""

from services.kernel.base.message import Event
from services.kernel.declare.process import DeadlinePassed
from services.mentoring.domain.access import EvidenceKeyIssued, InstallationNoted, LinkMade, PasswordsRotated
from services.mentoring.domain.evidence import WeekMissed
from services.mentoring.domain.opening import COMPANION, MentorAssigned, MentorReleased, MentorshipClosed
from services.mentoring.domain.report import ReportReleased
from services.mentoring.domain.smooth import (
    BlockerCleared,
    BlockerRaised,
    LibraryRegressed,
    LibrarySmooth,
    SmoothProposed,
)
from services.mentoring.domain.visit import VisitLogged
from tests.unit.mentoring.sample_cases import (
    LED,
    LIBRARY,
    LIVE,
    MONDAY,
    NOTE,
    OPENED,
    PILOT,
    WHOLE,
    after,
    assessed,
    backed_up,
    lent,
    passed,
)

VISITED = VisitLogged("m", LIBRARY, "mira", MONDAY, 90, "on-site", NOTE, NOTE, None, ("sri",), ("b-slims",))
RELEASED = ReportReleased("m", LIBRARY, "sri", ("hours", "stage"), {"hours": 12.5, "stage": "smooth"}, "digest")
CASE = "mentorship-m"
TOLD: list[tuple[str, Event, str | None]] = [
    (CASE, OPENED, "mentorship-opened"),
    (CASE, LED, "mentor-assigned"),
    (CASE, MentorAssigned(LIBRARY, "tono", COMPANION, ("mira", "tono")), "mentor-assigned"),
    (CASE, MentorReleased(LIBRARY, "tono", ("mira",)), None),
    (CASE, WHOLE, "readiness-assessed"),
    (CASE, assessed("budget"), "readiness-assessed"),
    (CASE, passed("installed"), "stage-passed"),
    (CASE, PILOT, "library-piloted"),
    (CASE, LIVE, "library-live"),
    (CASE, lent(0), "evidence-recorded"),
    (CASE, lent(1, 31, "measured"), "evidence-recorded"),
    (CASE, backed_up(1), "evidence-recorded"),
    (CASE, WeekMissed(LIBRARY, MONDAY), None),
    (CASE, BlockerRaised(LIBRARY, "b1", NOTE, "sri"), "blocker-raised"),
    (CASE, BlockerCleared(LIBRARY, "b1", "mira"), "blocker-cleared"),
    (CASE, SmoothProposed(LIBRARY, "mira", 4), "library-smooth-proposed"),
    (CASE, LibrarySmooth(LIBRARY, "mira", "sri", 4, 2), "library-smooth"),
    (CASE, LibraryRegressed(LIBRARY, NOTE, "smooth", MONDAY, "sri"), "library-regressed"),
    (CASE, MentorshipClosed(LIBRARY, "smooth", "rani"), "mentorship-closed"),
    (CASE, EvidenceKeyIssued("digest", "sri"), None),
    (CASE, LinkMade("digest", after(4), "sri"), None),
    (CASE, InstallationNoted("9.6.1", "school-server", "sri"), None),
    (CASE, PasswordsRotated(("database", "slims-admin"), "nina"), None),
    ("visit-v", VISITED, "visit-logged"),
    ("report-r", RELEASED, "report-released"),
    ("deadlines-probation-m", DeadlinePassed("probation", "m", "week", after(1, days=3)), None),
]
