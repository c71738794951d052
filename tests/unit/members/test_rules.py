from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given as always
from hypothesis import strategies as some

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


ANNOUNCED = RulesChanged(2, AT + timedelta(days=30), OPEN)


def test_a_change_builds_on_what_is_in_force_and_what_is_announced_carries_it_on():
    given(RULES, FIRST, ANNOUNCED).when(ChangeRules(AT, AT, probation_weeks=6)).then(
        RulesChanged(3, AT, RuleSet(probation_weeks=6)),
        RulesChanged(4, ANNOUNCED.in_force_from, RuleSet(speakers="open", probation_weeks=6)),
    )


def test_an_announced_version_keeps_the_rules_that_it_changes():
    shorter = RulesChanged(3, AT + timedelta(days=60), RuleSet(speakers="open", probation_weeks=2))
    change = ChangeRules(AT, AT, probation_weeks=6, response_school_days=5)
    given(RULES, FIRST, ANNOUNCED, shorter).when(change).then(
        RulesChanged(4, AT, RuleSet(probation_weeks=6, response_school_days=5)),
        RulesChanged(5, ANNOUNCED.in_force_from, replace(OPEN, probation_weeks=6, response_school_days=5)),
        RulesChanged(6, shorter.in_force_from, replace(shorter.rules, response_school_days=5)),
    )


def test_versions_after_a_version_that_names_the_rule_keep_the_rule():
    closed = RulesChanged(3, AT + timedelta(days=60), replace(OPEN, probation_weeks=2))
    given(RULES, FIRST, ANNOUNCED, closed).when(ChangeRules(AT + timedelta(days=1), AT, speakers="board")).then()
    given(RULES, ANNOUNCED, closed).when(ChangeRules(AT, AT, speakers="board")).then(RulesChanged(3, AT, RuleSet()))


def test_a_change_builds_on_what_is_announced_before_it_begins():
    later = AT + timedelta(days=31)
    given(RULES, FIRST, ANNOUNCED).when(ChangeRules(later, AT, probation_weeks=6)).then(
        RulesChanged(3, later, replace(OPEN, probation_weeks=6))
    )


CHANGES = some.lists(
    some.tuples(
        some.integers(0, 9),
        some.sampled_from(["speakers", "probation_weeks", "pilot_level"]),
        some.integers(1, 4),
    ),
    max_size=8,
)


@always(CHANGES)
def test_a_change_of_rules_changes_the_named_rules_alone_from_its_day_on(changes):
    """Until the next version that names the rule; and never anything of the days before."""
    history = [RulesChanged(1, AT - timedelta(days=1), RuleSet())]
    for day, rule, number in changes:
        value = ("board", "open")[number % 2] if rule == "speakers" else number
        begins = AT + timedelta(days=day)
        before, book = history[:], RULES.fold(history)
        history += given(RULES, *history).when(ChangeRules(begins, AT, **{rule: value})).events
        after = RULES.fold(history)
        carried = True
        standing = book.in_force(begins).rules
        for n in range(10):
            at = AT + timedelta(days=n)
            was, now = book.in_force(at).rules, after.in_force(at).rules
            if n < day:
                assert now == was
                continue
            carried = carried and getattr(was, rule) == getattr(standing, rule)
            assert now == (replace(was, **{rule: value}) if carried else was)
        assert history[: len(before)] == before
        assert [version.version for version in history] == list(range(1, len(history) + 1))


def test_rules_cannot_begin_in_the_past():
    past = AT - timedelta(days=2)
    given(RULES, FIRST).when(ChangeRules(past, AT, speakers="open")).refused("rules-are-not-retroactive")


def test_a_rule_may_begin_with_the_present_day():
    given(RULES, FIRST).when(ChangeRules(AT - timedelta(hours=9), AT, speakers="open")).then(
        RulesChanged(2, AT - timedelta(hours=9), OPEN), RulesChanged(3, AT, OPEN)
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


def test_school_days_and_conditions_of_a_pilot_are_rules():
    change = ChangeRules(AT, AT, school_days=("mon", "sat"), holidays=("2026-03-19",), pilot_able_people=2)
    ruled = RuleSet(school_days=("mon", "sat"), holidays=("2026-03-19",), pilot_able_people=2)
    given(RULES, FIRST).when(change).then(RulesChanged(2, AT, ruled))
