"""Makes each group's chat on Telegram allow what the log wants, whatever fails in between.

Each look reads the group from the log, then the chat, and takes the one step that ``next_step`` names. So a process
needs no memory of its last step after a crash, or after a pause during which a successor took over. One risk stays:
Telegram may carry out an old request of ours late, after the chat was freed. The next look finds and corrects that
change, for ``WATCH`` after the end.

Telegram offers no fencing: between the check of our lease and the moment at which Telegram acts, this process can be
paused. Looking again closes that window; the lease cannot.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from services.events.domain.chat_group import CHAT_GROUP, TELEGRAM
from services.events.domain.chat_permissions import Record, Send, next_step
from services.events.views.chat_groups import CHAT_GROUPS
from services.kernel.base.bell import Bell
from services.kernel.base.clock import Clock
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Command, Metadata
from services.kernel.base.pause import jittered
from services.kernel.base.problem import Refused, Stale, StillRunning, Unavailable
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.declare.service import Core
from services.kernel.readers import lease as leases
from services.kernel.readers.reader import LostCheckpoint
from services.kernel.telegram.bot_api import Telegram, TelegramError, TooManyRequests
from services.kernel.views.view_store import Views

log = logging.getLogger(__name__)

LOOK_SECONDS = 15.0
SOON_SECONDS = 1.0
"""After something was changed or failed: again so soon, then twice as late each time, up to ``LOOK_SECONDS``."""
MAX_PAUSE_SECONDS = 120.0
"""Where Telegram refuses or does not answer."""
STEPS = 6
"""At most so many in one look: keep, restrict, record, and as many again where somebody else was faster."""
CALL_SECONDS = 8.0
NAME = "chat-reconciler"


@dataclass(frozen=True, slots=True)
class Watch:
    """When a group is compared with its chat next. ``due`` is the time on the machine's monotonic clock, ``pause`` the
    seconds until the comparison after that.
    """

    version: int
    due: float
    pause: float = SOON_SECONDS


class ChatReconciler:
    """Reads the watched groups and no log. ``fenced(lease)`` asks whether the lease of that number still stands;
    ``monotonic`` is machine time.
    """

    name = NAME
    idle_seconds = 1.0

    def __init__(
        self,
        commands: Commands,
        views: Views,
        clock: Clock,
        telegram: Telegram,
        *,
        fenced: Callable[[int], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._commands = commands
        self._views = views
        self._clock = clock
        self._telegram = telegram
        self._fenced = fenced
        self._monotonic = monotonic
        self._bell = Bell()
        self._watches: dict[str, Watch] = {}
        self._lease = 0

    def step(self, lease: int) -> int:
        """Look at each group whose turn has come. Raises ``PyMongoError``, ``LostCheckpoint``; after an error of
        Telegram the group waits.
        """
        if lease != self._lease:  # while another process held the lease, our watches grew old
            self._watches, self._lease = {}, lease
        watched = self._views.find(CHAT_GROUPS, {"watched": True}, limit=100).items
        known = {row.group: row for row in watched if row.channel == TELEGRAM}
        self._watches = {group: watch for group, watch in self._watches.items() if group in known}
        steps = 0
        for group, row in known.items():
            watch = self._watches.get(group, Watch(0, float("-inf")))
            if watch.version < row.version:  # something else is wanted now
                watch = Watch(row.version, float("-inf"))
            if self._monotonic() >= watch.due:
                taken, watch = self._look(group, watch, lease)
                steps += taken
            self._watches[group] = watch
        return steps

    def lag(self) -> int:
        """How many groups are not looked at in time."""
        now = self._monotonic()
        return sum(watch.due < now - LOOK_SECONDS for watch in self._watches.values())

    def bell(self) -> Bell:
        return self._bell

    def _look(self, group: str, watch: Watch, lease: int) -> tuple[int, Watch]:
        """How many steps were taken, and when to look again."""
        taken: list[Record | Send] = []
        try:
            equal = self._approach(group, lease, taken)
        except TooManyRequests as error:
            return len(taken), self._again(watch, float(error.retry_after), watch.pause)
        except (TelegramError, Unavailable, Stale, StillRunning, Refused) as error:
            log.warning("chat waits", extra={"group": group, "why": f"{type(error).__name__}: {error}"})
            equal = False
        if not equal:
            return len(taken), self._again(watch, watch.pause, min(watch.pause * 2, MAX_PAUSE_SECONDS))
        # A chat that was just changed is looked at soon: a process paused meanwhile undoes the change now or never.
        pause = SOON_SECONDS if taken else min(watch.pause, LOOK_SECONDS)
        return len(taken), self._again(watch, pause, min(pause * 2, LOOK_SECONDS))

    def _approach(self, identity: str, lease: int, taken: list[Record | Send]) -> bool:
        """Take the steps that ``next_step`` names and append each to ``taken``. True if no step is left. A look sends
        one change at most: a chat that did not take the change is left to the next look.
        """
        for _ in range(STEPS):
            group, version = self._commands.state(CHAT_GROUP, identity)
            if group is None or group.channel != TELEGRAM or group.chat is None or group.lecture is None:
                return True
            found = self._telegram.get_chat_permissions(group.chat)
            step = next_step(group, found, self._clock.now())
            match step:
                case None:
                    return True
                case Record(command=command):
                    self._commands.take(CHAT_GROUP, _order(identity, version, command, group.lecture))
                case Send(permissions=permissions):
                    if any(isinstance(before, Send) for before in taken):
                        return False
                    if not self._fenced(lease):
                        raise LostCheckpoint(NAME)
                    self._telegram.set_chat_permissions(group.chat, permissions)
            taken.append(step)
        return False

    def _again(self, watch: Watch, seconds: float, pause: float) -> Watch:
        return replace(watch, due=self._monotonic() + jittered(seconds, low=1.0, high=1.2), pause=pause)


def _order(identity: str, version: int, command: Command, lecture: str) -> CommandEnvelope:
    """The id follows from the version that the step was taken on, so a step that is repeated after a crash is recorded
    once.
    """
    kind = type(command).__name__
    return CommandEnvelope(
        command=command,
        identity=identity,
        command_id=derived_id(NAME, identity, version, kind),
        meta=Metadata(correlation=derived_id(NAME, identity, lecture), actor=None),
        expected=version,
    )


def chat_readers(core: Core) -> Sequence[ChatReconciler]:
    """The reconciler, where a bot is configured; without a bot lectures are led by hand."""
    bot = core.settings.telegram
    if bot is None:
        log.info("TELEGRAM_TOKEN is not set: chats are led by hand")
        return []
    telegram = Telegram(bot, CALL_SECONDS)

    def fenced(lease: int) -> bool:
        return leases.lease_in_force(core.database, lease)

    return [ChatReconciler(core.commands, core.views, core.clock, telegram, fenced=fenced)]
