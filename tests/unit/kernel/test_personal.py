"""The copy of one's own data leaves nothing out and opens nobody else's."""

from dataclasses import dataclass
from datetime import UTC, datetime

from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Command, Event, Metadata
from services.kernel.commands.decider import CommandEnvelope, Commands, Decider
from services.kernel.log.memory_log import MemoryLog
from services.kernel.log.registry import Registry
from services.kernel.privacy.personal import personal_page
from services.kernel.privacy.vault import MemoryKeys, Vault


@dataclass(frozen=True)
class Say(Command):
    """What is said."""

    about: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Said(Event):
    """What was said."""

    about: tuple[str, ...]
    text: str


THING = Decider("thing", None, lambda command, _state: [Said(command.about, command.text)], lambda state, _event: state)


def told(*said):
    registry = Registry()
    registry.register(Said)
    log = MemoryLog("things", registry)
    commands = Commands(log, FixedClock(datetime(2026, 3, 2, tzinfo=UTC)))
    for n, (stream, actor, about, text) in enumerate(said):
        commands.take(THING, CommandEnvelope(Say(about, text), stream, f"c{n}", Metadata("c", actor=actor)))
    return log


def test_a_persons_copy_has_every_event_that_names_or_was_caused_by_the_person():
    vault = Vault(MemoryKeys(), bytes(32))
    secret = vault.seal("ani", "My printer is broken")
    log = told(
        ("1", "budi", ("ani",), "named"),
        ("ani", None, (), "their own stream"),
        ("2", "ani", (), "caused"),
        ("3", "budi", ("guest-1",), "as a guest"),
        ("4", "budi", ("cici",), "somebody else's"),
        ("5", "ani", (), secret),
    )
    page = personal_page(log, vault, ["ani", "guest-1"], 0)
    assert [event["data"]["text"] for event in page["events"]] == [
        "named", "their own stream", "caused", "as a guest", "My printer is broken",
    ]  # fmt: skip
    assert page["next"] is None


def test_a_persons_copy_opens_neither_other_peoples_data_nor_destroyed_data():
    vault = Vault(MemoryKeys(), bytes(32))
    theirs, mine = vault.seal("budi", "Between us"), vault.seal("ani", "Mine")
    log = told(("1", "budi", ("ani",), theirs), ("2", "ani", (), mine))
    vault.destroy("ani")
    assert [event["data"]["text"] for event in personal_page(log, vault, ["ani"], 0)["events"]] == [theirs, mine]
