"""The checker of the trials names each fault that is planted into sound evidence, and finds none in sound evidence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.trials.checker.evidence import Evidence, Mail, history
from tests.trials.checker.findings import Promise
from tests.trials.checker.judge import judge
from tests.unit.trials.sound_evidence import ANI, BUDI, CITRA, sound

Plant = Callable[[Evidence], Evidence | None]


def test_sound_evidence_breaks_no_promise() -> None:
    assert judge(sound()) == []


def _events(found: Evidence) -> list[dict]:
    return found.services["events"].commits


def _inbox(found: Evidence) -> list[dict]:
    return found.services["notifications"].inbox


def lost_commit(found: Evidence) -> None:
    del found.services["members"].commits[1]


def acknowledged_as_accepted_and_stored_as_refused(found: Evidence) -> None:
    commit = found.services["notifications"].commits[0]
    commit |= {"events": [], "refused": "some-rule"}
    del commit["stream"]


def answered_at_another_position(found: Evidence) -> Evidence:
    return replace(found, history=[replace(found.history[0], position=2), *found.history[1:]])


def answered_with_another_seat(found: Evidence) -> None:
    _events(found)[1]["answer"] = {"seat": "line", "place": 1}


def doubled_commit(found: Evidence) -> None:
    commits = found.services["notifications"].commits
    commits.append({**commits[0], "_id": len(commits) + 1})


def doubled_event(found: Evidence) -> None:
    first = found.services["members"].commits[0]["events"]
    first.append({**first[0], "version": 2})


def doubled_attendance(found: Evidence) -> None:
    _events(found)[6]["events"].append({**_events(found)[6]["events"][0], "version": 2, "id": "other"})


def refused_and_taken(found: Evidence) -> None:
    _events(found)[5] |= {
        "stream": "topic-t",
        "events": [{"version": 1, "id": "t/1", "type": "TopicAdded", "data": {}}],
    }


def rejected_and_taken(found: Evidence) -> Evidence:
    return replace(
        found,
        history=[*found.history[:-2], replace(found.history[-2], outcome="rejected", status=403), found.history[-1]],
    )


def half_of_an_unknown_command(found: Evidence) -> None:
    _events(found)[6]["events"] = []
    _events(found)[6]["facts"] = []


def effect_that_nobody_asked_for(found: Evidence) -> None:
    _events(found)[1]["command_id"] = "nobody's"


def gap_in_positions(found: Evidence) -> None:
    found.services["notifications"].commits[-1]["_id"] += 1


def gap_in_versions(found: Evidence) -> None:
    _events(found)[4]["events"][1]["version"] = 9


def gap_in_facts(found: Evidence) -> None:
    _events(found)[6]["facts"][0]["n"] += 1


def fact_of_another_commit(found: Evidence) -> None:
    _events(found)[6]["facts"][0]["event"] = _events(found)[1]["events"][0]["id"]


def gap_in_an_inbox(found: Evidence) -> None:
    _inbox(found)[-1]["_id"] += 1


def missing_inbox_fact(found: Evidence) -> None:
    del found.services["members"].inbox[2]


def doubled_inbox_fact(found: Evidence) -> None:
    inbox = found.services["members"].inbox
    inbox.append({**inbox[-1], "_id": len(inbox) + 1})


def swapped_inbox_facts(found: Evidence) -> None:
    inbox = found.services["events"].inbox
    inbox[0], inbox[1] = {**inbox[1], "_id": 1}, {**inbox[0], "_id": 2}


def inbox_fact_with_other_words(found: Evidence) -> None:
    heard = found.services["events"].inbox[0]
    heard["envelope"] = {**heard["envelope"], "data": {"person": CITRA}}


def one_seat_too_many(found: Evidence) -> None:
    _events(found)[2]["events"][0] |= {"type": "SeatTaken"}


def line_overtaken(found: Evidence) -> None:
    _events(found)[4]["events"][1]["data"] = {"person": CITRA}


def nobody_promoted(found: Evidence) -> None:
    del _events(found)[4]["events"][1]


def wrong_place_in_line(found: Evidence) -> None:
    _events(found)[3]["events"][0]["data"]["place"] = 1


def wrong_row_of_seats(found: Evidence) -> None:
    found.services["events"].views["registrations"]["a1"]["taken"] = [ANI]


def missing_row_of_the_roster(found: Evidence) -> None:
    del found.services["members"].views["roster"][BUDI]


def row_of_the_roster_too_many(found: Evidence) -> None:
    found.services["members"].views["roster"]["dedi"] = {}


def entry_of_attendance_twice(found: Evidence) -> None:
    entries = found.services["events"].views["attendance"]["a2"]["entries"]
    entries.append(entries[0])


def stale_preference(found: Evidence) -> None:
    found.services["notifications"].views["preferences"][ANI]["language"] = "id"


def fact_that_nobody_was_told(found: Evidence) -> None:
    found.services["notifications"].commits[-1]["events"] = []


def message_without_a_delivery(found: Evidence) -> None:
    del found.deliveries[0]


def delivery_still_open(found: Evidence) -> None:
    found.deliveries[0]["state"] = "sending"


def missing_mail(found: Evidence) -> None:
    del found.mails[0]


def mail_under_another_identity(found: Evidence) -> None:
    found.mails.append(Mail("delivery of nothing", found.mails[0].to))


def mail_more_often_than_faults(found: Evidence) -> None:
    found.mails.extend([found.mails[0]] * 4)


def mail_to_somebody_else_too(found: Evidence) -> None:
    found.mails.append(Mail(found.mails[0].delivery, "lain@contoh.example"))


def missing_webhook(found: Evidence) -> None:
    del found.arrivals[2]


def swapped_webhooks(found: Evidence) -> None:
    found.arrivals[0:2] = [found.arrivals[1], found.arrivals[0]]


def webhook_with_other_words(found: Evidence) -> None:
    found.arrivals[0] = replace(found.arrivals[0], envelope={})


def webhook_repeated_with_other_words(found: Evidence) -> None:
    found.arrivals.append(replace(found.arrivals[0], envelope={}))


def webhook_under_another_number(found: Evidence) -> None:
    found.arrivals[0] = replace(found.arrivals[0], number=9)


def forged_webhook(found: Evidence) -> None:
    found.arrivals[0] = replace(found.arrivals[0], good=False)


def parked_fact(found: Evidence) -> None:
    found.services["events"].left["parked"] = 1


PLANTED: dict[Promise, tuple[Plant, ...]] = {
    Promise.NONE_LOST: (
        lost_commit,
        acknowledged_as_accepted_and_stored_as_refused,
        answered_at_another_position,
        answered_with_another_seat,
    ),
    Promise.NONE_TWICE: (doubled_commit, doubled_event, doubled_attendance),
    Promise.REFUSED_ABSENT: (refused_and_taken, rejected_and_taken),
    Promise.ALL_OR_NOTHING: (half_of_an_unknown_command,),
    Promise.NO_STRANGERS: (effect_that_nobody_asked_for,),
    Promise.NO_GAPS: (gap_in_positions, gap_in_versions, gap_in_facts, fact_of_another_commit, gap_in_an_inbox),
    Promise.HEARD_ONCE: (missing_inbox_fact, doubled_inbox_fact, swapped_inbox_facts, inbox_fact_with_other_words),
    Promise.SEATS: (one_seat_too_many, line_overtaken, nobody_promoted, wrong_place_in_line),
    Promise.VIEWS: (
        wrong_row_of_seats,
        missing_row_of_the_roster,
        row_of_the_roster_too_many,
        entry_of_attendance_twice,
        stale_preference,
    ),
    Promise.TOLD: (fact_that_nobody_was_told,),
    Promise.MAILS: (
        message_without_a_delivery,
        delivery_still_open,
        missing_mail,
        mail_under_another_identity,
        mail_more_often_than_faults,
        mail_to_somebody_else_too,
    ),
    Promise.WEBHOOKS: (
        missing_webhook,
        swapped_webhooks,
        webhook_with_other_words,
        webhook_repeated_with_other_words,
        webhook_under_another_number,
        forged_webhook,
    ),
    Promise.NOTHING_LEFT: (parked_fact,),
}


@pytest.mark.parametrize(
    ("promise", "plant"),
    [pytest.param(promise, plant, id=plant.__name__) for promise, plants in PLANTED.items() for plant in plants],
)
def test_a_planted_fault_is_named(promise: Promise, plant: Plant) -> None:
    evidence = sound()
    evidence = plant(evidence) or evidence
    assert promise in {finding.promise for finding in judge(evidence)}


def test_every_promise_has_a_planted_fault() -> None:
    assert set(PLANTED) == set(Promise)


def test_a_repeated_mail_and_a_repeated_webhook_under_the_same_identity_break_nothing() -> None:
    evidence = sound()
    evidence.mails.append(evidence.mails[0])
    evidence.arrivals.append(evidence.arrivals[0])
    assert judge(evidence) == []


def test_a_command_without_a_second_line_and_a_line_that_was_cut_off_are_unknown(tmp_path: Path) -> None:
    asked = {"command": "join", "caller": "b", "service": "members", "method": "POST", "path": "/p", "body": {}}
    lines = [json.dumps({"op": op, **asked, "key": f"k{op}", "sent": 0}) for op in (1, 2)]
    ended = json.dumps({"op": 1, "outcome": "ok", "status": 201, "position": "members@4", "answer": {}, "ended": 1})
    (tmp_path / "h").write_text("\n".join((*lines, ended, '{"op": 2, "outco')), "utf-8")
    found = history(tmp_path / "h")
    assert [(one.outcome, one.position) for one in found] == [("ok", 4), ("unknown", 0)]
