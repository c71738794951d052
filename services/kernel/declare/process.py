"""Process managers: from what happened to what this service does about it.

``react(state, fact)`` is pure and sees nothing else; the time is the fact's. It commands its own service only; other
services are moved by the facts that follow. The reader issues the commands first, under ids derived from manager,
instance, fact and place, and then stores state, guard and deadlines in one durable document: a crash between the two
repeats commands that are known already, and loses nothing.
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
class Issue:
    """A command that a manager gives to its own service."""

    decider: Decider[Any]
    identity: str
    command: Command


@dataclass(frozen=True, slots=True)
class Reaction(Generic[StateT]):
    """What follows from a fact: the new state, commands, and all deadlines that stand from now on.

    ``deadlines`` maps a name to the domain time at which it passes; one that is left out is withdrawn.
    """

    state: StateT
    issues: Sequence[Issue] = ()
    deadlines: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Stateless:
    """The state of a manager that needs nothing but the events."""


@dataclass(frozen=True, slots=True)
class DeadlinePassed(Event):
    """A deadline's time has come. It tells no fact; the manager that set it reacts, and ``decide`` alone judges
    whether what it then commands still applies. ``due`` is when it should have fired.
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

    ``instances(fact)`` names the instances that a fact concerns, none for most. ``react`` is called for each with that
    instance's state. ``state`` is the frozen dataclass of the state; all its fields have defaults, for an instance begins with
    them, and a field at its default is not stored. Without ``state`` it is a mapping of JSON values, ``{}`` at first. ``upgrade``
    brings a state that an earlier release stored into the form that ``state`` reads. ``start`` is ``origin`` for one that acts on all of
    history, ``now`` for one that at its first start only learns: facts before it are folded, their commands muted.
    A manager with deadlines reads ``COMMITS`` too, for that is where a passed one is recorded.
    """

    name: str
    instances: Callable[[Any], Sequence[str]]
    react: Callable[[StateT, Any], Reaction[StateT]]
    logs: tuple[str, ...] = (INBOX,)
    start: Literal["origin", "now"] = "origin"
    version: int = 1
    state: type[StateT] = dict  # type: ignore[assignment]
    upgrade: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict

    def reaction(self, stored: Mapping[str, Any], fact: Any) -> Reaction:
        """What a fact leads to from the state as it is stored; the new state comes as it will be stored."""
        if self.state is dict:
            return self.react(stored, fact)  # type: ignore[arg-type, return-value]
        reaction = self.react(STATE.read(self.state, self.upgrade(stored)), fact)
        return Reaction(STATE.write(reaction.state), reaction.issues, reaction.deadlines)

    def concerned(self, fact: Recorded | Fact) -> Sequence[str]:
        """The instances that a fact concerns, its own passed deadlines included."""
        if isinstance(fact, Recorded) and isinstance(fact.event, DeadlinePassed):
            return [fact.event.instance] if fact.event.manager == self.name else []
        return self.instances(fact)
