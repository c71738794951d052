"""Durable commands a second through a service: HTTP, policy, decide, append, answer.

The command opens a region: one new stream each, one event, one fact, no other collection touched. Clients are processes
of their own with a closed loop each, so a slow server is not asked faster than it answers.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from services.kernel.declare.policy import ActorSignature
from tests.benchmarks.stack import Stack
from tests.support.members_client import COORDINATOR

PROCESSES = 2


def commands_per_second(stack: Stack, clients: int, seconds: float) -> None:
    """Print the rate and the latencies at so many clients."""
    queue: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
    shares = [clients // PROCESSES + (n < clients % PROCESSES) for n in range(PROCESSES)]
    workers = [
        multiprocessing.Process(target=_drive, args=(stack.url, stack.directory / "keys", share, seconds, queue))
        for share in shares
        if share
    ]
    for worker in workers:
        worker.start()
    latencies = sorted(latency for _ in workers for latency in queue.get(timeout=seconds + 30))
    for worker in workers:
        worker.join(60)
    name = f"durable commands, {clients} clients"
    stack.say(name, f"{len(latencies) / seconds:.0f}", "/s")
    for label, share in (("median", 0.5), ("99th percentile", 0.99)):
        stack.say(f"  answered in, {label}", f"{latencies[int(len(latencies) * share)] * 1000:.1f}", "ms")


def _drive(url: str, keys: Path, clients: int, seconds: float, queue: multiprocessing.Queue[list[float]]) -> None:
    """In a client process: so many threads, each one request after the other."""
    import threading

    found: list[float] = []
    address = urlsplit(url)
    signature = ActorSignature((keys / "signing.key").read_text().strip()).sign(COORDINATOR)
    until = time.monotonic() + seconds

    def client() -> None:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
        while time.monotonic() < until:
            name = f"r{uuid.uuid4().hex[:20]}"
            place = {"id": "pusat", "name": "Pusat", "latitude": -7.8, "longitude": 112.0}
            body = json.dumps({"region": name, "name": "Wilayah", "subdistricts": [place]})
            headers = {
                "Content-Type": "application/json", "Idempotency-Key": name, ActorSignature.HEADER: signature,
            }  # fmt: skip
            begun = time.monotonic()
            connection.request("POST", "/v1/regions", body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 201:
                raise RuntimeError(f"{answer.status}")
            found.append(time.monotonic() - begun)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 20)
    queue.put(found)
