"""Who takes part in a simulation: processes, the outside, what clients order, how often faults come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.kernel.assembly import Application
from services.kernel.base.message import Command
from services.kernel.commands.decider import Decider
from services.kernel.declare.service import Definition


class Process:
    """One running instance of a service."""

    def __init__(self, service: str, instance: str) -> None:
        self.service = service
        self.instance = instance
        self.paused = False
        self.alive = True
        self.app: Application | None = None

    def __repr__(self) -> str:
        return f"{self.service}/{self.instance}"


class Outside:
    """The process of clients and operators: no fault of a service touches it."""

    paused = False

    def __repr__(self) -> str:
        return "outside"


class Gone(Exception):
    """The process that worked on a request was killed."""


@dataclass
class Order:
    """A command as a client gave it, and its last answer: ``ok``, the name of a rule, or None while unknown."""

    service: str
    decider: Decider[Any]
    identity: str
    command: Command
    key: str
    answer: str | None = None
    position: int = 0


@dataclass
class Rates:
    """How often each kind of fault comes, for each operation."""

    database: float = 0.0
    broker: float = 0.0
    kinds: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Cast:
    """Who takes part: the services, whether there is a broker, and which jobs of a service run (all by default).

    Without the service ``desk`` its log is written by the clients directly, and its feed answers without faults.
    """

    name: str
    services: Mapping[str, Definition]
    broker: bool = False
    jobs: bool = True
