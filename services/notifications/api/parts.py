"""What the handlers of notifications are called with."""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.decider import Commands
from services.kernel.service import Core
from services.kernel.view_store import Views
from services.notifications.deliveries import Deliveries


@dataclass(frozen=True)
class Parts:
    """What the handlers are called with."""

    core: Core
    commands: Commands
    views: Views
    deliveries: Deliveries
