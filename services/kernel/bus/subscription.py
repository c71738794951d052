"""From the broker into the inbox: one durable quorum queue per consumer and source.

No business code runs here. The subscription takes up to 256 messages without acknowledgement, stores the waiting
messages in one durable batch, and then acknowledges them together. Messages beyond a gap wait unacknowledged while the
missing facts are fetched from the source's feed. Both ends declare queue and exchange at every connection, so a wiped
broker is complete again after the next connection.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kombu import Connection, Queue
from pymongo.errors import PyMongoError

from services.kernel.base.pause import Backoff, jittered
from services.kernel.bus.broker import BROKER_ERRORS, OPERATION_SECONDS, connection_to, declare_exchange
from services.kernel.bus.catch_up import CatchUp, FeedUnavailable
from services.kernel.bus.envelope import InvalidEnvelope, canonical, parsed
from services.kernel.bus.inbox import Inbox, SourceRestored, Strays

log = logging.getLogger(__name__)
PREFETCH = 256
SILENCE_SECONDS = 2.0
GATHER_SECONDS = 0.02
SHORTEST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
DEAD_AFTER = 2
DELETE_SECONDS = 20.0
REBIND_SECONDS = 60.0
"""A relay takes the binding from a queue that does not confirm (``relay``). The consumer binds its queue again."""


def queue_name(consumer: str, source: str) -> str:
    """The name of the queue through which a service hears another."""
    return f"{consumer}.from.{source}"


class Cancelled(Exception):
    """The broker cancelled the consumer because its queue is gone. The next connection declares the queue again."""


CONNECTION_ENDS: tuple[type[Exception], ...] = (*BROKER_ERRORS, Cancelled)


class Subscription:
    """One service's consumer of one source's facts. ``run`` is called in its own thread and ends when ``stop`` is
    set.
    """

    def __init__(
        self, consumer: str, source: str, amqp: str, *, inbox: Inbox, strays: Strays, catch_up: CatchUp
    ) -> None:
        self.source = source
        self.queue = queue_name(consumer, source)
        self.heard = time.monotonic()
        self.why = "not connected yet"
        self._amqp = amqp
        self._inbox = inbox
        self._strays = strays
        self._catch_up = catch_up
        self._waiting: list[Any] = []
        self._ready_at: float | None = None
        self._silences = 0

    @property
    def ready(self) -> bool:
        """Whether the broker has accepted the consumer and the queue is being read. ``why`` holds the reason if not."""
        return self._ready_at is not None

    def run(self, stop: threading.Event) -> None:
        """Consume until told to stop. Reconnect after every error, with a pause that grows and jitters, until a consumer
        has lived for a while.
        """
        backoff = Backoff(SHORTEST_PAUSE, LONGEST_PAUSE)
        while not stop.is_set():
            begun = time.monotonic()
            try:
                with connection_to(self._amqp) as connection:
                    channel = self._consume(connection)
                    self._drain(connection, channel, stop)
            except CONNECTION_ENDS as error:
                why = f"{type(error).__name__}: {error}"[:300]
                if why != self.why:
                    log.warning("subscription interrupted", extra={"queue": self.queue, "why": why})
                self.why = why
            except Exception as error:
                self.why = type(error).__name__
                log.exception("subscription failed", extra={"queue": self.queue})
            finally:
                self._waiting.clear()
            if self.ready and time.monotonic() - begun > LONGEST_PAUSE:
                backoff.reset()
            self._ready_at = None
            stop.wait(backoff.next())

    def _consume(self, connection: Connection) -> Any:
        """Declare everything and start consuming. Raises ``BROKER_ERRORS``.

        A quorum queue whose node was killed within a second of its declaration can stay dead for good: every operation
        on the queue times out. After a second timeout in a row the queue is deleted and declared again. No fact is
        lost, because the feed has all facts.
        """
        channel = connection.channel()
        queue = self._queue(channel)
        if self._silences >= DEAD_AFTER:
            log.warning("deleting a queue that does not answer", extra={"queue": self.queue})
            connection.connection.transport.sock.settimeout(DELETE_SECONDS)
            self._silences = 0
            queue.delete()
            connection.connection.transport.sock.settimeout(OPERATION_SECONDS)
        try:
            queue.declare()
            channel.basic_qos(0, PREFETCH, False)
            channel.basic_consume(self.queue, callback=self._waiting.append, on_cancel=self._cancelled)
        except TimeoutError:
            self._silences += 1
            raise
        self._silences = 0
        self._ready_at, self.why = time.monotonic(), ""
        return channel

    def _queue(self, channel: Any) -> Any:
        return Queue(
            self.queue,
            exchange=declare_exchange(channel),
            routing_key=f"{self.source}.#",
            durable=True,
            queue_arguments={"x-queue-type": "quorum", "x-single-active-consumer": True},
        )(channel)

    def _drain(self, connection: Connection, channel: Any, stop: threading.Event) -> None:
        checked = bound = time.monotonic()
        while not stop.is_set():
            self._gather(connection, 0.2)
            if self._waiting:
                self._admit(channel, stop)
            if time.monotonic() - checked > 5.0:
                connection.heartbeat_check()
                checked = time.monotonic()
            if time.monotonic() - bound > REBIND_SECONDS:
                self._queue(channel).declare()
                bound = time.monotonic()

    def _gather(self, connection: Connection, seconds: float) -> None:
        """Wait for a first message; then collect more messages for a moment, up to the prefetch."""
        try:
            connection.drain_events(timeout=seconds)
            until = time.monotonic() + GATHER_SECONDS
            while self._waiting and len(self._waiting) < PREFETCH and (left := until - time.monotonic()) > 0:
                connection.drain_events(timeout=left)
        except TimeoutError:
            return

    def _admit(self, channel: Any, stop: threading.Event) -> None:
        """Store the waiting messages in the inbox, then acknowledge them. Wait until they can be stored; never
        acknowledge before.
        """
        messages, self._waiting[:] = list(self._waiting), []
        envelopes = [document for message in messages if (document := self._envelope(message)) is not None]
        backoff = Backoff(0.05, LONGEST_PAUSE)
        while envelopes and not stop.is_set():
            try:
                if self._inbox.admit(self.source, envelopes).complete:
                    break
                self._catch_up.run(self.source)
                again = self._inbox.admit(self.source, envelopes)
                if again.complete:
                    break
                if again.foreign:
                    envelopes = self._without_ended(envelopes, again.foreign)
            except SourceRestored as error:
                self.why = self._reason_to_wait(error)
            except (PyMongoError, FeedUnavailable) as error:
                self.why = f"waiting: {type(error).__name__}"
            stop.wait(backoff.next())
        if stop.is_set():
            return
        self.why = ""
        self.heard = time.monotonic()
        channel.basic_ack(messages[-1].delivery_tag, multiple=True)

    def _envelope(self, message: Any) -> dict[str, Any] | None:
        """The message's envelope. Any other message is kept as a stray, and the result is None."""
        body = message.body
        raw = body.encode() if isinstance(body, str) else bytes(body)
        try:
            document = parsed(raw)
            if not document["source"].endswith(f"/{self.source}"):
                raise InvalidEnvelope(f"it is not from {self.source}")
        except InvalidEnvelope as error:
            log.warning("stray", extra={"queue": self.queue, "why": str(error)})
            self._strays.keep(self.source, raw, str(error), _now)
            return None
        return document

    def _reason_to_wait(self, found: SourceRestored) -> str:
        """Why nothing of the source is stored, with what the operator has to do: the feed tells the extent of the loss."""
        try:
            self._catch_up.examine(self.source)
            self._catch_up.run(self.source)  # the source may have begun an epoch meanwhile
        except SourceRestored as error:
            return str(error)
        except (PyMongoError, FeedUnavailable) as error:
            return f"{found}; {type(error).__name__}"
        return str(found)

    def _without_ended(
        self, envelopes: list[dict[str, Any]], foreign: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """The envelopes but those of ``foreign``. The catch-up has asked the source, and the source has told everything
        it knows, so these are facts that the source has lost and that were never heard here. They are kept as strays.
        """
        for document in foreign:
            self._strays.keep(self.source, canonical(document), "of an epoch that its source has ended", _now)
        return [document for document in envelopes if document not in foreign]

    def _cancelled(self, _tag: str) -> None:
        raise Cancelled(self.queue)


class SilenceWatch:
    """Asks a source's feed after 2 s without a fact, so that facts arrive while the broker is down or wiped."""

    def __init__(self, source: str, catch_up: CatchUp, heard: Callable[[], float]) -> None:
        self.source = source
        self.why = ""
        """Why the feed does not answer; "" while the feed answers, or need not be asked."""
        self._catch_up = catch_up
        self._heard = heard

    def run(self, stop: threading.Event) -> None:
        """Watch until told to stop."""
        while not stop.wait(jittered(SILENCE_SECONDS, low=0.75)):
            if time.monotonic() - self._heard() < SILENCE_SECONDS:
                self._note("")
                continue
            try:
                self._catch_up.run(self.source)
                self._note("")
            except (SourceRestored, FeedUnavailable, PyMongoError) as error:
                self._note(str(error)[:300])
            except Exception as error:
                self._note(type(error).__name__)
                log.exception("catch-up failed", extra={"source": self.source})

    def _note(self, why: str) -> None:
        """Note whether the feed answers. The log gets one line when the feed falls silent, and one when it answers."""
        if why and not self.why:
            log.warning("feed does not answer", extra={"source": self.source, "why": why})
        elif self.why and not why:
            log.info("feed answers again", extra={"source": self.source})
        self.why = why
        if (metrics := self._catch_up.metrics) is not None:
            metrics.feed_failing.labels(self._catch_up.service, self.source).set(1 if why else 0)


def _now() -> datetime:
    return datetime.now(UTC)
