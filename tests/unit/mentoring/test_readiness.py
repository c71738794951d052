from dataclasses import replace

from services.kernel.testing import given
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.progress import PassStage
from services.mentoring.domain.readiness import CONDITIONS, AssessReadiness, Condition
from tests.unit.mentoring.sample_cases import LED, OPENED, TEMPLATE, WHOLE, assessed, passed

ITEMS = ("head-agrees", "operator-named", "collection-counted")


def found(*missing: str) -> AssessReadiness:
    return AssessReadiness(tuple(Condition(name, name not in missing) for name in reversed(CONDITIONS)), "mira")


def test_an_assessment_says_what_is_there_and_what_is_missing() -> None:
    given(MENTORSHIP, OPENED).when(found()).then(WHOLE)
    given(MENTORSHIP, OPENED).when(found("budget", "support")).then(assessed("budget", "support"))


def test_every_condition_is_assessed_once() -> None:
    some = replace(found(), conditions=found().conditions[1:])
    given(MENTORSHIP, OPENED).when(some).refused("every-condition-once")
    twice = replace(found(), conditions=(*found().conditions, Condition("power", present=True)))
    given(MENTORSHIP, OPENED).when(twice).refused("every-condition-once")


def test_a_later_assessment_takes_the_place_of_the_former() -> None:
    assert given(MENTORSHIP, OPENED, assessed("power"), WHOLE).state.lacking == ()


def test_ready_needs_an_assessment_without_what_the_template_needs_missing() -> None:
    ready = PassStage("ready", ITEMS, TEMPLATE, "mira")
    given(MENTORSHIP, OPENED, LED).when(ready).refused("readiness-not-assessed")
    given(MENTORSHIP, OPENED, LED, assessed("power")).when(ready).refused("not-ready")
    # A budget is not needed to begin with: free software, given hours.
    outcome = given(MENTORSHIP, OPENED, LED, assessed("budget")).when(ready)
    assert outcome.events == (replace(passed("ready"), note=None),)
