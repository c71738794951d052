"""Puts the notifications service together; every part can be replaced in a test."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from services.kernel.bell import Bell
from services.kernel.parking import Parking
from services.kernel.policy import ActorSignature
from services.kernel.reader import Checkpoints, Reader
from services.kernel.service import Core, Definition
from services.notifications.api import ROUTES
from services.notifications.api.parts import Parts
from services.notifications.composing import Composer
from services.notifications.contract import REGISTRY, tell
from services.notifications.deliveries import Deliveries
from services.notifications.domain.message import MESSAGE
from services.notifications.domain.preference import PREFERENCE
from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.mail import SmtpServer
from services.notifications.people import MembersPeople
from services.notifications.planner import DeliveryPlanner, PlanningReader
from services.notifications.processes.audience import AUDIENCE
from services.notifications.sender import Sender, SendingReader
from services.notifications.views.inbox import MESSAGES
from services.notifications.views.rules import RULES, hours_in_force
from services.notifications.views.ties import TIES, persons_behind

log = logging.getLogger(__name__)


def definition() -> Definition:
    """The service's declarations."""
    return Definition(
        name="notifications",
        registry=REGISTRY,
        contract=tell,
        routes=ROUTES,
        views=(MESSAGES, RULES, TIES),
        managers=(AUDIENCE,),
        sources=("members", "events", "mentoring"),
        parts=parts,
        readers=readers,
    )


def parts(core: Core) -> Parts:
    """What the handlers are called with."""
    return Parts(core, core.commands, core.views, Deliveries(core.database))


def readers(core: Core, made: Parts) -> Sequence[Reader]:
    """The deliverer's two halves. Without a mail server only the first: deliveries are planned and wait."""
    planned = Bell()

    def hours(now: datetime) -> QuietHours:
        return hours_in_force(core.views, now)

    def ended(outcome: str) -> None:
        core.metrics.deliveries.labels("notifications", "email", outcome).inc()

    planner = DeliveryPlanner(made.deliveries, core.clock, hours, lambda people: persons_behind(core.views, people))
    planning = PlanningReader(
        planner, core.commits, Checkpoints(core.database), Parking(core.database), planned=planned
    )
    if core.settings.smtp is None:
        log.info("SMTP_URI is not set: deliveries wait")
        return [planning]
    host = core.settings.community_host.partition(":")[0]
    composer = Composer(
        message=lambda identity: core.commands.state(MESSAGE, identity)[0].planned,
        preference=lambda person: core.commands.state(PREFERENCE, person)[0],
        people=MembersPeople(core.settings.urls["members"], ActorSignature(core.settings.secrets.signing.hex())),
        host=host,
        pages=core.settings.public_url,
    )
    server = SmtpServer(core.settings.smtp, f"no-reply@{host}")
    sender = Sender(made.deliveries, server, composer, hours, ended=ended)
    return [planning, SendingReader(sender, made.deliveries, core.clock, planned)]
