"""Real services, killed, paused and started without what they need."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.broker import Broker
from deploy.database import Database
from deploy.demo.mailbox.server import Mailbox
from deploy.waiting import wait_until
from services.kernel.base.clock import DemoClock
from services.kernel.base.local_time import zone
from tests.support.members_client import Caller
from tests.support.services import ChildServices

Start = Callable[..., ChildServices]


def at_nine_in_the_morning(clock: Path) -> None:
    """Begin at the next nine o'clock: in the community's quiet hours a welcome would wait until they end."""
    now = datetime.now(zone())
    nine = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1 if now.hour >= 9 else 0)
    DemoClock(clock).advance(nine - now)


def test_each_acknowledged_joining_is_in_log_view_and_mail_once_whatever_is_killed(
    child_services: Start, tmp_path: Path, mailbox: Mailbox, database_server: Database, broker_server: Broker
) -> None:
    at_nine_in_the_morning(tmp_path / "clock.json")
    services = child_services()
    process = services.start("members", "events", "mentoring", "notifications")
    caller = Caller(services.url("members"), tmp_path / "keys")
    services.wait_ready("members", "notifications")
    caller.open_region()
    joined: dict[str, str] = {}
    stop = threading.Event()

    broken: list[BaseException] = []

    def join(worker: int) -> None:
        try:
            for n in range(40):
                if stop.is_set():
                    return
                joined[f"w{worker}n{n}"] = Caller(caller.url, tmp_path / "keys").join(f"w{worker}n{n}")
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            broken.append(error)

    workers = [threading.Thread(target=join, args=(worker,)) for worker in range(4)]
    for worker in workers:
        worker.start()
    dice = random.Random(7)
    hand = ThreadPoolExecutor(1)  # a thread that lives: what it starts is killed when it ends
    kills = {
        "services": lambda: (services.kill(process), services.restart(process, wait=False)),
        "database": lambda: (database_server.kill(), database_server.start()),
        "broker": lambda: (broker_server.kill(), hand.submit(broker_server.start)),
    }
    for victim in ("services", "database", "services", "broker", "services"):
        enough = len(joined) + 10
        wait_until(lambda enough=enough: len(joined) >= enough or broken, 40, "joins")
        time.sleep(dice.uniform(0, 0.05))  # somewhere in the middle of the next ones
        kills[victim]()
    stop.set()
    for worker in workers:
        worker.join(60)
    assert broken == []
    assert len(joined) >= 50
    wait_until(lambda: set(caller.members()) == set(joined.values()), 20, "the roster to be level")
    assert len(set(joined.values())) == len(joined)
    assert {name: caller.join(name) for name in list(joined)[:5]} == {name: joined[name] for name in list(joined)[:5]}

    wanted = {f"{name}@contoh.example" for name in joined}
    wait_until(lambda: wanted <= set(_mailed(mailbox)), 60, "everybody's welcome")
    assert {to: len(ids) for to, ids in _mailed(mailbox).items() if to in wanted} == dict.fromkeys(wanted, 1)


def test_without_a_database_services_wait_and_say_so_then_go_on(
    child_services: Start, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    absent = Database(tmp_path_factory.mktemp("absent"))
    services = child_services(environment={"MONGODB_URI": absent.uri, "AMQP_URI": "none"})
    process = services.start("members", "events", "mentoring", "notifications")
    assert services.status("members", "/healthz") == 200
    answer = requests.get(services.url("members") + "/readyz", timeout=8)
    assert answer.status_code == 503
    assert "database" in answer.text
    assert Caller(services.url("members"), tmp_path / "keys").get("/v1/regions").status_code == 503
    wait_until(lambda: "waiting for the database" in services.log(process), 10, "the log to say so")
    absent.start()
    try:
        services.wait_ready("members", "events", "mentoring", "notifications")
        Caller(services.url("members"), tmp_path / "keys").open_region()
    finally:
        absent.stop()


def test_without_a_broker_commands_are_taken_facts_arrive_within_ten_seconds_and_readiness_says_why(
    child_services: Start, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    absent = Broker(tmp_path_factory.mktemp("absent"))
    services = child_services(environment={"AMQP_URI": absent.uri()})
    services.start("members", "events", "mentoring", "notifications")
    caller = Caller(services.url("members"), tmp_path / "keys")
    caller.open_region()
    member = caller.join("tanpa")
    told = time.monotonic()
    wait_until(lambda: _heard(services, "notifications", "members") >= _facts(services, "members"), 10, "the facts")
    assert time.monotonic() - told < 10
    answer = requests.get(services.url("notifications") + "/readyz", timeout=8)
    assert (answer.status_code, answer.json()["ready"], answer.json()["degraded"]) == (200, True, True)
    assert "notifications.from.members" in answer.text
    assert member in caller.members()
    absent.start()
    try:
        services.wait_ready("members", "notifications", deadline_seconds=40)
    finally:
        absent.stop()


def test_with_no_broker_wanted_everything_is_ready_and_facts_arrive(child_services: Start, tmp_path: Path) -> None:
    services = child_services(environment={"AMQP_URI": "none"})
    services.start("members", "events", "mentoring", "notifications")
    services.wait_ready("members", "notifications")
    caller = Caller(services.url("members"), tmp_path / "keys")
    caller.open_region()
    caller.join("sendiri")
    wait_until(lambda: _heard(services, "notifications", "members") >= _facts(services, "members"), 10, "the facts")


def test_a_second_instance_takes_over_from_a_paused_one_which_moves_nothing_when_it_wakes(
    child_services: Start, tmp_path: Path
) -> None:
    first = child_services(environment={"JEJARING_INSTANCE": "first", "AMQP_URI": "none"})
    second = child_services(environment={"JEJARING_INSTANCE": "second", "AMQP_URI": "none"})
    process = first.start("members")
    one, two = (Caller(services.url("members"), tmp_path / "keys") for services in (first, second))
    one.open_region()
    second.start("members")
    one.join("a")
    os.kill(first.pid(process), signal.SIGSTOP)
    paused = time.monotonic()
    members = [two.join("b")]
    wait_until(lambda: members[0] in two.members(), 8, "the second instance's view to be level")
    assert time.monotonic() - paused < 8
    members.append(two.join("c"))
    os.kill(first.pid(process), signal.SIGCONT)
    members += [one.join("d"), two.join("e")]
    for caller in (one, two):
        wait_until(lambda caller=caller: set(members) <= set(caller.members()), 8, "both to show everybody")
        assert len(caller.members()) == 5


def test_a_dead_container_ends_the_process_so_that_a_supervisor_starts_it_again(
    child_services: Start, tmp_path: Path
) -> None:
    services = child_services(environment={"AMQP_URI": "none"})
    services.start("members")
    twin = child_services(environment={"AMQP_URI": "none", "MEMBERS_URL": services.url("members")})
    process = twin.start("members", wait=False)
    wait_until(lambda: twin.exit_code(process) is not None, 20, "the second one on that port to end")
    assert twin.exit_code(process) == 1
    assert "Traceback" not in twin.log(process)
    assert "in use" in twin.log(process)


def _mailed(mailbox: Mailbox) -> dict[str, set[str]]:
    """The identities of the mails that each address has got."""
    ids: dict[str, set[str]] = {}
    for message in mailbox.messages():
        for to in message["to"]:
            ids.setdefault(to, set()).add(message["message_id"])
    return ids


def _status(services: ChildServices, name: str) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(services.url(name) + "/internal/status", timeout=8).json()
    return found


def _heard(services: ChildServices, name: str, source: str) -> int:
    return int(_status(services, name)["heard"][source])


def _facts(services: ChildServices, name: str) -> int:
    return int(_status(services, name)["facts"])
