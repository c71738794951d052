from datetime import timedelta

import pytest

from services.kernel.declare.policy import ANONYMOUS
from services.members.installation import install_board
from tests.services.members.harness import COORDINATOR, REGIONAL
from tests.support.sample_community import NOW


@pytest.fixture
def harness(new_harness):
    harness = new_harness()
    install_board(harness.parts, [])
    harness.settle()
    return harness


def test_the_board_changes_a_rule_from_a_date_on_and_earlier_versions_stay(harness):
    later = NOW + timedelta(days=14)
    reply = harness.post(COORDINATOR, "/v1/rules", {"in_force_from": later.isoformat(), "speakers": "open"})
    assert (reply.status, reply.body) == (201, {"rules": 2})
    first, second = harness.get(ANONYMOUS, "/v1/rules").body["items"]
    assert (first["version"], first["speakers"], first["in_force"]) == (1, "board", True)
    assert (second["version"], second["speakers"], second["in_force"]) == (2, "open", False)
    assert second["quiet_from"] == "20:00"
    (at,) = harness.get(ANONYMOUS, "/v1/rules", query={"at": (later + timedelta(hours=1)).isoformat()}).body["items"]
    assert at["version"] == 2
    harness.clock.advance(timedelta(days=15))
    assert [item["in_force"] for item in harness.get(ANONYMOUS, "/v1/rules").body["items"]] == [False, True]


def test_an_announced_version_neither_comes_early_nor_undoes_a_change_made_meanwhile(harness):
    day = NOW + timedelta(days=30)

    def rules(at):
        (found,) = harness.get(ANONYMOUS, "/v1/rules", query={"at": at.isoformat()}).body["items"]
        return found["speakers"], found["response_school_days"]

    harness.post(COORDINATOR, "/v1/rules", {"speakers": "open", "in_force_from": day.isoformat()})
    harness.post(COORDINATOR, "/v1/rules", {"response_school_days": 5})
    assert (rules(NOW), rules(day)) == (("board", 5), ("open", 5))
    told = [fact.data for fact in harness.facts() if fact.type == "rules-changed"][-2:]
    assert [(one["version"], one["speakers"], one["response_school_days"]) for one in told] == [
        (3, "board", 5),
        (4, "open", 5),
    ]


def test_no_rules_are_shown_for_a_time_before_the_first_version(harness):
    assert harness.get(ANONYMOUS, "/v1/rules", query={"at": (NOW - timedelta(days=1)).isoformat()}).body["items"] == []


def test_rules_are_changed_by_the_board_alone(harness):
    assert harness.post(ANONYMOUS, "/v1/rules", {"speakers": "open"}).status == 401
    assert harness.post(REGIONAL, "/v1/rules", {"speakers": "open"}).status == 403


def test_bad_rules_are_malformed(harness):
    for change in (
        {"speakers": "everybody"},
        {"quiet_from": "25:00"},
        {"quiet_from": "8"},
        {"probation_weeks": -1},
        {"probation_weeks": "4"},
        {"certificate_minimum": 2},
        {"in_force_from": "2026-03-02T10:00"},
        {"in_force_from": "9999-12-31T23:59:59-12:00"},
        {"fee": 1},
    ):
        assert harness.post(COORDINATOR, "/v1/rules", change).status == 400, change


def test_rules_are_not_made_for_the_past(harness):
    past = (NOW - timedelta(days=30)).isoformat()
    reply = harness.post(COORDINATOR, "/v1/rules", {"in_force_from": past, "speakers": "open"})
    assert (reply.status, reply.body["rule"]) == (422, "rules-are-not-retroactive")


def test_school_days_come_in_the_weeks_order_and_holidays_once_each(harness):
    body = {"school_days": ["sat", "mon", "mon"], "holidays": ["2026-04-03", "2026-03-19", "2026-03-19"]}
    assert harness.post(COORDINATOR, "/v1/rules", body).status == 201
    newest = harness.get(ANONYMOUS, "/v1/rules").body["items"][-1]
    assert (newest["school_days"], newest["holidays"]) == (["mon", "sat"], ["2026-03-19", "2026-04-03"])
    assert (newest["response_school_days"], newest["pilot_level"], newest["announcement_second_above"]) == (2, 3, 50)


def test_the_fact_about_changed_rules_holds_every_rule(harness):
    fact = next(fact for fact in harness.facts() if fact.type == "rules-changed")
    assert fact.data["school_days"] == ["mon", "tue", "wed", "thu", "fri"]
    assert (fact.data["pilot_able_people"], fact.data["holidays"]) == (1, [])


def test_days_that_no_week_has_and_levels_that_no_scale_has_are_malformed(harness):
    for body in ({"school_days": ["senin"]}, {"school_days": []}, {"pilot_level": 5}, {"holidays": ["besok"]}):
        assert harness.post(COORDINATOR, "/v1/rules", body).status == 400
