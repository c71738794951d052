from dataclasses import replace
from datetime import timedelta

from services.kernel.testing import given
from services.mentoring.domain.report import REPORT, ReleaseReport
from services.mentoring.domain.visit import VISIT, LogVisit
from tests.unit.mentoring.mentorship_told import RELEASED, VISITED
from tests.unit.mentoring.sample_cases import LIBRARY, MONDAY, NOTE

VISITING = LogVisit(
    "m", LIBRARY, True, "mira", MONDAY, MONDAY, 90, "on-site", NOTE, NOTE, None, ("sri",), ("b-slims",)
)  # fmt: skip
RELEASING = ReleaseReport("m", LIBRARY, "sri", True, ("stage", "hours"), {"stage": "smooth", "hours": 12.5}, "digest")


def test_a_visit_is_entered_once_and_after_it_was_made() -> None:
    given(VISIT).when(VISITING).then(VISITED)
    given(VISIT, VISITED).when(VISITING).then()
    given(VISIT).when(replace(VISITING, day=MONDAY + timedelta(days=1))).refused("visit-lies-ahead")
    given(VISIT).when(replace(VISITING, open=False)).refused("mentorship-closed")


def test_the_library_releases_its_report_and_nobody_for_it() -> None:
    given(REPORT).when(RELEASING).then(RELEASED)
    given(REPORT, RELEASED).when(RELEASING).then()
    given(REPORT).when(replace(RELEASING, of_the_library=False)).refused("released-by-the-library")
