"""Puts the notifications service together; a test can replace each part."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from services.kernel.base.bell import Bell
from services.kernel.base.settings import Settings
from services.kernel.declare.collect import managers_in, routes_in, views_in
from services.kernel.declare.policy import ActorSignature
from services.kernel.declare.service import Core, Definition
from services.kernel.readers.eraser import hearing
from services.kernel.readers.parking import Parking
from services.kernel.readers.reader import Checkpoints, Reader
from services.kernel.telegram.bot_api import Telegram
from services.notifications.contract import REGISTRY, tell
from services.notifications.dependencies import Dependencies
from services.notifications.domain.contact import CHANNELS, EMAIL, TELEGRAM
from services.notifications.domain.message import MESSAGE
from services.notifications.domain.preference import PREFERENCE
from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.sending.channel import Channel
from services.notifications.sending.composing import Composer
from services.notifications.sending.contact_tracker import ContactTracker
from services.notifications.sending.delivery_store import Deliveries
from services.notifications.sending.digests import DigestReader
from services.notifications.sending.mail import SmtpServer
from services.notifications.sending.people import MembersPeople
from services.notifications.sending.planner import DeliveryPlanner, Lookups, PlanningReader
from services.notifications.sending.sender import Sender, SendingReader
from services.notifications.sending.telegram_channel import TelegramChannel
from services.notifications.views.contacts import is_in_doubt
from services.notifications.views.preferences import preferences_of
from services.notifications.views.residents import region_of
from services.notifications.views.rules import hours_in_force
from services.notifications.views.ties import persons_behind
from services.notifications.webhooks.wiring import dispatcher_of

log = logging.getLogger(__name__)


def definition() -> Definition:
    return Definition(
        name="notifications",
        registry=REGISTRY,
        contract=tell,
        routes=routes_in("services.notifications.api"),
        views=views_in("services.notifications.views"),
        managers=managers_in("services.notifications.processes"),
        sources=("members", "events", "mentoring", "notifications"),
        parts=dependencies,
        readers=readers,
    )


def dependencies(core: Core) -> Dependencies:
    return Dependencies(core, core.commands, core.views, Deliveries(core.database))


def readers(core: Core, made: Dependencies) -> Sequence[Reader]:
    """The readers that plan and send deliveries, plan digests, erase and send webhooks. Without a channel deliveries wait."""
    planned, eraser = Bell(), hearing(core, "members.member-erased")
    channels, webhooks = _channels(core.settings), dispatcher_of(core, made)

    def hours(people: Sequence[str], now: datetime) -> Mapping[str, Sequence[QuietHours]]:
        common = hours_in_force(core.views, now)
        preferences = preferences_of(core.views, people)
        return {
            person: (common,) if preference.quiet is None else (common, preference.quiet)
            for person, preference in preferences.items()
        }

    lookups = Lookups(
        hours=hours,
        ties=lambda people: persons_behind(core.views, people),
        preferences=lambda people: preferences_of(core.views, people),
        channels=[name for name in CHANNELS if name == EMAIL or name in channels],
    )
    planner = DeliveryPlanner(made.deliveries, core.clock, lookups)
    planning = PlanningReader(
        planner, core.commits, Checkpoints(core.database), Parking(core.database), planned=planned
    )
    digests = DigestReader(made.deliveries, core.commands, lookups.preferences, core.clock, planned)
    if not channels:
        log.info("neither SMTP_URI nor a bot is set: deliveries wait")
        return [planning, digests, eraser, webhooks]
    composer = Composer(
        message=lambda identity: core.commands.state(MESSAGE, identity)[0],
        preference=lambda person: core.commands.state(PREFERENCE, person)[0],
        people=MembersPeople(core.settings.urls["members"], ActorSignature(core.settings.secrets.signing.hex())),
        host=_host(core.settings),
        pages=core.settings.public_url,
        lines=made.deliveries.lines,
    )
    outcomes = ContactTracker(
        core.commands,
        core.metrics,
        region_of=lambda person: region_of(core.views, person),
        in_doubt=lambda person: is_in_doubt(core.views, person),
    )
    sender = Sender(made.deliveries, channels, composer, hours, outcomes)
    return [planning, digests, eraser, webhooks, SendingReader(sender, made.deliveries, core.clock, planned)]


def _channels(settings: Settings) -> Mapping[str, Channel]:
    """The channels of this installation."""
    channels: dict[str, Channel] = {}
    if settings.smtp is not None:
        channels[EMAIL] = SmtpServer(settings.smtp, f"no-reply@{_host(settings)}")
    if settings.telegram is not None:
        channels[TELEGRAM] = TelegramChannel(Telegram(settings.telegram))
    return channels


def _host(settings: Settings) -> str:
    return settings.community_host.partition(":")[0]
