"""The dependencies of the handlers of the gateway's own operations."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.edge.forwarding import Forwarding
from gateway.edge.transport import Transport
from gateway.reports.report import EvidenceReports
from services.kernel.base.clock import Clock


@dataclass(frozen=True)
class Dependencies:
    """Built once, with the application. ``clock`` is domain time."""

    forwarding: Forwarding
    transport: Transport
    reports: EvidenceReports
    clock: Clock
