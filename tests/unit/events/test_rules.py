from datetime import datetime, timedelta

from services.events.domain.rules import RulesInForce
from services.events.views.rulebook import RulesRow, rules_at
from tests.unit.events.sample_events import BOARD_RULES, NOW, OPEN_RULES


def dated(since: datetime, rules: RulesInForce) -> RulesRow:
    return RulesRow(str(rules.version), rules.version, since.isoformat(), rules.speakers)


BEGINS = NOW + timedelta(days=7)
OLD = dated(NOW, BOARD_RULES)
NEW = dated(BEGINS, OPEN_RULES)


def test_until_the_board_has_set_rules_the_board_alone_speaks() -> None:
    assert rules_at([], NOW) == RulesInForce(0, "board")
    assert rules_at([NEW], NOW) == RulesInForce(0, "board")


def test_rules_are_in_force_from_their_date_on() -> None:
    for versions in ([OLD, NEW], [NEW, OLD]):
        assert rules_at(versions, BEGINS - timedelta(seconds=1)) == BOARD_RULES
        assert rules_at(versions, BEGINS) == OPEN_RULES


def test_of_two_at_the_same_moment_the_later_version_is_in_force() -> None:
    again = dated(BEGINS, RulesInForce(3, "board"))
    assert rules_at([again, NEW, OLD], BEGINS).version == 3
