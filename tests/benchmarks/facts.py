"""Facts a second from one log through the broker into another: relay, broker, subscription, inbox."""

from __future__ import annotations

import time
import uuid

from deploy.waiting import wait_until
from services.kernel.base.mongo import connect
from tests.benchmarks.stack import Stack
from tests.support.bus_endpoints import ConsumerEndpoint, SourceEndpoint
from tests.support.sample_domain import append

FACTS = 5000


def facts_per_second(stack: Stack) -> None:
    """Print how fast a backlog travels."""
    client = connect(stack.database.uri)
    name = f"bench_{uuid.uuid4().hex[:8]}"
    source = SourceEndpoint("events", client[f"{name}_source"], stack.broker.uri())
    consumer = ConsumerEndpoint("bench", client[f"{name}_consumer"], [source], stack.broker.uri())
    try:
        for n in range(FACTS // 50):
            source.log.append(append(f"shelf-{n}", 0, *[f"t{k}" for k in range(50)]))
        consumer.start()
        wait_until(lambda: consumer.subscriptions[0].ready, 20, "the consumer")
        begun = time.monotonic()
        assert source.relay is not None
        while source.relay.step(1):
            pass
        published = time.monotonic() - begun
        wait_until(lambda: consumer.inbox.head() >= FACTS, 60, "all facts")
        stack.say("facts published and confirmed", f"{FACTS / published:.0f}", "/s")
        stack.say("facts from log to foreign inbox, durable", f"{FACTS / (time.monotonic() - begun):.0f}", "/s")
    finally:
        consumer.close()
        source.close()
        client.drop_database(f"{name}_source")
        client.drop_database(f"{name}_consumer")
