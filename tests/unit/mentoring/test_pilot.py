from dataclasses import replace

import pytest
from hypothesis import given as every
from hypothesis import strategies as some

from services.kernel.base.problem import Refused
from services.kernel.testing import given
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.pilot import DesignatePilot, Heard, PilotDesignated, PilotRules
from services.mentoring.domain.rules import RulesInForce
from tests.support.sample_community import NOW
from tests.unit.mentoring.sample_cases import LIBRARY, OPENED, PILOT, RULES, TEMPLATE, WHOLE, assessed, before

HEARD = Heard(("g1", "g2", "g3"), ("sri",))
WISH = DesignatePilot(HEARD, RULES, TEMPLATE, "rani", NOW)


def test_a_library_is_named_when_its_staff_have_learnt_and_everything_is_there() -> None:
    given(MENTORSHIP, *before("agreed")).when(WISH).then(PILOT)
    assert given(MENTORSHIP, *before("agreed"), PILOT).state.stage == "agreed"
    given(MENTORSHIP, *before("agreed"), PILOT).when(WISH).then()


def test_too_few_gatherings_are_told_with_how_many_there_are_and_what_else_is_in_the_way() -> None:
    wish = replace(WISH, heard=Heard(("g1", "g1"), ()))
    with pytest.raises(Refused) as caught:
        MENTORSHIP.decide(wish, given(MENTORSHIP, OPENED, assessed("budget")).state)
    refused = caught.value
    assert refused.rule == "pilot-needs-gatherings"
    told = {name: refused.extensions[name] for name in ("have", "need", "rules", "also")}
    assert told == {"have": 1, "need": 3, "rules": 2, "also": ["pilot-needs-able-operator", "pilot-needs-readiness"]}


def test_nobody_who_is_able() -> None:
    given(MENTORSHIP, *before("agreed")).when(replace(WISH, heard=Heard(HEARD.gatherings, ()))).refused(
        "pilot-needs-able-operator"
    )


def test_a_pilot_needs_more_to_be_there_than_others() -> None:
    history = (*before("agreed"), assessed("budget"))
    given(MENTORSHIP, *history).when(WISH).refused("pilot-needs-readiness")
    given(MENTORSHIP, OPENED).when(WISH).refused("pilot-needs-readiness")


def test_it_is_agreed_in_its_turn() -> None:
    given(MENTORSHIP, OPENED, WHOLE).when(WISH).refused("stage-out-of-order")
    given(MENTORSHIP, *before("data-entry")[:-2], *before("data-entry")[-1:]).when(WISH).refused("stage-out-of-order")


def test_the_numbers_are_those_of_the_rules_in_force_and_kept_with_the_decision() -> None:
    later = RulesInForce(version=5, pilot_after_gatherings=1, pilot_able_people=0, pilot_level=4)
    heard = Heard(("g1",), ())
    outcome = given(MENTORSHIP, *before("agreed")).when(replace(WISH, heard=heard, rules=later))
    outcome.then(PilotDesignated(LIBRARY, "slims-1", heard, PilotRules(5, 1, 0, 4), "rani"))


@every(
    have=some.sets(some.sampled_from("abcdef")),
    able=some.sets(some.sampled_from("xyz")),
    missing=some.sets(some.sampled_from(("computers", "network", "power", "operator", "budget", "support"))),
    need=some.integers(0, 6),
    people=some.integers(0, 3),
)
def test_nobody_is_named_against_any_of_the_three_conditions(
    have: set[str], able: set[str], missing: set[str], need: int, people: int
) -> None:
    rules = RulesInForce(version=1, pilot_after_gatherings=need, pilot_able_people=people)
    wish = DesignatePilot(Heard(tuple(sorted(have)), tuple(sorted(able))), rules, TEMPLATE, "rani", NOW)
    outcome = given(MENTORSHIP, *before("agreed"), assessed(*sorted(missing))).when(wish)
    meets = len(have) >= need and len(able) >= people and not missing
    assert bool(outcome.events) == meets
