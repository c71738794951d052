from datetime import timedelta

from services.events.domain.rules import DatedRules, RulesInForce, in_force
from tests.unit.events.acts import BOARD_RULES, NOW, OPEN_RULES

OLD = DatedRules(NOW, BOARD_RULES)
NEW = DatedRules(NOW + timedelta(days=7), OPEN_RULES)


def test_until_the_board_has_set_rules_the_board_alone_speaks() -> None:
    assert in_force([], NOW) == RulesInForce(0, "board")
    assert in_force([NEW], NOW) == RulesInForce(0, "board")


def test_rules_are_in_force_from_their_date_on() -> None:
    for versions in ([OLD, NEW], [NEW, OLD]):
        assert in_force(versions, NEW.in_force_from - timedelta(seconds=1)) == BOARD_RULES
        assert in_force(versions, NEW.in_force_from) == OPEN_RULES


def test_of_two_at_the_same_moment_the_later_version_is_in_force() -> None:
    again = DatedRules(NEW.in_force_from, RulesInForce(3, "board"))
    assert in_force([again, NEW, OLD], NEW.in_force_from).version == 3
