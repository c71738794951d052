from datetime import UTC, datetime, timedelta

from services.kernel.testing import given
from services.members.domain.rules import RULES, ChangeRules, RulesChanged, RuleSet

AT = datetime(2026, 3, 2, tzinfo=UTC)
FIRST = RulesChanged(1, AT, RuleSet())
OPEN = RuleSet(speakers="open")


def test_the_first_rules_are_the_communitys_own():
    given(RULES).when(ChangeRules(AT, AT)).then(RulesChanged(1, AT, RuleSet()))


def test_a_change_makes_a_version_and_leaves_the_other_rules():
    later = AT + timedelta(days=14)
    given(RULES, FIRST).when(ChangeRules(later, AT, speakers="open")).then(RulesChanged(2, later, OPEN))


def test_a_change_of_nothing_makes_no_version():
    given(RULES, FIRST).when(ChangeRules(AT + timedelta(days=1), AT, speakers="board")).then()


def test_a_change_builds_on_what_has_been_announced():
    announced = RulesChanged(2, AT + timedelta(days=30), OPEN)
    given(RULES, FIRST, announced).when(ChangeRules(AT, AT, probation_weeks=6)).then(
        RulesChanged(3, AT, RuleSet(speakers="open", probation_weeks=6))
    )


def test_nothing_is_ruled_for_the_past():
    past = AT - timedelta(days=2)
    given(RULES, FIRST).when(ChangeRules(past, AT, speakers="open")).refused("rules-are-not-retroactive")


def test_a_rule_may_begin_with_the_present_day():
    given(RULES, FIRST).when(ChangeRules(AT - timedelta(hours=9), AT, speakers="open")).then(
        RulesChanged(2, AT - timedelta(hours=9), OPEN)
    )


def test_each_moment_has_its_rules():
    second = RulesChanged(2, AT + timedelta(days=14), OPEN)
    rulebook = given(RULES, FIRST, second).state
    assert rulebook.in_force(AT - timedelta(seconds=1)) is None
    assert rulebook.in_force(AT) == FIRST
    assert rulebook.in_force(AT + timedelta(days=13)) == FIRST
    assert rulebook.in_force(AT + timedelta(days=14)) == second


def test_of_two_versions_from_the_same_moment_the_newer_is_in_force():
    again = RulesChanged(2, AT, OPEN)
    assert given(RULES, FIRST, again).state.in_force(AT) == again


def test_school_days_and_what_a_pilot_needs_are_ruled_too():
    change = ChangeRules(AT, AT, school_days=("mon", "sat"), holidays=("2026-03-19",), pilot_able_people=2)
    ruled = RuleSet(school_days=("mon", "sat"), holidays=("2026-03-19",), pilot_able_people=2)
    given(RULES, FIRST).when(change).then(RulesChanged(2, AT, ruled))
