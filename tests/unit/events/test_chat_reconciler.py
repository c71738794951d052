"""Whatever is killed, late or twice: a chat comes back exactly, and the permissions found are on the disk before a change."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.events.chat_reconciler import LOOK_SECONDS, MAX_PAUSE_SECONDS, ChatReconciler
from services.events.contract import REGISTRY
from services.events.domain.chat_group import (
    CHAT_GROUP,
    WATCH,
    PermissionsFound,
    RegisterChatGroup,
    WantFree,
    WantRestricted,
)
from services.events.views import chat_groups
from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Metadata
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.declare.view import Page
from services.kernel.log.memory_log import MemoryLog
from services.kernel.readers.reader import LostCheckpoint
from services.kernel.telegram.bot_api import BadRequest, TooManyRequests, Unavailable

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FOUND = {"can_send_messages": True, "can_send_polls": False, "can_send_smells": True, "can_invite_users": True}
MUTED = {"can_send_messages": False, "can_send_polls": False, "can_send_smells": False, "can_invite_users": True}
GROUP, LECTURE, UNTIL = "group", "lecture", NOW + timedelta(hours=2)


@dataclass
class Chat:
    """A group's chat; ``troubles`` are raised by the next calls, ``late`` requests have been sent and not carried out."""

    permissions: dict = field(default_factory=lambda: dict(FOUND))
    troubles: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    late: list = field(default_factory=list)
    on_send: object = None

    def get_chat_permissions(self, _chat):
        self._maybe_trouble()
        return dict(self.permissions)

    def set_chat_permissions(self, _chat, permissions):
        if self.on_send:
            self.on_send()
        self._maybe_trouble(permissions)
        self.calls.append(dict(permissions))
        self.permissions = dict(permissions)

    def _maybe_trouble(self, permissions=None):
        if self.troubles:
            trouble = self.troubles.pop(0)
            if permissions is not None and isinstance(trouble, Unavailable):
                self.late.append(dict(permissions))
            if trouble is not None:
                raise trouble


class Stage:
    """One group, its log in memory and its chat."""

    def __init__(self):
        self.clock = FixedClock(NOW)
        self.log = MemoryLog("events", REGISTRY)
        self.commands = Commands(self.log, self.clock)
        self.chat = Chat()
        self.machine = 0.0
        self.stands = True
        self.number = 0
        self.take(RegisterChatGroup("Kuliah", "telegram", "-1001", None))
        self.reconciler = self.another()

    def another(self):
        """The process that comes after a kill."""
        return ChatReconciler(
            self.commands, self, self.clock, self.chat, fenced=lambda _: self.stands, monotonic=lambda: self.machine
        )

    def take(self, command):
        self.number += 1
        self.commands.take(CHAT_GROUP, CommandEnvelope(command, GROUP, f"test-{self.number}", Metadata("test")))

    def find(self, _view, _where, **_how):
        document = {"_id": GROUP}
        for recorded in self.log.stream(f"chat-{GROUP}"):
            for change in chat_groups.apply(recorded):
                document |= change.set
        return Page([chat_groups.CHAT_GROUPS.read(document)] if document.get("watched") else [], None)

    def events(self):
        return [recorded.event for recorded in self.log.stream(f"chat-{GROUP}")]

    def look(self, seconds=LOOK_SECONDS * 1.3):
        self.machine += seconds
        return self.reconciler.step(1)

    def restrict(self):
        self.take(WantRestricted(LECTURE, UNTIL, self.clock.now()))

    def free(self):
        self.take(WantFree(LECTURE, self.clock.now()))

    def settle(self):
        for _ in range(4):
            self.look()
        self.clock.advance(WATCH)
        self.look()
        assert self.find(None, None).items == []


def test_permissions_are_recorded_before_the_restriction_and_restored_exactly():
    stage = Stage()
    stage.chat.on_send = lambda: kept.append([type(event).__name__ for event in stage.events()][-1])
    kept = []
    stage.restrict()
    stage.look()
    assert stage.chat.permissions == MUTED
    assert kept == ["PermissionsFound"]
    stage.free()
    stage.look()
    assert json.dumps(stage.chat.permissions, sort_keys=True) == json.dumps(FOUND, sort_keys=True)
    stage.settle()
    assert len(stage.chat.calls) == 2


def test_a_restart_in_the_middle_does_not_take_the_restricted_set_for_the_chats_own():
    stage = Stage()
    stage.restrict()
    stage.look()
    stage.reconciler = stage.another()
    stage.look()
    stage.free()
    stage.look()
    assert stage.chat.permissions == FOUND
    assert sum(isinstance(event, PermissionsFound) for event in stage.events()) == 1


def test_at_the_deadline_the_chat_is_free_though_nobody_says_so():
    stage = Stage()
    stage.restrict()
    stage.look()
    stage.clock.advance(UNTIL - NOW)
    stage.look()
    assert stage.chat.permissions == FOUND


def test_a_request_that_telegram_carries_out_late_is_put_right():
    stage = Stage()
    stage.restrict()
    stage.chat.troubles = [None, None, Unavailable("slow")]
    stage.look()
    (late,) = stage.chat.late
    stage.free()
    stage.look()
    assert stage.chat.permissions == FOUND
    stage.chat.permissions = late
    stage.look()
    assert stage.chat.permissions == FOUND
    stage.settle()


def test_without_the_lease_no_chat_is_changed():
    stage = Stage()
    stage.restrict()
    stage.stands = False
    with pytest.raises(LostCheckpoint):
        stage.look()
    assert stage.chat.calls == []


def test_a_429_waits_as_long_as_it_says():
    stage = Stage()
    stage.restrict()
    stage.chat.troubles = [TooManyRequests("429", 30)]
    stage.look()
    stage.look(29)
    assert stage.chat.calls == []
    stage.look(10)
    assert stage.chat.permissions == MUTED


def test_failed_requests_to_telegram_are_retried_ever_later_up_to_two_minutes():
    stage = Stage()
    stage.restrict()
    stage.chat.troubles = [BadRequest("not enough rights")] * 1000
    looked = []
    for second in range(1200):
        before = len(stage.chat.troubles)
        stage.look(1)
        if len(stage.chat.troubles) < before:
            looked.append(second)
    pauses = [later - earlier for earlier, later in pairwise(looked)]
    assert pauses[0] <= 2
    assert MAX_PAUSE_SECONDS <= max(pauses) <= MAX_PAUSE_SECONDS * 1.2 + 1
    assert len(looked) < 20


def test_a_chat_that_ignores_a_change_is_retried_ever_more_rarely():
    stage = Stage()
    stage.restrict()
    stage.chat.set_chat_permissions = lambda _chat, permissions: stage.chat.calls.append(permissions)
    for _ in range(600):
        stage.look(1)
    assert len(stage.chat.calls) < 20


def test_a_change_of_a_chats_wanted_state_is_handled_at_once():
    stage = Stage()
    stage.restrict()
    stage.look(0)
    stage.look()
    stage.free()
    stage.look(0.1)
    assert stage.chat.permissions == FOUND


TROUBLE = st.sampled_from([None, Unavailable("?"), TooManyRequests("429", 3), BadRequest("no")])
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("look"), st.lists(TROUBLE, max_size=4)),
        st.tuples(st.sampled_from(["kill", "late", "free", "restrict", "deadline"]), st.just(())),
    ),
    max_size=30,
)


@settings(max_examples=60)
@given(DEEDS)
def test_the_chats_permissions_are_always_restored_exactly(deeds):
    stage = Stage()
    stage.restrict()
    for deed, troubles in deeds:
        match deed:
            case "look":
                stage.chat.troubles = list(troubles)
                stage.look()
                stage.chat.troubles = []
            case "kill":
                stage.reconciler = stage.another()
            case "late" if stage.chat.late:
                stage.chat.permissions = stage.chat.late.pop(0)
            case "free":
                stage.free()
            case "restrict" if stage.clock.now() < UNTIL:
                stage.restrict()
            case "deadline":
                # In two hours Telegram has carried out, or will never carry out, what it was sent before: a group is
                # watched for as long as that can take, and not for ever.
                for late in stage.chat.late:
                    stage.chat.permissions = late
                stage.chat.late.clear()
                stage.clock.advance(UNTIL + timedelta(minutes=1) - NOW)
                stage.free()
    stage.free()
    for late in stage.chat.late:
        stage.chat.permissions = late
        stage.look(MAX_PAUSE_SECONDS * 1.3)
    stage.look(MAX_PAUSE_SECONDS * 1.3)
    assert stage.chat.permissions == FOUND
    stage.settle()
