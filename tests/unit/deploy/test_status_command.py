"""The table of `jejaring status`."""

from deploy.commands.status import Condition, ask, losses, table

STATUS = {"head": 1042, "facts": 812, "inbox": 7, "readers": {"roster": 0, "relay": 3}, "parked": 1, "strays": 0}


def test_a_status_line_shows_positions_and_the_slowest_readers_lag() -> None:
    header, line = table([Condition("members", ready=True, document=STATUS)])
    assert header.split() == ["service", "ready", "head", "facts", "inbox", "lag", "parked", "strays"]
    assert line.split() == ["members", "yes", "1042", "812", "7", "3", "1", "0"]


def test_a_service_that_answers_and_lacks_something_is_shown_as_degraded() -> None:
    _, line = table([Condition("members", ready=True, document=STATUS, degraded=True)])
    assert line.split()[:2] == ["members", "degraded"]


def test_columns_stand_under_each_other() -> None:
    lines = table([Condition("notifications", ready=False), Condition("members", ready=True, document=STATUS)])
    assert lines[0].index("ready") == lines[1].index("no ") == lines[2].index("yes")


def test_a_service_without_an_answer_is_not_ready_for_this_reason() -> None:
    condition = ask("members", "http://127.0.0.1:9")
    assert not condition.ready
    assert condition.reasons == ("no answer at http://127.0.0.1:9 (ConnectError)",)


def test_facts_that_a_restored_source_has_lost_are_told() -> None:
    condition = Condition("events", ready=True, document={"forgotten": {"members": 7, "mentoring": 0}})
    assert losses(condition) == ["events: heard 7 facts of members that members has lost in a restore"]
    assert losses(Condition("members", ready=True, document=STATUS)) == []
