"""The Telegram accounts of each member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.telegram import TelegramLinked, TelegramUnlinked


@dataclass(frozen=True)
class AccountRow:
    """``chat`` is the id of the private chat, sealed."""

    chat: str
    at: datetime


@dataclass(frozen=True)
class AccountsRow:
    """``accounts`` maps an opaque id to the account, to None after unlinking."""

    person: str
    accounts: Mapping[str, AccountRow | None]

    def linked(self) -> dict[str, AccountRow]:
        """The accounts that are linked now, the newest last."""
        standing = [(each.at, identity, each) for identity, each in self.accounts.items() if each is not None]
        return {identity: each for _, identity, each in sorted(standing, key=lambda known: known[:2])}


def apply(recorded: Recorded) -> Applied:
    account = f"accounts.{recorded.stream_id}"
    match recorded.event:
        case TelegramLinked(person, chat):
            return [Change(person, {account: AccountRow(chat, recorded.at)})]
        case TelegramUnlinked(person):
            return [Change(person, {account: None})]
    return []


TELEGRAM_ACCOUNTS = View(name="telegram_accounts", version=1, row=AccountsRow, apply=apply)
