from dataclasses import replace
from datetime import timedelta

from services.kernel.testing import given
from services.mentoring.domain.report import REPORT, ReleaseReport, ReportReleased
from services.mentoring.domain.visit import VISIT, LogVisit, VisitLogged
from tests.unit.mentoring.sample_cases import LIBRARY, MONDAY, NOTE

VISITING = LogVisit(
    "m", LIBRARY, True, "mira", MONDAY, MONDAY, 90, "on-site", NOTE, NOTE, None, ("sri",), ("b-slims",)
)  # fmt: skip
RELEASING = ReleaseReport("m", LIBRARY, "sri", True, ("stage", "hours"), {"stage": "smooth", "hours": 12.5}, "digest")
VISITED = VisitLogged("m", LIBRARY, "mira", MONDAY, 90, "on-site", NOTE, NOTE, None, ("sri",), ("b-slims",))
RELEASED = ReportReleased("m", LIBRARY, "sri", ("hours", "stage"), {"hours": 12.5, "stage": "smooth"}, "digest")


def test_a_visit_is_entered_once_and_not_ahead_of_its_day() -> None:
    given(VISIT).when(VISITING).then(VISITED)
    given(VISIT, VISITED).when(VISITING).then()
    given(VISIT).when(replace(VISITING, day=MONDAY + timedelta(days=1))).refused("visit-lies-ahead")
    given(VISIT).when(replace(VISITING, open=False)).refused("mentorship-closed")


def test_only_staff_of_the_library_release_its_report() -> None:
    given(REPORT).when(RELEASING).then(RELEASED)
    given(REPORT, RELEASED).when(RELEASING).then()
    given(REPORT).when(replace(RELEASING, of_the_library=False)).refused("released-by-the-library")
