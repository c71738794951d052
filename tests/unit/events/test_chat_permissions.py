"""A chat, its group's log, and two processes that may be paused or killed between any two of their steps."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.events.domain.chat_group import (
    APART,
    CHAT_GROUP,
    GRACE,
    WATCH,
    BookChat,
    ChatGroup,
    ChatGroupCommand,
    ChatGroupRegistered,
    ReleaseChat,
    WantFree,
    WantRestricted,
)
from services.events.domain.chat_permissions import Record, Send, allow_the_same, next_step, without_posting
from services.kernel.base.problem import Refused
from tests.support.sample_community import KEDIRI, NOW

TICK = timedelta(seconds=15)
OPEN = {
    "can_send_messages": True, "can_send_photos": True, "can_send_polls": False, "can_add_web_page_previews": True,
    "can_invite_users": True, "can_pin_messages": False, "can_edit_tag": True, "can_send_holograms": True,
}  # fmt: skip
"""What an administrator allows; the last two are flags of a later release than ours."""
LASTS = timedelta(minutes=30)


def test_restricting_takes_every_flag_of_sending_and_leaves_the_rest() -> None:
    muted = without_posting(OPEN)
    assert {name for name, value in muted.items() if value} == {"can_invite_users", "can_edit_tag"}
    assert muted.keys() == OPEN.keys()


def test_a_flag_that_is_not_there_is_off() -> None:
    assert allow_the_same({"can_send_polls": False}, {})
    assert not allow_the_same({"can_send_polls": True}, {})


@dataclass
class Process:
    """One reconciler: what it has read, and what it is about to do with it."""

    state: ChatGroup | None = None
    step: Record | Send | None = None
    since: datetime = NOW


class AChat(RuleBasedStateMachine):
    """Whatever is killed, paused or commanded: at its deadline the chat is as its administrators left it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.chat: dict[str, bool] = dict(OPEN)
        self.before: dict[str, bool] = dict(OPEN)
        self.group = CHAT_GROUP.fold([ChatGroupRegistered("G", "telegram", "-1", KEDIRI)])
        self.processes = [Process(), Process()]
        self.lectures = 0

    def _command(self, command: ChatGroupCommand) -> bool:
        try:
            for event in CHAT_GROUP.decide(command, self.group):
                self.group = CHAT_GROUP.evolve(self.group, event)
        except Refused:
            return False
        return True

    @precondition(lambda self: not self.group.lecture)
    @rule(flag=st.sampled_from(sorted(OPEN)))
    def an_administrator_changes_what_is_allowed(self, flag: str) -> None:
        # Between lectures; a change during one is undone with the restriction.
        if all(process.step is None for process in self.processes):
            self.chat[flag] = self.before[flag] = not self.chat[flag]

    @rule(opened=st.booleans())
    def a_lecture_is_planned_and_perhaps_opened(self, opened: bool) -> None:
        name = f"lecture-{self.lectures}"
        self.lectures += 1
        if self._command(BookChat(name, self.now, self.now + LASTS)) and opened:
            self._command(WantRestricted(name, self.now + LASTS + GRACE, self.now))

    @rule(other=st.booleans())
    def somebody_opens_without_a_booking(self, other: bool) -> None:
        self._command(WantRestricted("stray" if other else "stranger", self.now + LASTS, self.now))

    @precondition(lambda self: bool(self.group.lecture))
    @rule(cancelled=st.booleans())
    def it_is_closed_or_cancelled(self, cancelled: bool) -> None:
        self._command((ReleaseChat if cancelled else WantFree)(self.group.lecture, self.now))

    @rule(which=st.integers(0, 1))
    def a_process_reads_the_log(self, which: int) -> None:
        self.processes[which] = Process(self.group, None, self.now)

    @rule(which=st.integers(0, 1))
    def a_process_looks_at_the_chat(self, which: int) -> None:
        process = self.processes[which]
        if process.state is not None:
            process.step = next_step(process.state, dict(self.chat), self.now)

    @rule(which=st.integers(0, 1))
    def a_process_acts(self, which: int) -> None:
        self._act(self.processes[which])
        self.processes[which] = Process()

    @rule(which=st.integers(0, 1))
    def a_process_is_killed(self, which: int) -> None:
        self.processes[which] = Process()

    @rule(ticks=st.sampled_from([1, 4, 40, 180]))
    def time_passes(self, ticks: int) -> None:
        """Each tick somebody reconciles; a pause is shorter than the watch."""
        for _ in range(ticks):
            self.now += TICK
            for which, process in enumerate(self.processes):
                if self.now - process.since >= WATCH - TICK:
                    self._act(process)
                    self.processes[which] = Process(since=self.now)
            self._reconcile()

    @invariant()
    def what_belongs_to_the_chat_is_known_whenever_it_is_not_there(self) -> None:
        if not allow_the_same(self.chat, self.before):
            assert self.group.kept is not None
            assert allow_the_same(json.loads(self.group.kept), self.before)

    def teardown(self) -> None:
        """However it went: nobody closes anything, all that was paused goes on late, and at the deadline it is right."""
        self.time_passes(int((LASTS + GRACE) / TICK))
        for process in self.processes:
            self._act(process)
        self.processes = [Process(), Process()]
        self.time_passes(1)
        assert self.chat == self.before
        self.time_passes(int(APART / TICK))
        assert self.chat == self.before
        assert self.group.kept is None

    def _act(self, process: Process) -> None:
        match process.step:
            case Record(command):
                self._command(command)
            case Send(permissions):
                self.chat = dict(permissions)

    def _reconcile(self) -> None:
        for _ in range(4):
            step = next_step(self.group, self.chat, self.now)
            if step is None:
                return
            self._act(Process(step=step))


def opened() -> AChat:
    chat = AChat()
    chat.a_lecture_is_planned_and_perhaps_opened(opened=True)
    return chat


def test_whoever_looks_only_after_another_has_restricted_does_not_record_the_restricted_set() -> None:
    chat = opened()
    chat.a_process_reads_the_log(0)
    chat.time_passes(1)
    chat.a_process_looks_at_the_chat(0)
    chat.a_process_acts(0)
    chat.what_belongs_to_the_chat_is_known_whenever_it_is_not_there()
    chat.teardown()


def test_whoever_was_paused_and_restricts_after_the_end_is_put_right_again() -> None:
    chat = opened()
    for _ in range(2):  # records what it found; is about to restrict, and pauses
        chat.a_process_reads_the_log(0)
        chat.a_process_looks_at_the_chat(0)
        if isinstance(chat.processes[0].step, Record):
            chat.a_process_acts(0)
    chat.time_passes(1)
    chat.it_is_closed_or_cancelled(cancelled=False)
    chat.time_passes(4)
    assert chat.chat == OPEN
    chat.a_process_acts(0)
    assert chat.chat == without_posting(OPEN)
    chat.time_passes(1)
    assert chat.chat == OPEN
    chat.teardown()


def test_a_lecture_that_begins_while_the_former_settles_gives_back_what_was_before_both() -> None:
    chat = opened()
    chat.time_passes(1)
    chat.it_is_closed_or_cancelled(cancelled=True)
    chat.somebody_opens_without_a_booking(other=True)
    chat.time_passes(1)
    assert chat.chat == without_posting(OPEN)
    chat.teardown()


TestAChat = AChat.TestCase
TestAChat.settings = settings(max_examples=60, stateful_step_count=30)
