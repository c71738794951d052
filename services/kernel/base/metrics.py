"""The Prometheus metrics. A process has one registry; the label ``service`` separates services that share a process."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """The collectors of one process."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.append_seconds = Histogram(
            "jejaring_append_seconds", "From entering the queue to a durable commit", ["service"],
            buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.conflicts = Counter(
            "jejaring_append_conflicts", "Appends that another process was faster than", ["service"],
            registry=self.registry,
        )  # fmt: skip
        self.requests = Histogram(
            "jejaring_http_request_seconds", "HTTP requests", ["service", "method", "route", "status"],
            buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.relay_lag = Gauge(
            "jejaring_relay_lag_facts", "Facts told and not yet confirmed by the broker", ["service"],
            registry=self.registry,
        )  # fmt: skip
        self.unbound = Counter(
            "jejaring_relay_unbound_queues", "Times that a queue did not confirm and lost its binding",
            ["service", "queue"], registry=self.registry,
        )  # fmt: skip
        self.reader_lag = Gauge(
            "jejaring_reader_lag", "Positions that a reader is behind its log", ["service", "reader"],
            registry=self.registry,
        )  # fmt: skip
        self.parked = Gauge(
            "jejaring_parked_facts", "Facts that a reader could not take", ["service", "reader"],
            registry=self.registry,
        )  # fmt: skip
        self.parked_age = Gauge(
            "jejaring_parked_age_seconds", "Seconds since the parked facts were counted", ["service"],
            registry=self.registry,
        )  # fmt: skip
        self.feed_failing = Gauge(
            "jejaring_feed_failing", "1 while a source's feed does not answer", ["service", "source"],
            registry=self.registry,
        )  # fmt: skip
        self.gaps = Counter(
            "jejaring_inbox_gaps", "Times that a source's feed had to fill a gap", ["service", "source"],
            registry=self.registry,
        )  # fmt: skip
        self.forgotten = Gauge(
            "jejaring_inbox_forgotten_facts", "Facts in the inbox that their source has lost in restores",
            ["service", "source"], registry=self.registry,
        )  # fmt: skip
        self.strays = Counter(
            "jejaring_strays", "Messages that are not our envelope", ["service", "source"],
            registry=self.registry,
        )  # fmt: skip
        self.admitted = Counter(
            "jejaring_inbox_admitted_facts", "Facts admitted to the inbox", ["service", "source"],
            registry=self.registry,
        )  # fmt: skip
        self.deliveries = Counter(
            "jejaring_deliveries", "Deliveries that ended, by channel and outcome", ["service", "channel", "outcome"],
            registry=self.registry,
        )  # fmt: skip
