"""`jejaring doctor` sees beforehand what would leave a group unrestricted."""

from deploy import keys
from deploy.commands import doctor
from deploy.commands.open_service import open_service
from deploy.demo.telegram.visitor import Visitor
from services.events.domain.chat_group import CHAT_GROUP, RegisterChatGroup
from services.events.views.chat_groups import CHAT_GROUPS
from services.kernel.base.message import Metadata
from services.kernel.commands.decider import CommandEnvelope
from services.kernel.views.view_reader import ViewReader

MINE, LACKING, GONE = -991_001, -991_002, -991_003


def test_a_bot_that_lacks_a_right_is_named_with_its_group(telegram_server, mongodb_uri, database_prefix, tmp_path):
    visitor = Visitor(telegram_server.url)
    visitor.put_group(MINE, "Boleh")
    visitor.put_group(LACKING, "Kurang", rights={"can_delete_messages": True})
    environment = {
        "MONGODB_URI": mongodb_uri,
        "JEJARING_DATABASE_PREFIX": database_prefix,
        "JEJARING_SECRETS": str(keys.ensure(tmp_path / "keys")),
        **telegram_server.environment,
    }
    assert [finding.text for finding in doctor.bot(environment)] == ["telegram: @jejaring_bot answers"]

    with open_service("events", environment) as events:
        events.prepare()
        for name, chat in (("Boleh", MINE), ("Kurang", LACKING), ("Hilang", GONE)):
            order = CommandEnvelope(RegisterChatGroup(name, "telegram", str(chat), None), name, name, Metadata("test"))
            events.core.commands.take(CHAT_GROUP, order)
        reader = next(
            reader
            for reader in events.runner.readers
            if isinstance(reader, ViewReader) and reader.name == CHAT_GROUPS.name
        )
        while reader.step(1):
            pass

    found = list(doctor.bot(environment))
    assert {finding.how for finding in found} == {doctor.WRONG}
    assert sorted(finding.text for finding in found) == [
        "telegram: in the group “Hilang”: getChatMember: 400 Bad Request: chat not found",
        "telegram: in the group “Kurang” it lacks: Ban users",
    ]


def test_the_bot_check_passes_without_a_bot_and_fails_with_a_wrong_token(telegram_server, tmp_path):
    environment = {"JEJARING_SECRETS": str(keys.ensure(tmp_path / "keys"))}
    (none,) = doctor.bot(environment)
    assert none.how == doctor.FINE
    (wrong,) = doctor.bot({**environment, "TELEGRAM_API": telegram_server.url, "TELEGRAM_TOKEN": "8027:mistyped"})
    assert wrong.how == doctor.WRONG
    assert "mistyped" not in wrong.text
