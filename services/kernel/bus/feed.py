"""A source's feed: its facts by number, the way past the broker.

Both ends stand here: what a source answers at ``/internal/feed``, and how a subscriber asks for it. The answer names
the epoch and its head, so that one request tells a subscriber whether it has missed anything at all; a subscriber of
another epoch learns where the present one begins and which of the old one's facts stands last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from services.kernel.base.metrics import Metrics
from services.kernel.bus.envelope import NotOurs, checked, envelope
from services.kernel.bus.inbox import Inbox
from services.kernel.declare.policy import ActorSignature, service_actor
from services.kernel.log.mongo_log import MongoLog

FEED_SECONDS = 3.0
LATELY_SECONDS = 1.0
"""How old the head may be that a feed answers from: subscribers at rest then cost the source's database nothing."""
PAGE = 256


class FeedUnavailable(Exception):
    """The source does not answer, or not with a feed; ask again later."""


def feed_page(log: MongoLog, community_host: str, epoch: str, after: int, limit: int = PAGE) -> dict[str, Any]:
    """What a source answers: ``{epoch, first, head, stands, facts}``.

    ``facts`` are envelopes behind ``after`` where ``epoch`` is the present one or "", none otherwise. ``stands`` is the
    number of the last fact before this epoch.
    """
    first = log.first_fact()
    here = epoch in ("", log.epoch)
    head = log.last_fact_lately(LATELY_SECONDS)
    if after > head:  # the asker knows of more, or asks for the exact head with a number beyond all facts
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
        """Ask until nothing is missing; answers how many facts were stored.

        Raises ``FeedUnavailable`` and ``PyMongoError``; what was stored until then stays stored.
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
        except (requests.RequestException, ValueError, KeyError, NotOurs) as error:
            raise FeedUnavailable(f"{source}: {type(error).__name__}") from error
        return dict(page)
