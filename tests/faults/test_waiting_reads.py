"""Strangers who wait for positions take no place from people who wait for their own writes."""

import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import requests

from tests.support.members_client import Caller, registration
from tests.support.services import ChildServices

STRANGERS = 80


def test_beside_eighty_strangers_every_honest_read_is_answered_about_as_fast_as_alone(
    child_services: Callable[..., ChildServices], tmp_path: Path
) -> None:
    services = child_services(environment={"AMQP_URI": "none"}, measured=False)
    services.start("members")
    services.wait_ready("members")
    caller = Caller(services.url("members"), tmp_path / "keys")
    caller.open_region()
    alone = [_read_of_an_own_write(caller, f"alone{n}") for n in range(8)]

    stop, refused = threading.Event(), [0]

    def stranger(n: int) -> None:
        with requests.Session() as session:
            while not stop.is_set():
                far = {"Wait-For": f"members@{10**12 + n}"}
                answer = session.get(f"{caller.url}/v1/regions", headers=far, timeout=20)
                refused[0] += answer.status_code == 503
                stop.wait(1.0)  # as Retry-After asks

    strangers = [threading.Thread(target=stranger, args=(n,)) for n in range(STRANGERS)]
    for one in strangers:
        one.start()
    try:
        time.sleep(1)
        beside = [_read_of_an_own_write(caller, f"beside{n}") for n in range(8)]
    finally:
        stop.set()
        for one in strangers:
            one.join(60)
    print(f"alone {statistics.median(alone):.3f} s, beside {STRANGERS} strangers {statistics.median(beside):.3f} s")
    assert refused[0] >= STRANGERS
    assert statistics.median(beside) < 10 * max(statistics.median(alone), 0.02)


def _read_of_an_own_write(caller: Caller, name: str) -> float:
    """The seconds from a write's answer to the answer of a read that waits for the write."""
    written = caller.post("/v1/members", registration(name))
    assert written.status_code == 201, written.text
    begun = time.monotonic()
    answer = caller.get("/v1/regions", **{"Wait-For": written.headers["Position"]})
    assert answer.status_code == 200, answer.text
    return time.monotonic() - begun
