"""Process managers: they react to events and facts with commands to their own service.

``react(state, fact)`` is pure and sees no other data; the time is the fact's. A manager commands its own service only;
other services react to the facts that follow. The reader stores state, guard and deadlines in one durable document,
together with the fact whose commands must be given, and then gives the commands. After a crash in between, ``react`` is
called again with the same state and the same fact, and gives the same commands under the same ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal

from typing_extensions import TypeVar

from services.kernel.base.message import Command, Event, Fact, Recorded
from services.kernel.commands.decider import Decider
from services.kernel.declare.plain import STATE
from services.kernel.declare.view import INBOX

StateT = TypeVar("StateT", default=Mapping[str, Any])


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A command that a manager gives to its own service, and the aggregate that decides the command: the instance
    ``identity`` of ``decider``.
    """

    decider: Decider[Any]
    identity: str
    command: Command


@dataclass(frozen=True, slots=True)
class Reaction(Generic[StateT]):
    """The consequences of a fact: the new state, the commands, and all deadlines that are set from now on.

    ``deadlines`` maps a name to the domain time of the deadline; a deadline that is left out is withdrawn.
    """

    state: StateT
    commands: Sequence[Dispatch] = ()
    deadlines: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Stateless:
    """The state of a manager that needs only the events."""


@dataclass(frozen=True, slots=True)
class DeadlinePassed(Event):
    """A deadline has passed. The event tells no fact.

    The manager that set the deadline reacts to the event, and ``decide`` alone judges whether the manager's command
    still applies. ``due`` is the time of the deadline.
    """

    manager: str
    instance: str
    name: str
    due: datetime


@dataclass(frozen=True, slots=True)
class PassDeadline(Command):
    """Record that a deadline has passed."""

    manager: str
    instance: str
    name: str
    due: datetime


def _pass(command: PassDeadline, _state: None) -> Sequence[Event]:
    return [DeadlinePassed(command.manager, command.instance, command.name, command.due)]


DEADLINES: Decider[None] = Decider("deadlines", None, _pass, lambda state, _event: state)


@dataclass(frozen=True)
class ProcessManager(Generic[StateT]):
    """A manager's definition.

    ``instances(fact)`` returns the instances that a fact concerns; empty for most facts. ``react`` is called for each
    instance, with the instance's state,. A fact that could not be understood at first comes after its repair, and
    then later facts of other streams came before. An instance never has the name of a stream.

    ``state`` is the frozen dataclass of the state. All its fields have defaults, because an instance begins with the
    defaults; a field at its default is not stored. Without ``state`` the state is a mapping of JSON values, ``{}`` at
    first. ``upgrade`` brings a state that an earlier release stored into the form that ``state`` reads.

    ``start`` is ``origin`` for a manager that acts on all of history. A manager with ``now`` gives no commands for
    facts from before its first start, and only folds them into its state. A manager with deadlines reads ``COMMITS``
    too, because passed deadlines are recorded there.
    """

    name: str
    instances: Callable[[Any], Sequence[str]]
    react: Callable[[StateT, Any], Reaction[StateT]]
    logs: tuple[str, ...] = (INBOX,)
    start: Literal["origin", "now"] = "origin"
    state: type[StateT] = dict  # type: ignore[assignment]
    upgrade: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict

    def reaction(self, stored: Mapping[str, Any], fact: Any) -> Reaction:
        """The reaction to a fact, from the stored form of the state; the new state is in stored form too."""
        if self.state is dict:
            return self.react(stored, fact)  # type: ignore[arg-type, return-value]
        reaction = self.react(STATE.read(self.state, self.upgrade(stored)), fact)
        return Reaction(STATE.write(reaction.state), reaction.commands, reaction.deadlines)

    def concerned(self, fact: Recorded | Fact) -> Sequence[str]:
        """The instances that a fact concerns, including the instance of a passed deadline."""
        if isinstance(fact, Recorded) and isinstance(fact.event, DeadlinePassed):
            return [fact.event.instance] if fact.event.manager == self.name else []
        return self.instances(fact)
