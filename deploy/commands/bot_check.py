"""Checks that the community's bot answers, and that it has the rights for a lecture in each group."""

from collections.abc import Iterator, Mapping, Sequence

from pymongo.errors import PyMongoError

from deploy.commands.open_service import open_service
from services.events.domain.chat_group import TELEGRAM
from services.events.views.chat_groups import CHAT_GROUPS
from services.kernel.base.problem import Problem
from services.kernel.base.settings import settings_for
from services.kernel.telegram.bot_api import Telegram, TelegramError, WrongToken

ANSWER_SECONDS = 5.0
MAX_GROUPS = 100
RIGHTS = {"can_restrict_members": "Ban users", "can_delete_messages": "Delete messages"}
"""Telegram's name of a right → the name in its app."""


def bot_problems(environment: Mapping[str, str]) -> tuple[str, Sequence[str]] | None:
    """The bot's name and a sentence for each problem; None without a bot. Raises `TelegramError`, `SettingsError`."""
    bot = settings_for("events", environment).telegram
    if bot is None:
        return None
    with Telegram(bot, ANSWER_SECONDS) as telegram:
        me = telegram.get_me()
        return f"@{me.get('username', '')}", list(_troubles(telegram, int(me["id"]), environment))


def _troubles(telegram: Telegram, bot: int, environment: Mapping[str, str]) -> Iterator[str]:
    for name, chat in _groups(environment):
        try:
            member = telegram.get_chat_member(chat, bot)
        except WrongToken:
            raise
        except TelegramError as error:
            yield f"in the group “{name}”: {error}"
            continue
        lacking = [label for right, label in RIGHTS.items() if member.get(right) is not True]
        if member.get("status") != "administrator":
            yield f"in the group “{name}” it is no administrator, so nothing is restricted there"
        elif lacking:
            yield f"in the group “{name}” it lacks: {', '.join(lacking)}"


def _groups(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name and chat of the groups on Telegram; empty before the first group is registered."""
    try:
        with open_service("events", environment) as events:
            found = events.views.find(CHAT_GROUPS, {"channel": TELEGRAM}, limit=MAX_GROUPS).items
    except (PyMongoError, Problem):
        return []
    return [(group.name, group.chat) for group in found if group.chat is not None]
