"""Durable appends a second into the log alone: what group commit gives, with no service around it."""

from __future__ import annotations

import threading
import time
import uuid

from services.kernel.base.mongo import connect
from services.kernel.log.mongo_log import MongoLog
from tests.benchmarks.stack import Stack
from tests.support.sample_domain import REGISTRY, append


def appends_per_second(stack: Stack, clients: int, seconds: float) -> None:
    """Print the rate at so many threads, each appending to streams of its own."""
    client = connect(stack.database.uri)
    name = f"bench_{uuid.uuid4().hex[:8]}"
    log = MongoLog("bench", client[name], REGISTRY)
    log.prepare()
    until = time.monotonic() + seconds
    counts = [0] * clients

    def write(number: int) -> None:
        while time.monotonic() < until:
            log.append(append(f"shelf-{number}-{counts[number]}", 0, "x"))
            counts[number] += 1

    threads = [threading.Thread(target=write, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 20)
    client.drop_database(name)
    stack.say(f"durable appends, {clients} writers", f"{sum(counts) / seconds:.0f}", "/s")
