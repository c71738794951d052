"""The world of a simulation: two services with their real parts, a database server, a broker, a network, and faults.

``World(choices)`` draws how often faults come and which kinds. ``play`` lets clients work while faults come, then ends
all faults and waits until everything is at rest. ``judge`` (``invariants.py``) then looks at what is stored.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pymongo.errors import PyMongoError

from services.kernel.assembly import Application, assemble
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Command, Metadata
from services.kernel.base.metrics import Metrics
from services.kernel.base.problem import Problem, Refused
from services.kernel.base.settings import Secrets, Settings
from services.kernel.bus.feed import feed_page
from services.kernel.bus.inbox import Expected
from services.kernel.commands.decider import CommandEnvelope, Commands, Decider
from services.kernel.log.mongo_log import MongoLog
from tests.simulation.broker import Broker
from tests.simulation.cast import Cast, Order, Outside, Process, Rates
from tests.simulation.choices import Choices
from tests.simulation.community import BROKEN, DESK_EVENTS, desk_tell
from tests.simulation.database import Server
from tests.simulation.faults import Faults
from tests.simulation.patching import SimulatedOs
from tests.simulation.scheduler import Event, Scheduler, SimulatedTime

SECRETS = Secrets(b"s" * 32, b"v" * 32, b"t" * 32, b"c" * 32)
METRICS = Metrics()
REST_SECONDS = 90.0


class DomainClock:
    """Domain time: simulated machine time as a moment."""

    def now(self) -> datetime:
        moment = datetime.fromtimestamp(SimulatedTime.time(), UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class World:
    """Everything that takes part in one simulation."""

    last: World

    def __init__(self, choices: Choices, cast: Cast) -> None:
        SimulatedOs.reset()
        BROKEN.clear()
        self.choices = choices
        self.cast = cast
        self.scheduler = Scheduler(choices)
        self.scheduler.world = self  # type: ignore[attr-defined]
        faults = Faults(self)
        self.server = Server(faults.at_database, lambda: self.scheduler.now)
        self.broker = Broker(faults.at_broker)
        self.broker.acknowledged = self._acknowledged
        self.broken: list[str] = []
        self.outside = Outside()
        self.processes: list[Process] = []
        self.orders: list[Order] = []
        self.rates = Rates()
        self.database_down = False
        self.log: list[str] = []
        self.faults: Counter[str] = Counter()
        self.stopped: set[str] = set()
        self.healing = False
        self.restores = 0
        self.forgotten: set[str] = set()
        self.quiet = 0
        self._look = 0.0
        self.teller: Commands | None = None
        self._teller_log: MongoLog | None = None
        if "desk" not in cast.services:
            database: Any = self.server["desk"]
            self._teller_log = MongoLog("desk", database, DESK_EVENTS)
            self._teller_log.prepare()
            self.teller = Commands(self._teller_log, DomainClock(), desk_tell)
        World.last = self

    # Services.

    def start(self, service: str, instance: str = "a") -> Process:
        """Start an instance of a service."""
        process = Process(service, instance)
        self.processes.append(process)
        self.scheduler.spawn("start", process, partial(self._boot, process))
        return process

    def _boot(self, process: Process) -> None:
        settings = Settings(
            service=process.service, mongodb="", amqp="simulated" if self.cast.broker else None, smtp=None, host="", port=0,
            urls={name: f"http://{name}" for name in ("desk", "hall")}, community_host="x", clock="system",
            instance=process.instance, database_prefix="", secrets=SECRETS,
        )  # fmt: skip
        definition = self.cast.services[process.service]
        database: Any = self.server[process.service]
        app = assemble(definition, settings, database, METRICS, DomainClock())
        stop = Event()
        while True:
            try:
                app.prepare()
                break
            except PyMongoError:
                self.scheduler.wait(0.1)
        process.app = app
        for name, job in app.jobs() if self.cast.jobs else ():
            self.scheduler.spawn(name, process, partial(job, stop))  # type: ignore[arg-type]

    def stop(self, service: str) -> None:
        """Stop all instances of a service; nobody starts them again."""
        self.stopped.add(service)
        for process in [each for each in self.processes if each.service == service]:
            self.kill(process)

    def kill(self, process: Process) -> None:
        """Kill a process as SIGKILL does; a supervisor starts it again a moment later."""
        if not process.alive:
            return
        process.alive = False
        self.resume(process)
        self.processes.remove(process)
        self.broker.drop_process(process)
        self.note(f"kill {process}")
        self.scheduler.spawn("supervisor", self.outside, partial(self._restart, process))
        self.scheduler.kill(process)

    def start_again(self, service: str) -> None:
        """Start a service that was stopped."""
        self.stopped.discard(service)
        self.start(service)

    def restored(self, source: str) -> str | None:
        """Why the hall waits for an operator because ``source`` was restored without an epoch; None otherwise."""
        for process in self.processes:
            if process.service == "hall" and process.app is not None and (why := process.app.inbox.restored(source)):
                return why
        return None

    def _restart(self, process: Process) -> None:
        self.scheduler.wait(0.2)
        runs = any(each.service == process.service and each.instance == process.instance for each in self.processes)
        if process.service not in self.stopped and not runs:
            self.start(process.service, process.instance)

    def pause(self, process: Process, seconds: float) -> None:
        """Stop a process as SIGSTOP does, for a while."""
        if process.paused or not process.alive:
            return
        process.paused = True
        self.scheduler.paused += 1
        self.note(f"pause {process} {seconds}")

        def resume() -> None:
            self.scheduler.wait(seconds)
            self.resume(process)

        self.scheduler.spawn("resume", self.outside, resume)

    def resume(self, process: Process) -> None:
        """Let a paused process go on."""
        if process.paused:
            process.paused = False
            self.scheduler.paused -= 1

    def serving(self, service: str) -> Process | None:
        """An instance that can answer requests."""
        found = [p for p in self.processes if p.service == service and p.app is not None and not p.paused]
        return found[self.choices.pick(len(found))] if found else None

    def note(self, text: str) -> None:
        """Write a line into the story of this schedule, for who reads a failure."""
        self.log.append(f"{self.scheduler.now:9.3f} {text}")

    # What is watched at every step; ``judge`` reports ``broken``.

    def _acknowledged(self, body: bytes) -> None:
        """A message was acknowledged: its fact must be in the inbox, or the message among the strays."""
        identity, hall = json.loads(body)["id"], self.server["hall"]
        heard = any(fact["id"] == identity for fact in hall.store("inbox").documents.values())
        if not heard and not any(stray["body"] == body for stray in hall.store("strays").documents.values()):
            self.broken.append("a fact was acknowledged before it was stored")

    def watch_leases(self) -> None:
        """At most one instance of a service holds the lease, unless a crash of the database took a renewal back."""
        if self.faults["database crash"] or self.faults["database down"]:
            return
        holders = Counter(
            each.service for each in self.processes if each.app and not each.paused and each.app.runner._lease.held()
        )
        if any(count > 1 for count in holders.values()):
            self.broken.append("two instances held the lease at once")

    # The network.

    def answer_feed(self, url: str, query: Mapping[str, Any]) -> Answer:
        """The feed's answer of a source, by one of its instances. Raises ``requests.ConnectionError``."""
        import requests

        self.scheduler.yield_turn()
        if self._teller_log is not None:
            page = feed_page(self._teller_log, "x", str(query["epoch"]), int(query["after"]), int(query["limit"]))
            return Answer(json.loads(json.dumps(page)))
        process = self.serving(url.removeprefix("http://").partition("/")[0])
        if process is None or process.app is None:
            raise requests.ConnectionError("nobody answers")
        try:
            page = feed_page(process.app.log, "x", str(query["epoch"]), int(query["after"]), int(query["limit"]))
        except PyMongoError as error:
            raise requests.ConnectionError("503") from error
        return Answer(json.loads(json.dumps(page)))

    # Clients.

    def order(self, service: str, decider: Decider[Any], identity: str, command: Command) -> Order:
        """Give a command as a client does: repeat under the same key until there is an answer."""
        order = Order(service, decider, identity, command, derived_id("client", len(self.orders)))
        self.orders.append(order)
        return order

    def send(self, order: Order, deadline: float) -> None:
        """Send a command again and again until it is answered or the deadline has passed."""
        if order.service == "desk" and self.teller is not None:
            self._tell(order, self.teller)
        while order.answer is None and self.scheduler.now < deadline:
            process = self.serving(order.service)
            if process is not None and process.app is not None:
                self._attempt(order, process)
                if order.answer is not None:
                    return
            self.scheduler.wait(0.3)

    def _tell(self, order: Order, teller: Commands) -> None:
        meta = Metadata(order.key, None, "client")
        envelope = CommandEnvelope(order.command, order.identity, order.key, meta, "request")
        try:
            order.position = teller.take(order.decider, envelope).position
            order.answer = "ok"
        except Refused as refused:
            order.answer = refused.rule

    def _attempt(self, order: Order, process: Process) -> None:
        """One request: a task of the process does the work; the client waits for at most 10 s."""
        done = Event()
        envelope = CommandEnvelope(
            order.command, order.identity, order.key, Metadata(order.key, None, "client"), "request"
        )

        def handle() -> None:
            assert process.app is not None
            answer, position = None, 0
            try:
                commit = process.app.core.commands.take(order.decider, envelope)
                answer, position = "ok", commit.position
            except Refused as refused:
                answer, position = refused.rule, refused.position or 0
            except (Problem, PyMongoError):
                pass
            if answer is not None and order.answer not in (None, answer):
                raise AssertionError(f"{order.command} was answered {order.answer} and then {answer}")
            order.answer, order.position = answer or order.answer, position or order.position
            done.set()

        self.scheduler.spawn("request", process, handle)
        done.wait(10.0)

    # The play.

    def play(self, script: Sequence[Callable[[World], None]], seconds: float) -> None:
        """Let all actors of the script work for some time while faults come, then wait until all is at rest."""
        for number, actor in enumerate(script):
            self.scheduler.spawn(f"actor {number}", self.outside, partial(actor, self))
        self.scheduler.run(lambda: False, seconds=seconds)
        self.heal()

    def heal(self) -> None:
        """End all faults, mend the code, mark what is parked, and wait until everything is at rest."""
        self.note("heal")
        self.healing = True
        self.rates = Rates()
        self.database_down = False
        self.broker.start()
        for process in self.processes:
            self.resume(process)
        BROKEN.clear()
        self.scheduler.spawn("operator", self.outside, self._retry_parked)
        rested = self.scheduler.run(self._at_rest, seconds=REST_SECONDS)
        if not rested:
            raise AssertionError(f"not at rest: after {REST_SECONDS} s: {self.unrest()}")

    def _retry_parked(self) -> None:
        while True:
            for process in list(self.processes):
                if process.app is not None:
                    for reader in {fact.reader for fact in process.app.parking.all()}:
                        process.app.parking.mark(reader)
            self.scheduler.wait(2.0)

    def _at_rest(self) -> bool:
        if self.scheduler.now < self._look:
            return False
        self._look = self.scheduler.now + 0.5
        self.quiet = 0 if self.unrest() else self.quiet + 1
        return self.quiet >= 2

    def unrest(self) -> list[str]:
        """What is not done yet."""
        found = [f"{order.command} has no answer" for order in self.orders if order.answer is None]
        for service in self.cast.services if self.cast.jobs else ():
            processes = [p for p in self.processes if p.service == service and p.app is not None]
            app = next((p.app for p in processes if p.app and p.app.runner._lease.held()), None)
            if app is None:
                found.append(f"nobody holds the lease of {service}")
                continue
            found += [f"{reader.name} of {service} is behind" for reader in app.runner.readers if reader.lag()]
            found += [f"{count} facts of {service} are parked" for count in [app.parking.count()] if count]
            found += self._deaf(service, app)
            coming = self.server[service].store("manager_closing").documents.values()
            found += ["a deadline is to come" for document in coming if "due" in document]
            troubles = [f"{name}: {why}" for name, why in app.runner.troubles.items()]
            found += troubles if found else []
        return found

    def _deaf(self, service: str, app: Application) -> list[str]:
        told = self._teller_log
        if told is None:
            told = next((p.app.log for p in self.processes if p.service == "desk" and p.app is not None), None)
        return [
            f"{service} has not heard all of {source}"
            for source in app.definition.sources
            if told is None or not self._has_heard_all(app.inbox.expected(source), told)
        ]

    def _has_heard_all(self, expected: Expected, told: MongoLog) -> bool:
        """Whether the last fact that was heard is the last fact of the source, and not only of the same number."""
        commits = self.server["desk"].store("commits").documents.values()
        last = max(
            (fact["n"], fact["event"]) for fact in [{"n": 0, "event": ""}, *(f for c in commits for f in c["facts"])]
        )
        return expected.n - 1 == told.last_fact() and (expected.n - 1, expected.previous) == last


class Answer:
    """An HTTP answer of the feed."""

    def __init__(self, page: Any) -> None:
        self._page = page

    def raise_for_status(self) -> None:
        """The status is 200."""

    def json(self) -> Any:
        """The page."""
        return self._page
