"""A subscriber's end of the feed: asks a source for the facts that are missing in the inbox, and stores them.

The source's answer says whether the source is still the one that was heard. Two things can have happened:

* the source began an epoch, because it was restored. The subscriber goes on behind the last fact that both know by id;
* the source was restored and nobody began an epoch. The same numbers then name other facts. The subscriber stores
  nothing more of this source and says what the operator has to do (``SourceRestored``).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from services.kernel.base.metrics import Metrics
from services.kernel.bus.envelope import InvalidEnvelope, checked
from services.kernel.bus.feed import PAGE
from services.kernel.bus.inbox import Expected, Inbox, SourceRestored
from services.kernel.declare.policy import ActorSignature, service_actor
from services.kernel.log.epochs import History, history_of

log = logging.getLogger(__name__)
FEED_SECONDS = 3.0
BEYOND_ALL = 2**62


class FeedUnavailable(Exception):
    """The source does not answer, or the answer is not a feed; ask again later."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A feed's answer (``feed.feed_page``), checked. A source of a release up to 0.2.0 tells no ``previous``, and as its
    ``history`` its present epoch alone.
    """

    epoch: str
    head: int
    history: History
    previous: str
    facts: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class CatchUp:
    """Fills a service's inbox from the feeds of its sources."""

    service: str
    inbox: Inbox
    urls: Mapping[str, str]
    signature: ActorSignature
    metrics: Metrics | None = None

    def epochs_and_head(self, source: str) -> tuple[Sequence[str], int]:
        """The source's epochs, the present epoch last, and the number of its last fact. Raises ``FeedUnavailable``."""
        page = self._ask(source, "", BEYOND_ALL)
        return [epoch.epoch for epoch in page.history.epochs], page.head

    def run(self, source: str) -> int:
        """Ask the feed until no fact is missing; returns the number of stored facts.

        Raises ``SourceRestored``, ``FeedUnavailable`` and ``PyMongoError``; facts that were stored before the error stay
        stored.
        """
        stored = 0
        while True:
            expected = self.inbox.expected(source)
            page = self._ask(source, expected.epoch, expected.n - 1)
            if self._goes_on(source, expected, page):
                if not page.facts:
                    return stored
                stored += self._store(source, expected, page)

    def examine(self, source: str) -> None:
        """Compare what was heard with what the source tells today. Raises ``SourceRestored`` if they differ within one
        epoch, and ``FeedUnavailable``.
        """
        expected = self.inbox.expected(source)
        page = self._ask(source, expected.epoch, expected.n - 1)
        if expected.epoch and page.epoch == expected.epoch:
            common = self._last_common(source, expected.n - 1, page)
            if common < expected.n - 1:
                self._suspend(source, expected, common)

    def _goes_on(self, source: str, expected: Expected, page: FeedPage) -> bool:
        """Whether the answer is about the expected fact of the history that was heard. If the source has begun another
        epoch, note its beginning: False, ask again. Raises ``SourceRestored``.
        """
        if page.epoch != expected.epoch and (expected.epoch or not page.facts):
            if not expected.epoch and len(page.history.epochs) == 1:
                return True  # the source has told nothing yet
            self._begin(source, expected, page)
            return False
        suspended = bool(self.inbox.restored(source))
        other = page.previous and expected.previous and page.previous != expected.previous
        if expected.epoch and (suspended or other or page.head < expected.n - 1):
            common = self._last_common(source, expected.n - 1, page)
            if common < expected.n - 1:
                self._suspend(source, expected, common)
            self.inbox.resume(source)
        return True

    def _store(self, source: str, expected: Expected, page: FeedPage) -> int:
        admission = self.inbox.admit(source, page.facts)
        if admission.stored and self.metrics is not None:
            self.metrics.gaps.labels(self.service, source).inc()
        if not admission.stored and self.inbox.expected(source) == expected:
            raise FeedUnavailable(f"{source} answers with a gap of its own")
        return admission.stored

    def _begin(self, source: str, expected: Expected, page: FeedPage) -> None:
        """Go on behind the last fact that both know. Raises ``SourceRestored`` if the next fact has the name of another
        fact that was heard: then the epoch was begun too late.
        """
        common = self._last_common(source, expected.n - 1, page)
        following = page.history.of(common + 1)
        if common < expected.n - 1 and following.epoch in self.inbox.epochs(source):
            self._suspend(source, expected, common)
        lost = self.inbox.begin(source, expected, following.epoch, common + 1)
        how = log.error if lost else log.warning
        how(
            "a source has begun an epoch",
            extra={"source": source, "epoch": following.epoch, "first": common + 1, "heard_and_forgotten": lost},
        )

    def _suspend(self, source: str, expected: Expected, common: int) -> None:
        why = (
            f"{source} was restored without a new epoch: facts {common + 1} to {expected.n - 1} were heard and are others "
            f"now, or gone; stop {source} and run `jejaring epoch begin {source} --after {common}`"
        )
        if self.inbox.suspend(source, why):
            log.error("a source was restored without a new epoch", extra={"source": source, "why": why})
        raise SourceRestored(why)

    def _last_common(self, source: str, heard: int, page: FeedPage) -> int:
        """The greatest number, up to ``heard``, under which source and inbox hold the same fact.

        Up to the moment of the backup both hold the same facts, and behind it none, so halving finds the number. Raises
        ``FeedUnavailable``.
        """
        same, other = 0, min(heard, page.head) + 1
        probe = other - 1
        while probe > same:
            if self.inbox.id_of(source, probe) == self._id_at(source, probe, page):
                same = probe
            else:
                other = probe
            probe = (same + other) // 2
        return same

    def _id_at(self, source: str, n: int, page: FeedPage) -> str:
        """The id of fact ``n`` at the source."""
        found = self._ask(source, page.history.of(n).epoch, n - 1, 1).facts
        return str(found[0]["id"]) if found and int(found[0]["sequence"]) == n else ""

    def _ask(self, source: str, epoch: str, after: int, limit: int = PAGE) -> FeedPage:
        header = {ActorSignature.HEADER: self.signature.sign(service_actor(self.service))}
        query: dict[str, str | int] = {"epoch": epoch, "after": after, "limit": limit}
        try:
            answer = requests.get(
                f"{self.urls[source]}/internal/feed", params=query, headers=header, timeout=FEED_SECONDS
            )
            answer.raise_for_status()
            page = answer.json()
            facts = [checked(document) for document in page["facts"]]
            return FeedPage(str(page["epoch"]), int(page["head"]), history_of(page), page.get("previous", ""), facts)
        except (requests.RequestException, ValueError, KeyError, TypeError, InvalidEnvelope) as error:
            raise FeedUnavailable(f"{source}: {type(error).__name__}") from error
