"""One's own preferences and inbox."""

from datetime import timedelta

import pytest

from services.kernel.base.message import Metadata
from services.kernel.commands.decider import CommandEnvelope
from services.kernel.declare.policy import ANONYMOUS, Actor
from services.notifications.domain.message import MESSAGE, Kind, PlanMessage, Variable
from tests.services.notifications.harness import NotificationsHarness
from tests.support.service_databases import ServiceDatabases
from tests.unit.notifications.facts import START, STARTS

TONO = Actor("person", "tono")
PATH = "/v1/me/preferences"
ALL_CHOSEN = {
    "email": False,
    "language": "en",
    "telegram": True,
    "matters": {
        "registrations": "singly",
        "reminders": "off",
        "activities": "digest",
        "topics": "singly",
        "consultations": "singly",
        "mentoring": "singly",
        "announcements": "off",
    },
    "regions": {"follow": ["kota-blitar"], "mute": ["nganjuk"]},
    "quiet": {"from": "12:00", "until": "13:30"},
    "digest": {"every": "week", "day": "fri", "at": "06:30"},
}


@pytest.fixture
def harness(service_databases: ServiceDatabases) -> NotificationsHarness:
    return service_databases.harness(NotificationsHarness)


def plan_message(harness: NotificationsHarness, fact: str, *people: str, kind: Kind = Kind.SEAT_TAKEN) -> None:
    """Tell people of a seat, one minute after the message before."""
    harness.clock.advance(timedelta(minutes=1))
    named = (Variable("title", f"Kegiatan {fact}"), Variable("starts", STARTS.isoformat()))
    command = PlanMessage(fact, kind, people, named, START + timedelta(days=9), activity="a", region="kediri")
    harness.application.core.commands.take(MESSAGE, CommandEnvelope(command, fact, fact, Metadata(correlation=fact)))


def test_a_person_who_has_chosen_nothing_is_mailed_singly(harness: NotificationsHarness) -> None:
    shown = harness.get(TONO, PATH).body
    assert (shown["email"], shown["telegram"], shown["quiet"]) == (True, False, None)
    assert set(shown["matters"].values()) == {"singly"}
    assert harness.get(ANONYMOUS, PATH).status == 401


def test_every_choice_is_kept_as_it_was_made(harness: NotificationsHarness) -> None:
    assert harness.call(TONO, "PUT", PATH, ALL_CHOSEN).body == ALL_CHOSEN
    assert harness.get(TONO, PATH).body == ALL_CHOSEN
    assert harness.get(Actor("person", "sri"), PATH).body["email"] is True


@pytest.mark.parametrize("left_out", [name for name in ALL_CHOSEN if name != "email"])
def test_a_field_that_is_not_sent_keeps_its_value(harness: NotificationsHarness, left_out: str) -> None:
    harness.call(TONO, "PUT", PATH, ALL_CHOSEN)
    sent = {"email": False, **{name: value for name, value in ALL_CHOSEN.items() if name != left_out}}
    assert harness.call(TONO, "PUT", PATH, sent).body == ALL_CHOSEN


def test_null_ends_ones_own_quiet_hours(harness: NotificationsHarness) -> None:
    harness.call(TONO, "PUT", PATH, ALL_CHOSEN)
    assert harness.call(TONO, "PUT", PATH, {"email": False, "quiet": None}).body == {**ALL_CHOSEN, "quiet": None}


def test_the_inbox_shows_ones_own_messages_the_newest_first(harness: NotificationsHarness) -> None:
    plan_message(harness, "f1", "tono", "sri")
    plan_message(harness, "f2", "sri")
    plan_message(harness, "f3", "tono")
    lines = harness.get(TONO, "/v1/me/inbox").body["items"]
    assert [line["id"] for line in lines] == ["f3:tono", "f1:tono"]
    assert harness.get(ANONYMOUS, "/v1/me/inbox").status == 401


def test_a_login_code_stands_in_no_inbox(harness: NotificationsHarness) -> None:
    plan_message(harness, "f1", "tono", kind=Kind.LOGIN_CODE)
    assert harness.get(TONO, "/v1/me/inbox").body["items"] == []


def test_the_inbox_shows_what_was_told_to_the_guest_that_the_person_was(harness: NotificationsHarness) -> None:
    plan_message(harness, "f1", "guest-1")
    assert harness.get(TONO, "/v1/me/inbox").body["items"] == []
    harness.hear_of("members.guest-tied", subject="guest-1", guest="guest-1", person="tono")
    assert [line["id"] for line in harness.get(TONO, "/v1/me/inbox").body["items"]] == ["f1:guest-1"]


def test_the_inbox_speaks_the_asked_language_else_the_chosen_language(harness: NotificationsHarness) -> None:
    plan_message(harness, "f1", "tono")

    def title(query: str = "") -> str:
        return str(harness.get(TONO, f"/v1/me/inbox{query}").body["items"][0]["title"])

    indonesian, english = title(), title("?language=en")
    assert indonesian != english
    harness.call(TONO, "PUT", PATH, {"email": True, "language": "en"})
    assert (title(), title("?language=id")) == (english, indonesian)
