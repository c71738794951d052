"""What an announcement needs before anybody hears it."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given as supposing
from hypothesis import strategies as some

from services.kernel.base.problem import Refused
from services.kernel.testing import given
from services.notifications.domain.announcement import (
    ANNOUNCEMENT,
    Announce,
    AnnouncementApproved,
    AnnouncementDrafted,
    AnnouncementPublished,
    AnnouncementWithdrawn,
    Approve,
    Audience,
    Correct,
    CorrectionDrafted,
    Publish,
    Reach,
    Text,
    Withdraw,
)
from tests.unit.notifications.facts import START, STARTS

FEW, MANY = Reach(50, 50, 1), Reach(51, 50, 1)
TEXT, OTHER = Text("Libur", "Kantor tutup."), Text("Libur", "Kantor buka.")
AUDIENCE = Audience(("kediri",), ("basic",), everywhere=False)
ANNOUNCE = Announce(TEXT, AUDIENCE, FEW, STARTS, "ratna", START)
DRAFTED = AnnouncementDrafted("Libur", "Kantor tutup.", ("kediri",), ("basic",), False, 50, 50, 1, STARTS, "ratna")
WAITING = replace(DRAFTED, people=51)
PUBLISHED = AnnouncementPublished("Libur", "Kantor tutup.", ("kediri",), ("basic",), False, STARTS, 1)
SECOND = replace(PUBLISHED, text="Kantor buka.", revision=2)
WITHDRAWN = AnnouncementWithdrawn("Libur", ("kediri",), ("basic",), STARTS, 1, "ratna")


def test_announcement_to_few_people_is_published_at_once_and_to_many_waits() -> None:
    given(ANNOUNCEMENT).when(ANNOUNCE).then(DRAFTED, PUBLISHED)
    given(ANNOUNCEMENT).when(replace(ANNOUNCE, reach=MANY)).then(WAITING)


def test_announcement_to_nobody_or_too_late_is_refused() -> None:
    given(ANNOUNCEMENT).when(replace(ANNOUNCE, reach=Reach(0, 50, 1))).refused("announcement-to-nobody")
    given(ANNOUNCEMENT).when(replace(ANNOUNCE, now=STARTS)).refused("announcement-too-late")


def test_announcement_is_approved_by_another_person_than_its_writer() -> None:
    given(ANNOUNCEMENT, WAITING).when(Approve(1, "ratna", START)).refused("approver-is-another")
    given(ANNOUNCEMENT, WAITING).when(Approve(1, "wahyu", START)).then(AnnouncementApproved("wahyu"), PUBLISHED)
    given(ANNOUNCEMENT, WAITING, PUBLISHED).when(Approve(1, "wahyu", START)).refused("announcement-not-waiting")
    given(ANNOUNCEMENT, WAITING).when(Approve(1, "wahyu", STARTS)).refused("announcement-too-late")
    given(ANNOUNCEMENT).when(Approve(1, "wahyu", START)).refused("announcement-unknown")


def test_approval_holds_for_the_text_that_was_read() -> None:
    rewritten = CorrectionDrafted("Libur", "Kirim uang.", 51, 50, 1, "ratna")
    for draft in (1, 3):
        given(ANNOUNCEMENT, WAITING, rewritten).when(Approve(draft, "wahyu", START)).refused("another-text-waits")
    given(ANNOUNCEMENT, WAITING, rewritten).when(Approve(2, "wahyu", START)).then(
        AnnouncementApproved("wahyu"), replace(PUBLISHED, text="Kirim uang.")
    )


def test_writer_publishes_when_the_audience_has_become_small() -> None:
    given(ANNOUNCEMENT, WAITING).when(Publish(MANY, "ratna", START)).refused("second-person-needed")
    given(ANNOUNCEMENT, WAITING).when(Publish(FEW, "ratna", START)).then(PUBLISHED)


def test_correction_is_a_revision_and_waits_under_the_same_rule() -> None:
    correct = Correct(OTHER, FEW, "wahyu", START)
    drafted = CorrectionDrafted("Libur", "Kantor buka.", 50, 50, 1, "wahyu")
    given(ANNOUNCEMENT, DRAFTED, PUBLISHED).when(correct).then(drafted, SECOND)
    waiting = replace(drafted, people=51)
    given(ANNOUNCEMENT, WAITING, PUBLISHED).when(replace(correct, reach=MANY)).then(waiting)
    given(ANNOUNCEMENT, WAITING, PUBLISHED, waiting).when(Approve(2, "wahyu", START)).refused("approver-is-another")
    given(ANNOUNCEMENT, WAITING, PUBLISHED, waiting).when(Approve(2, "ratna", START)).then(
        AnnouncementApproved("ratna"), SECOND
    )
    given(ANNOUNCEMENT, DRAFTED, PUBLISHED).when(replace(correct, text=TEXT)).then()


def test_withdrawn_announcement_is_not_corrected_approved_or_withdrawn_again() -> None:
    given(ANNOUNCEMENT, DRAFTED, PUBLISHED).when(Withdraw("ratna")).then(WITHDRAWN)
    for command in (Withdraw("ratna"), Approve(1, "wahyu", START), Correct(OTHER, FEW, "wahyu", START)):
        given(ANNOUNCEMENT, DRAFTED, PUBLISHED, WITHDRAWN).when(command).refused("announcement-withdrawn")


def test_withdrawn_before_publication_has_revision_zero() -> None:
    given(ANNOUNCEMENT, WAITING).when(Withdraw("ratna")).then(replace(WITHDRAWN, revision=0))


BOARD = some.sampled_from(["ratna", "wahyu", "lestari"])
COMMANDS = some.one_of(
    some.builds(Approve, draft=some.integers(1, 4), by=BOARD, now=some.just(START)),
    some.builds(Publish, reach=some.just(MANY), by=BOARD, now=some.just(START)),
    some.builds(
        Correct,
        text=some.sampled_from([TEXT, OTHER]),
        reach=some.just(MANY),
        by=BOARD,
        now=some.just(START + timedelta(1)),
    ),
    some.builds(Withdraw, by=BOARD),
)


@supposing(some.lists(COMMANDS, max_size=12))
def test_announcement_to_many_needs_two_people(commands: list[object]) -> None:
    state = ANNOUNCEMENT.fold([WAITING])
    for command in commands:
        writer = state.writer
        try:
            events = ANNOUNCEMENT.decide(command, state)
        except Refused:
            continue
        if any(isinstance(event, AnnouncementPublished) for event in events):
            [approved] = [event.by for event in events if isinstance(event, AnnouncementApproved)]
            assert approved != writer
        for event in events:
            state = ANNOUNCEMENT.evolve(state, event)
