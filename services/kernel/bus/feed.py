"""A source's feed: its facts by number, over HTTP, without the broker.

This module holds both ends: the source's answer at ``/internal/feed``, and the subscriber's requests. The answer names
the epoch and the head, so one request tells a subscriber whether facts are missing. A subscriber of another epoch
learns the first fact of the present epoch and the last fact of the old epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from services.kernel.base.metrics import Metrics
from services.kernel.bus.envelope import InvalidEnvelope, checked, envelope
from services.kernel.bus.inbox import Inbox
from services.kernel.declare.policy import ActorSignature, service_actor
from services.kernel.log.mongo_log import MongoLog

FEED_SECONDS = 3.0
LATELY_SECONDS = 1.0
"""How old the head of a feed's answer may be. Subscribers without news then cost the source's database nothing."""
PAGE = 256


class FeedUnavailable(Exception):
    """The source does not answer, or the answer is not a feed; ask again later."""


def feed_page(log: MongoLog, community_host: str, epoch: str, after: int, limit: int = PAGE) -> dict[str, Any]:
    """The source's answer: ``{epoch, first, head, stands, facts}``.

    ``facts`` holds envelopes after ``after`` if ``epoch`` is the present epoch or "", and is empty for another epoch.
    ``stands`` is the number of the last fact before this epoch.
    """
    first = log.first_fact()
    here = epoch in ("", log.epoch)
    head = log.last_fact_lately(LATELY_SECONDS)
    if after > head:  # the asker knows of later facts, or asks for the exact head with a number beyond all facts
        head = log.last_fact()
    facts = log.facts(max(after, first - 1), limit) if here and after < head else []
    return {
        "epoch": log.epoch,
        "first": first,
        "stands": first - 1,
        "head": max([head, *(fact.n for fact in facts[-1:])]),
        "facts": [envelope(fact, community_host) for fact in facts],
    }


@dataclass(frozen=True)
class CatchUp:
    """Fills a service's inbox from the feeds of its sources."""

    service: str
    inbox: Inbox
    urls: Mapping[str, str]
    signature: ActorSignature
    metrics: Metrics | None = None

    def head(self, source: str) -> int:
        """The number of the source's last fact. Raises ``FeedUnavailable``."""
        return int(self._ask(source, "", 2**62)["head"])

    def run(self, source: str) -> int:
        """Ask the feed until no fact is missing; returns the number of stored facts.

        Raises ``FeedUnavailable`` and ``PyMongoError``; facts that were stored before the error stay stored.
        """
        stored = 0
        while True:
            expected = self.inbox.expected(source)
            page = self._ask(source, expected.epoch, expected.n - 1)
            if expected.epoch and page["epoch"] != expected.epoch:
                self.inbox.begin(source, page["epoch"], page["first"])
                continue
            if not page["facts"]:
                return stored
            admission = self.inbox.admit(source, page["facts"])
            if admission.stored and self.metrics is not None:
                self.metrics.gaps.labels(self.service, source).inc()
            stored += admission.stored
            if not admission.stored and self.inbox.expected(source) == expected:
                raise FeedUnavailable(f"{source} answers with a gap of its own")

    def _ask(self, source: str, epoch: str, after: int) -> dict[str, Any]:
        header = {ActorSignature.HEADER: self.signature.sign(service_actor(self.service))}
        query: dict[str, str | int] = {"epoch": epoch, "after": after, "limit": PAGE}
        try:
            answer = requests.get(
                f"{self.urls[source]}/internal/feed", params=query, headers=header, timeout=FEED_SECONDS
            )
            answer.raise_for_status()
            page = answer.json()
            page["facts"] = [checked(document) for document in page["facts"]]
        except (requests.RequestException, ValueError, KeyError, InvalidEnvelope) as error:
            raise FeedUnavailable(f"{source}: {type(error).__name__}") from error
        return dict(page)
