"""The Telegram accounts of each member: ``{_id: person, accounts}``.

``accounts`` maps an account's opaque id to ``{chat (sealed), at}``, or to None once it is unlinked.
"""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.telegram import TelegramLinked, TelegramUnlinked


def apply(recorded: Recorded) -> Applied:
    """One document a member."""
    match recorded.event:
        case TelegramLinked() as event:
            linked = {"chat": event.chat, "at": recorded.at}
            return [Change(event.person, {f"accounts.{recorded.stream_id}": linked})]
        case TelegramUnlinked() as event:
            return [Change(event.person, {f"accounts.{recorded.stream_id}": None})]
        case _:
            return []


TELEGRAM_ACCOUNTS = View("telegram_accounts", 1, apply)
