"""The addresses of asking and of consultations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from gateway.web import asking, consultations

CONSULTATION = "/konsultasi/{consultation}"
ACTIONS = {
    "jawab": consultations.answer,
    "terbitkan": consultations.publish,
    "catat": consultations.note,
    "tunda": consultations.hold,
    "selesai": consultations.resolve,
    "buka": consultations.reopen,
    "serahkan": consultations.assign,
    "sama": consultations.share,
    "dampingi": consultations.promote,
}


def consultation_routes(
    show: Callable[..., list[BaseRoute]], act: Callable[..., list[BaseRoute]]
) -> Sequence[BaseRoute]:
    """Made with the ``show`` and ``act`` of ``routes``."""
    page = consultations.consultation
    return [
        *show("/tanya", asking.whom),
        *act("/tanya/kirim", asking.consult, asking.whom, "/tanya"),
        *show("/konsultasi", consultations.work),
        *show(CONSULTATION, page),
        *(
            route
            for name, attempt in ACTIONS.items()
            for route in act(f"{CONSULTATION}/{name}", attempt, page, CONSULTATION)
        ),
    ]
