"""The addresses of being told: preferences, announcements, deliveries."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from gateway.web import announcing, deliveries, notices

OWN = "/saya/pemberitahuan"
ANNOUNCEMENTS = "/pengumuman"
ONE = f"{ANNOUNCEMENTS}/{{announcement}}"
DELIVERIES = "/pengurus/kiriman"


def notice_routes(show: Callable[..., list[BaseRoute]], act: Callable[..., list[BaseRoute]]) -> Sequence[BaseRoute]:
    """Made with the ``show`` and ``act`` of ``routes``."""
    return [
        *show(OWN, notices.notices),
        *act(OWN, notices.choose, notices.notices),
        *show(ANNOUNCEMENTS, announcing.announcements),
        *act(ANNOUNCEMENTS, announcing.announce, announcing.announcements),
        *act(f"{ONE}/setujui", announcing.approve, announcing.announcements, ANNOUNCEMENTS),
        *act(f"{ONE}/terbit", announcing.publish, announcing.announcements, ANNOUNCEMENTS),
        *act(f"{ONE}/ralat", announcing.correct, announcing.announcements, ANNOUNCEMENTS),
        *act(f"{ONE}/tarik", announcing.withdraw, announcing.announcements, ANNOUNCEMENTS),
        *show(DELIVERIES, deliveries.deliveries),
        *act(f"{DELIVERIES}/{{delivery}}", deliveries.resend, deliveries.deliveries, DELIVERIES),
    ]
