"""Facts a second from one log through the broker into another: relay, broker, subscription, inbox."""

from __future__ import annotations

import time
import uuid

from deploy.waiting import wait_until
from services.kernel.base.mongo import connect
from tests.benchmarks.stage import Stage
from tests.support.shelf import append
from tests.support.stations import ConsumerStation, SourceStation

FACTS = 5000


def facts_per_second(stage: Stage) -> None:
    """Print how fast a backlog travels."""
    client = connect(stage.database.uri)
    name = f"bench_{uuid.uuid4().hex[:8]}"
    source = SourceStation("events", client[f"{name}_source"], stage.broker.uri())
    consumer = ConsumerStation("bench", client[f"{name}_consumer"], [source], stage.broker.uri())
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
        stage.say("facts published and confirmed", f"{FACTS / published:.0f}", "/s")
        stage.say("facts from log to foreign inbox, durable", f"{FACTS / (time.monotonic() - begun):.0f}", "/s")
    finally:
        consumer.close()
        source.close()
        client.drop_database(f"{name}_source")
        client.drop_database(f"{name}_consumer")
