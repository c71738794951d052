from dataclasses import replace

import pytest

from services.kernel.base.problem import NotFound
from services.kernel.testing import given
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.progress import GoLive, LibraryLive, PassStage
from services.mentoring.domain.rules import RulesInForce
from tests.support.sample_community import NOW
from tests.unit.mentoring.sample_cases import (
    LED,
    LIBRARY,
    LIVE,
    NOTE,
    OPENED,
    RULES,
    TEMPLATE,
    WHOLE,
    after,
    before,
    passed,
)  # fmt: skip

ITEMS = ("software-runs", "admin-password-changed", "backup-planned", "network-access")
INSTALLED = PassStage("installed", ITEMS, TEMPLATE, "mira", NOTE)


def test_a_stage_is_passed_with_its_checklist_and_its_evidence() -> None:
    given(MENTORSHIP, *before("installed")).when(INSTALLED).then(passed("installed"))
    link = replace(INSTALLED, note=None, link="https://contoh.id/foto")
    assert given(MENTORSHIP, *before("installed")).when(link).events[0] == replace(
        passed("installed"), note=None, link="https://contoh.id/foto"
    )


def test_what_is_not_required_may_be_left_out() -> None:
    outcome = given(MENTORSHIP, *before("installed")).when(replace(INSTALLED, items=ITEMS[:3]))
    outcome.then(replace(passed("installed"), items=ITEMS[:3]))


def test_a_checklist_that_is_not_complete() -> None:
    given(MENTORSHIP, *before("installed")).when(replace(INSTALLED, items=ITEMS[1:])).refused("checklist-incomplete")


def test_a_stage_that_nothing_shows() -> None:
    given(MENTORSHIP, *before("installed")).when(replace(INSTALLED, note=None)).refused("stage-needs-evidence")


def test_stages_are_passed_one_after_the_other() -> None:
    for stage in ("ready", "agreed", "data-entry", "circulation-live"):
        given(MENTORSHIP, *before("installed")).when(replace(INSTALLED, stage=stage)).refused("stage-out-of-order")


def test_a_library_may_be_accompanied_without_being_a_pilot() -> None:
    history = (OPENED, LED, WHOLE, passed("ready"))
    agreed = PassStage("agreed", ("goal-written", "contact-named"), TEMPLATE, "mira")
    given(MENTORSHIP, *history).when(agreed).then(replace(passed("agreed"), note=None))


def test_probation_and_smooth_are_reached_by_what_happens() -> None:
    for stage in ("wanted", "probation", "smooth"):
        given(MENTORSHIP, *before("probation")).when(replace(INSTALLED, stage=stage)).refused("not-passed-by-hand")


def test_a_stage_that_the_template_has_not() -> None:
    with pytest.raises(NotFound):
        given(MENTORSHIP, OPENED).when(replace(INSTALLED, stage="celebrated"))


def test_going_live_begins_probation_under_the_rules_of_that_moment() -> None:
    live = GoLive(TEMPLATE, RULES, "mira", NOW)
    given(MENTORSHIP, *before("probation")).when(live).then(LIVE)
    later = replace(live, rules=RulesInForce(version=7, probation_weeks=2), at=after(0, days=1))
    # From a Tuesday on the first whole week is the next.
    given(MENTORSHIP, *before("probation")).when(later).then(LibraryLive(LIBRARY, 2, 7, after(1).date(), "mira"))
    given(MENTORSHIP, *before("probation"), LIVE).when(live).then()


def test_it_goes_live_after_circulation_was_moved_and_not_before() -> None:
    given(MENTORSHIP, *before("circulation-live")).when(GoLive(TEMPLATE, RULES, "mira", NOW)).refused(
        "stage-out-of-order"
    )
