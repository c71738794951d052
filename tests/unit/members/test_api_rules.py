from datetime import timedelta

from services.members.installation import install_board
from tests.unit.members.stage import COORDINATOR, NOW, REGIONAL, Stage


def stage_with_rules():
    stage = Stage()
    install_board(stage.parts, [])
    stage.follow()
    return stage


def test_the_board_changes_a_rule_from_a_date_on_and_earlier_versions_stay():
    stage = stage_with_rules()
    later = NOW + timedelta(days=14)
    reply = stage.post("/v1/rules", {"in_force_from": later.isoformat(), "speakers": "open"}, actor=COORDINATOR)
    assert (reply.status, reply.body) == (201, {"rules": 2})
    first, second = stage.get("/v1/rules").body["items"]
    assert (first["version"], first["speakers"], first["in_force"]) == (1, "board", True)
    assert (second["version"], second["speakers"], second["in_force"]) == (2, "open", False)
    assert second["quiet_from"] == "20:00"
    (at,) = stage.get("/v1/rules", at=(later + timedelta(hours=1)).isoformat()).body["items"]
    assert at["version"] == 2
    stage.clock.advance(timedelta(days=15))
    assert [item["in_force"] for item in stage.get("/v1/rules").body["items"]] == [False, True]


def test_what_is_announced_neither_comes_early_nor_undoes_what_is_changed_meanwhile():
    stage = stage_with_rules()
    day = NOW + timedelta(days=30)

    def rules(at):
        (found,) = stage.get("/v1/rules", at=at.isoformat()).body["items"]
        return found["speakers"], found["response_school_days"]

    stage.post("/v1/rules", {"speakers": "open", "in_force_from": day.isoformat()}, actor=COORDINATOR)
    stage.post("/v1/rules", {"response_school_days": 5}, actor=COORDINATOR)
    assert (rules(NOW), rules(day)) == (("board", 5), ("open", 5))
    told = [fact.data for fact in stage.facts() if fact.type == "rules-changed"][-2:]
    assert [(one["version"], one["speakers"], one["response_school_days"]) for one in told] == [
        (3, "board", 5),
        (4, "open", 5),
    ]


def test_a_time_before_all_rules_has_none():
    stage = stage_with_rules()
    assert stage.get("/v1/rules", at=(NOW - timedelta(days=1)).isoformat()).body["items"] == []


def test_rules_are_changed_by_the_board_alone():
    stage = stage_with_rules()
    assert stage.post("/v1/rules", {"speakers": "open"}).status == 401
    assert stage.post("/v1/rules", {"speakers": "open"}, actor=REGIONAL).status == 403


def test_bad_rules_are_malformed():
    stage = stage_with_rules()
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
        assert stage.post("/v1/rules", change, actor=COORDINATOR).status == 400, change


def test_rules_are_not_made_for_the_past():
    stage = stage_with_rules()
    past = (NOW - timedelta(days=30)).isoformat()
    reply = stage.post("/v1/rules", {"in_force_from": past, "speakers": "open"}, actor=COORDINATOR)
    assert (reply.status, reply.body["rule"]) == (422, "rules-are-not-retroactive")


def test_school_days_come_in_the_weeks_order_and_holidays_once_each():
    stage = stage_with_rules()
    body = {"school_days": ["sat", "mon", "mon"], "holidays": ["2026-04-03", "2026-03-19", "2026-03-19"]}
    assert stage.post("/v1/rules", body, actor=COORDINATOR).status == 201
    newest = stage.get("/v1/rules").body["items"][-1]
    assert (newest["school_days"], newest["holidays"]) == (["mon", "sat"], ["2026-03-19", "2026-04-03"])
    assert (newest["response_school_days"], newest["pilot_level"], newest["announcement_second_above"]) == (2, 3, 50)


def test_rules_are_told_whole():
    fact = next(fact for fact in stage_with_rules().facts() if fact.type == "rules-changed")
    assert fact.data["school_days"] == ["mon", "tue", "wed", "thu", "fri"]
    assert (fact.data["pilot_able_people"], fact.data["holidays"]) == (1, [])


def test_days_that_no_week_has_and_levels_that_no_scale_has_are_malformed():
    stage = stage_with_rules()
    for body in ({"school_days": ["senin"]}, {"school_days": []}, {"pilot_level": 5}, {"holidays": ["besok"]}):
        assert stage.post("/v1/rules", body, actor=COORDINATOR).status == 400
