"""Schedules: a cast, faults and clients, all drawn from the choices of one seed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from services.kernel.declare.service import Definition
from services.kernel.log.mongo_log import MongoLog
from tests.simulation.cast import Cast, Rates
from tests.simulation.choices import Choices, shrink
from tests.simulation.community import (
    BROKEN,
    CLOSING,
    COPYING,
    DEPARTURE,
    DESK,
    DESK_EVENTS,
    SEAT,
    AddItems,
    HoldSeat,
    Leave,
    desk,
    hall,
)  # fmt: skip
from tests.simulation.community import (
    PEOPLE as PEOPLE_VIEW,
)
from tests.simulation.invariants import judge
from tests.simulation.scheduler import TooLong
from tests.simulation.world import World

SCHEDULES = int(os.environ.get("JEJARING_SCHEDULES", "20000"))
FIRST_SEED = 1_000_000
"""``make test`` plays so many schedules, beginning with this seed."""
Actor = Callable[[World], None]
KINDS = ("unsent", "unanswered", "kill", "kill after", "late", "pause", "database crash", "database down")
RATES = (0.01, 0.03, 0.1, 0.0)
PEOPLE = ("ani", "budi")
SEATS = ("s1", "s2", "s3")
QUIET = replace(hall(), views=(), managers=(), sources=())


def _hall(**parts: Any) -> dict[str, Definition]:
    return {"hall": replace(hall(), **{"views": (), "managers": (), **parts})}


CASTS: Sequence[tuple[int, Cast]] = (
    (50, Cast("log", {"hall": QUIET}, jobs=False)),
    (20, Cast("bus", {"desk": replace(desk(), views=()), **_hall()}, broker=True)),
    (12, Cast("departure", _hall(managers=(DEPARTURE,)))),
    (8, Cast("copying", _hall(managers=(COPYING,)))),
    (8, Cast("closing", _hall(managers=(CLOSING,), sources=()))),
    (12, Cast("views", _hall(views=(PEOPLE_VIEW,)))),
    (1, Cast("all", {"desk": desk(), "hall": hall()}, broker=True)),
)
"""Weight and cast: small casts are cheap and come often, because most mistakes need few parts."""
DRAWN = [cast for weight, cast in CASTS for _ in range(weight)]


def drawn_cast(seed: int) -> Cast:
    """The cast that a seed draws."""
    return DRAWN[Choices(seed).pick(len(DRAWN))]


def play(choices: Choices, cast: Cast | None = None) -> World:
    """Play one schedule and judge it. Raises ``AssertionError`` for a broken promise."""
    world = World(choices, cast or DRAWN[choices.pick(len(DRAWN))])
    for service in world.cast.services:
        world.start(service)
    world.rates = Rates(
        database=RATES[choices.pick(len(RATES))],
        broker=RATES[choices.pick(len(RATES))],
        kinds=[kind for kind in KINDS if choices.pick(2) == 0] or KINDS,
    )
    try:
        world.play(_script(world), seconds=2.0 + choices.pick(4))
        judge(world)
    finally:
        world.scheduler.close()
    return world


def _script(world: World) -> list[Actor]:
    pick, services = world.choices.pick, world.cast.services
    script: list[Actor] = []
    if "desk" in services or services["hall"].sources:
        script += [desk_client] * (1 + pick(2))
    if "desk" not in services or services["hall"].managers:
        script += [hall_client] * (1 + pick(3))
    if world.cast.jobs and pick(3) == 1:
        script.append(breaker)
    if services["hall"].views and pick(3) == 1:
        script.append(rebuilder)
    if pick(3) == 1:
        script.append(second_instance)
    if world.cast.name == "bus" and pick(2) == 1:
        script.append(restorer)
    return script


def desk_client(world: World) -> None:
    """Adds items, lets people leave."""
    for _ in range(1 + world.choices.pick(3)):
        if world.choices.pick(3) == 2:
            command: AddItems | Leave = Leave(PEOPLE[: 1 + world.choices.pick(2)])
        else:
            count = 1 + world.choices.pick(2)
            command = AddItems(tuple(f"i{len(world.orders)}{n}" for n in range(count)))
        order = world.order("desk", DESK, f"d{world.choices.pick(2)}", command)
        world.send(order, world.scheduler.now + 200)
        world.scheduler.wait(0.2 * world.choices.pick(10))


def hall_client(world: World) -> None:
    """Holds seats."""
    for _ in range(1 + world.choices.pick(4)):
        command = HoldSeat(PEOPLE[world.choices.pick(2)])
        order = world.order("hall", SEAT, SEATS[world.choices.pick(3)], command)
        world.send(order, world.scheduler.now + 200)
        world.scheduler.wait(0.2 * world.choices.pick(10))


ALL_PLACES = ("items:d0", "heard:d0", "heard:d1", "departure:ani", "people:ani", "closing:s1", "closing:s2")
"""Where the code can be broken: a view or manager, and a subject. ``whom``: the manager cannot tell whom a fact concerns."""
PLACES = {
    "departure": ("departure:ani", "departure:budi", "whom:ani"),
    "copying": ("copying:i00", "copying:i10"),
    "closing": ("closing:s1", "closing:s2"),
    "views": ("people:ani", "people:budi"),
}


def breaker(world: World) -> None:
    """Breaks the code for some subjects, and mends it later."""
    places = PLACES.get(world.cast.name, ALL_PLACES)
    for _ in range(1 + world.choices.pick(2)):
        if world.healing:
            return
        place = places[world.choices.pick(len(places))]
        BROKEN.add(place)
        world.note(f"broken {place}")
        world.scheduler.wait(1.0 + world.choices.pick(5))
    if world.choices.pick(2):
        BROKEN.clear()


def rebuilder(world: World) -> None:
    """Rebuilds a view."""
    world.scheduler.wait(0.5 * world.choices.pick(6))
    views = world.cast.services["hall"].views
    name = views[world.choices.pick(len(views))].name
    process = world.serving("hall")
    if process is not None and process.app is not None:
        world.note(f"rebuild {name}")
        process.app.views.rebuild(name)


def restorer(world: World) -> None:
    """Makes a backup of the desk, and restores it later: with a new epoch, or first without."""
    wait, pick = world.scheduler.wait, world.choices.pick
    for _ in range(1 + pick(2)):
        wait(0.5 + 0.3 * pick(8))
        backup = world.server.backup("desk")
        wait(0.5 + 0.5 * pick(8))
        if world.healing or "epoch" not in backup:
            return
        world.note("restore")
        world.stop("desk")
        wait(0.1)
        kept = {commit["command_id"] for commit in backup.get("commits", {}).values()}
        world.forgotten |= {order.key for order in world.orders if order.answer is not None} - kept
        world.restores += 1
        world.server.restore("desk", backup)
        if pick(3) != 2:
            begin_epoch(world, None)
            world.start_again("desk")
            continue
        world.start_again("desk")
        for _ in range(40):  # an operator looks at the status from time to time
            wait(1.5)
            if (why := world.restored("desk")) is None:
                continue
            after = int(why.rpartition("--after ")[2].strip("`")) if "--after" in why else None
            world.note(f"begin an epoch after {after}")
            world.stop("desk")
            wait(0.1)
            begin_epoch(world, after)
            world.start_again("desk")


def begin_epoch(world: World, after: int | None) -> None:
    """What ``jejaring epoch begin`` does."""
    database: Any = world.server["desk"]
    MongoLog("desk", database, DESK_EVENTS).begin_epoch(after)


def second_instance(world: World) -> None:
    """Starts a second instance of the hall."""
    world.scheduler.wait(0.5 * world.choices.pick(6))
    world.start("hall", "b")


def story(seed: int, decisions: Sequence[int], error: BaseException, cast: Cast | None, attempts: int = 300) -> str:
    """The story of the shrunk schedule: what went wrong, each fault with its time and place, and the decisions."""
    kind = str(error).partition(":")[0]
    best = (str(error), list(World.last.log), list(decisions))

    def fails(tried: Sequence[int]) -> bool:
        nonlocal best
        try:
            play(Choices(replay=tried), cast)
        except (AssertionError, TooLong) as found:
            if str(found).partition(":")[0] == kind:
                best = (str(found), list(World.last.log), list(tried))
                return True
        return False

    least = shrink(decisions, fails, attempts)
    told, log, _ = best
    return "\n".join([f"seed {seed}, cast {World.last.cast.name}: {told}", *log, f"decisions {least}"])
