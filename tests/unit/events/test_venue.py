import pytest

from services.events.domain.venue import (
    VENUE,
    AddVenue,
    AskAgain,
    AskVenue,
    RecordAnswer,
    Site,
    VenueAdded,
    VenueAsked,
    VenueConfirmed,
    VenueDeclined,
)
from services.kernel.base.problem import NotFound
from services.kernel.testing import given
from tests.support.sample_community import KEDIRI

SCHOOL = Site("SMA Contoh", "school", KEDIRI, "pesantren", capacity=40, power=True)
ADDED = VenueAdded(SCHOOL)
ASKED = VenueAsked("activity-1")
CONFIRMED = VenueConfirmed("activity-1", KEDIRI, "sealed")


def test_a_venue_enters_the_book_once() -> None:
    given(VENUE).when(AddVenue(SCHOOL)).then(ADDED)
    given(VENUE, ADDED).when(AddVenue(SCHOOL)).then()


def test_a_host_is_asked_only_about_activities_planned_at_the_venue() -> None:
    given(VENUE, ADDED).when(AskVenue("activity-1", planned_here=True)).then(ASKED)
    given(VENUE, ADDED, ASKED).when(AskVenue("activity-1", planned_here=True)).then()
    given(VENUE, ADDED).when(AskVenue("activity-1", planned_here=False)).refused("activity-is-elsewhere")


def test_the_hosts_answer_is_recorded() -> None:
    given(VENUE, ADDED, ASKED).when(RecordAnswer("activity-1", confirmed=True, by="sealed")).then(CONFIRMED)
    given(VENUE, ADDED, ASKED).when(RecordAnswer("activity-1", confirmed=False)).then(
        VenueDeclined("activity-1", KEDIRI)
    )
    given(VENUE, ADDED, ASKED, CONFIRMED).when(RecordAnswer("activity-1", confirmed=True)).then()


def test_a_host_answers_only_what_was_asked() -> None:
    given(VENUE, ADDED).when(RecordAnswer("activity-1", confirmed=True)).refused("venue-not-asked")


def test_a_host_may_think_again_and_may_be_asked_again() -> None:
    declined = VenueDeclined("activity-1", KEDIRI)
    given(VENUE, ADDED, ASKED, CONFIRMED).when(RecordAnswer("activity-1", confirmed=False)).then(declined)
    given(VENUE, ADDED, ASKED, declined).when(AskVenue("activity-1", planned_here=True)).then(ASKED)


def test_a_venue_that_is_not_in_the_book_is_not_there() -> None:
    for command in (AskVenue("activity-1", planned_here=True), RecordAnswer("activity-1", confirmed=True)):
        with pytest.raises(NotFound):
            given(VENUE).when(command)


def test_only_a_host_who_has_answered_is_asked_again_about_another_time() -> None:
    again = AskAgain("activity-1")
    given(VENUE, ADDED).when(again).then()
    given(VENUE, ADDED, ASKED).when(again).then()
    for answer in (CONFIRMED, VenueDeclined("activity-1", KEDIRI)):
        given(VENUE, ADDED, ASKED, answer).when(again).then(ASKED)
