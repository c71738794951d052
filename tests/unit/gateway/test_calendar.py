import time

from hypothesis import given
from hypothesis import strategies as st

from gateway.composed.calendar import calendar_text, fold
from gateway.edge.cache import KEPT_SECONDS
from tests.unit.gateway.harness import FakeAnswer
from tests.unit.gateway.sample_community import activity, items


def unfolded(text):
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").split("\r\n")


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=400))
def test_no_line_is_longer_than_75_octets_and_nothing_is_lost_by_folding(line):
    folded = fold(line)
    assert all(len(part.encode()) <= 75 for part in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == line


def test_an_activity_is_an_event_with_a_stable_uid_and_its_version_as_sequence():
    lines = unfolded(calendar_text([activity()], "kediri.example", "Komunitas Contoh", "http://x"))
    assert "UID:a1@kediri.example" in lines
    assert "SEQUENCE:3" in lines
    assert "DTSTART:20260314T020000Z" in lines
    assert "DTEND:20260314T043000Z" in lines
    assert "STATUS:CONFIRMED" in lines
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]


def test_the_calendar_keeps_cancelled_and_omits_planned_activities():
    lines = unfolded(calendar_text([activity(state="cancelled"), activity(state="planned")], "h", "c", "s"))
    assert lines.count("BEGIN:VEVENT") == 1
    assert "STATUS:CANCELLED" in lines


def test_a_title_cannot_break_out_of_its_line():
    wicked = activity(title="a, b; c\\d\r\nEND:VEVENT\nATTACH:x\x07")
    lines = unfolded(calendar_text([wicked], "h", "c", "s"))
    assert r"SUMMARY:a\, b\; c\\d\nEND:VEVENT\nATTACH:x" in lines
    assert lines.count("END:VEVENT") == 1


def test_the_feed_pages_through_all_and_answers_304_while_nothing_changed(harness, client):
    def page(asked):
        if "after=second" in asked.query:
            return items(activity(activity="a2"))
        return FakeAnswer({"items": [activity()], "next": "second"})

    harness.events.on("GET /v1/activities", page)
    answer = client.get("/calendar.ics?region=kota-kediri")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.text.count("BEGIN:VEVENT") == 2
    assert "region=kota-kediri" in harness.events.received[0].query
    again = client.get("/calendar.ics?region=kota-kediri", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    time.sleep(KEPT_SECONDS + 0.05)
    harness.events.on("GET /v1/activities", items(activity(version=4)))
    later = client.get("/calendar.ics?region=kota-kediri", headers={"If-None-Match": answer.headers["etag"]})
    assert later.status_code == 200


def test_with_events_down_the_calendar_is_503_and_never_empty(harness, client):
    harness.events.down()
    assert client.get("/calendar.ics").status_code == 503
