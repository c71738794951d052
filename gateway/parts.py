"""What the handlers of the gateway's own operations work with."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.forwarding import Forwarding
from gateway.reports.report import EvidenceReports
from gateway.transport import Transport
from services.kernel.clock import Clock


@dataclass(frozen=True)
class Parts:
    """Built once, with the application. ``clock`` is domain time."""

    forwarding: Forwarding
    transport: Transport
    reports: EvidenceReports
    clock: Clock
