from dataclasses import replace
from datetime import timedelta

import pytest

from services.events.domain.chat_group import (
    CHAT_GROUP,
    EARLY,
    GRACE,
    WATCH,
    BookChat,
    ChatBooked,
    ChatGroupRegistered,
    ChatReleased,
    ChatSettled,
    FreedomWanted,
    KeepPermissions,
    PermissionsFound,
    RecordLifted,
    RecordRestricted,
    RegisterChatGroup,
    ReleaseChat,
    RestrictionLifted,
    RestrictionMade,
    RestrictionWanted,
    SettleChat,
    WantFree,
    WantRestricted,
)
from services.kernel.base.problem import NotFound
from services.kernel.testing import given
from tests.support.sample_community import KEDIRI
from tests.unit.events.sample_times import END, START

REGISTERED = ChatGroupRegistered("Pustakawan Kediri", "telegram", "-100123", KEDIRI)
REGISTER = RegisterChatGroup("Pustakawan Kediri", "telegram", "-100123", KEDIRI)
UNTIL = END + GRACE
WANTED = RestrictionWanted("one", UNTIL)
FOUND = PermissionsFound("one", '{"can_send_messages": true}')
FREED = FreedomWanted("one", END, touched=True)


def test_a_chat_is_registered_once() -> None:
    given(CHAT_GROUP).when(REGISTER).then(REGISTERED)
    given(CHAT_GROUP, REGISTERED).when(REGISTER).then()
    given(CHAT_GROUP, REGISTERED).when(replace(REGISTER, name="Another")).refused("chat-is-registered")


def test_an_unregistered_chat_takes_no_lecture() -> None:
    with pytest.raises(NotFound):
        given(CHAT_GROUP).when(BookChat("one", START, END))


def test_two_lectures_in_one_chat_do_not_overlap_nor_touch() -> None:
    booked = given(CHAT_GROUP, REGISTERED, ChatBooked("one", START, END))
    apart = EARLY + GRACE + WATCH
    booked.when(BookChat("two", END, END + timedelta(hours=1))).refused("chat-is-taken")
    booked.when(BookChat("two", START - timedelta(hours=1), START)).refused("chat-is-taken")
    booked.when(BookChat("two", START, END)).refused("chat-is-taken")
    later = BookChat("two", END + apart, END + apart + timedelta(hours=1))
    booked.when(later).then(ChatBooked("two", later.starts, later.ends))


def test_a_lecture_moves_its_own_booking_and_a_release_frees_the_time() -> None:
    booked = given(CHAT_GROUP, REGISTERED, ChatBooked("one", START, END))
    booked.when(BookChat("one", START, END)).then()
    moved = BookChat("one", START + timedelta(minutes=5), END)
    booked.when(moved).then(ChatBooked("one", moved.starts, moved.ends))
    booked.when(ReleaseChat("one", START)).then(ChatReleased("one"))
    given(CHAT_GROUP, REGISTERED, ChatBooked("one", START, END), ChatReleased("one")).when(
        BookChat("two", START, END)
    ).then(ChatBooked("two", START, END))


def test_while_one_lecture_restricts_the_chat_no_other_does() -> None:
    given(CHAT_GROUP, REGISTERED).when(WantRestricted("one", UNTIL, START)).then(WANTED)
    given(CHAT_GROUP, REGISTERED, WANTED).when(WantRestricted("one", UNTIL, START)).then()
    other = WantRestricted("two", UNTIL + timedelta(hours=1), START)
    given(CHAT_GROUP, REGISTERED, WANTED).when(other).refused("chat-is-taken")
    after_the_deadline = replace(other, at=UNTIL)
    given(CHAT_GROUP, REGISTERED, WANTED).when(after_the_deadline).then(RestrictionWanted("two", other.until))


def test_the_permissions_found_are_kept_once_and_never_replaced() -> None:
    again = KeepPermissions("one", '{"can_send_messages": false}')
    given(CHAT_GROUP, REGISTERED, WANTED).when(KeepPermissions("one", FOUND.permissions)).then(FOUND)
    given(CHAT_GROUP, REGISTERED, WANTED, FOUND).when(again).then()
    given(CHAT_GROUP, REGISTERED, WANTED, FOUND, FREED).when(again).then()
    given(CHAT_GROUP, REGISTERED, WANTED, FREED).when(again).then()


def test_a_lecture_that_begins_before_the_former_settled_keeps_the_permissions_found() -> None:
    second = RestrictionWanted("two", UNTIL + timedelta(hours=1))
    history = given(CHAT_GROUP, REGISTERED, WANTED, FOUND, FREED, second)
    assert history.state.kept == FOUND.permissions
    history.when(KeepPermissions("two", '{"can_send_messages": false}')).then()


def test_an_observation_of_a_chat_is_recorded_once() -> None:
    kept = (REGISTERED, WANTED, FOUND)
    given(CHAT_GROUP, *kept).when(RecordRestricted("one")).then(RestrictionMade("one"))
    given(CHAT_GROUP, *kept, RestrictionMade("one")).when(RecordRestricted("one")).then()
    given(CHAT_GROUP, *kept, FREED).when(RecordLifted("one")).then(RestrictionLifted("one"))
    given(CHAT_GROUP, *kept, FREED, RestrictionLifted("one")).when(RecordLifted("one")).then()
    given(CHAT_GROUP, *kept, FREED).when(SettleChat("one")).then()
    given(CHAT_GROUP, *kept, FREED, RestrictionLifted("one")).when(SettleChat("one")).then(ChatSettled("one"))


def test_an_observation_about_a_past_lecture_changes_nothing() -> None:
    settled = (REGISTERED, WANTED, FOUND, FREED, RestrictionLifted("one"), ChatSettled("one"))
    second = RestrictionWanted("two", UNTIL + timedelta(days=1))
    for late in (KeepPermissions("one", "{}"), RecordRestricted("one"), RecordLifted("one"), SettleChat("one")):
        given(CHAT_GROUP, *settled, second).when(late).then()


def test_a_chat_is_free_when_its_lecture_says_so_or_is_not_held() -> None:
    given(CHAT_GROUP, REGISTERED, WANTED).when(WantFree("one", END)).then(FreedomWanted("one", END, touched=False))
    given(CHAT_GROUP, REGISTERED, WANTED, FOUND).when(WantFree("one", END)).then(FREED)
    given(CHAT_GROUP, REGISTERED, WANTED, FOUND, FREED).when(WantFree("one", UNTIL)).then()
    given(CHAT_GROUP, REGISTERED, WANTED, FOUND).when(WantFree("two", END)).then()
    booked = given(CHAT_GROUP, REGISTERED, ChatBooked("one", START, END), WANTED, FOUND)
    booked.when(ReleaseChat("one", END)).then(ChatReleased("one"), FREED)
