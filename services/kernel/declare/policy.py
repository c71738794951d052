"""The acting person, partner or service, and its permissions by region.

The service that knows offices resolves them to grants, once. The gateway signs the result, and every service checks the
signature. So no other service needs to know offices.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from services.kernel.base.problem import ActorNotAccepted, Forbidden, Unauthorized
from services.kernel.base.signed import NotSigned, OutOfTime, TimedSignature

EVERYWHERE = "*"
ACTOR_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Held:
    """An office that the actor holds or stands in for; ``region`` is None for an office of all regions."""

    office: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a request.

    ``kind`` is ``person``, ``partner``, ``service`` or ``anonymous``. ``id`` is the person's, partner's or service's
    id, "" for an anonymous caller. A partner is an institution's program. A partner counts as an actor only on routes
    for partners; on other routes a partner is anonymous and may only read.

    ``grants`` maps a permission to its regions; ``EVERYWHERE`` among the regions means all regions.
    """

    kind: str = "anonymous"
    id: str = ""
    offices: tuple[Held, ...] = ()
    grants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def may(self, permission: str, region: str | None = None) -> bool:
        """Whether the actor has the permission for the region; None asks for a permission that is held everywhere."""
        regions = self.grants.get(permission, ())
        return EVERYWHERE in regions or (region is not None and region in regions)

    def may_somewhere(self, permission: str) -> bool:
        """Whether the actor has the permission for any region."""
        return bool(self.grants.get(permission))

    def require(self, permission: str, region: str | None = None) -> None:
        """Raises ``Unauthorized`` for an anonymous caller, ``Forbidden`` for an actor without the permission in the
        region.
        """
        if self.kind == "anonymous":
            raise Unauthorized
        if not self.may(permission, region):
            raise Forbidden(permission=permission, region=region)

    def require_person(self) -> str:
        """The acting person's id. Raises ``Unauthorized``."""
        if self.kind != "person":
            raise Unauthorized
        return self.id

    def require_service(self, *names: str) -> None:
        """Admit only the named services, or any service if no name is given. Raises ``Forbidden``."""
        if self.kind != "service" or (names and self.id not in names):
            raise Forbidden("between services only")


ANONYMOUS = Actor()


class ActorSignature:
    """Signs the actor for the way from the gateway to a service, and from a service to another service.

    A signature is valid for ``ACTOR_SECONDS``, and the clocks of the two machines may differ by ``signed.SKEW_SECONDS`` in
    either direction. ``key`` is the secret that gateway and services share; ``now`` is the machine's time.
    """

    HEADER = "Jejaring-Actor"

    def __init__(self, key: str, now: Callable[[], float] = time.time) -> None:
        self._signature = TimedSignature(key, "jejaring.actor", ACTOR_SECONDS, now)

    def sign(self, actor: Actor) -> str:
        """The value of the header for an actor. Raises nothing."""
        return self._signature.sign(asdict(actor))

    def read(self, value: str | None) -> Actor:
        """The actor in a header's value; ``ANONYMOUS`` without a header. Raises ``ActorNotAccepted`` for a forged
        or expired value.
        """
        if not value:
            return ANONYMOUS
        try:
            data = self._signature.read(value)
        except OutOfTime as error:
            raise ActorNotAccepted(str(error)) from error
        except NotSigned as error:
            raise ActorNotAccepted("the actor's signature is not ours") from error
        return actor_from(data)


def actor_from(data: Mapping[str, Any]) -> Actor:
    """The actor from its JSON form, as made by ``dataclasses.asdict``."""
    return Actor(
        kind=data["kind"],
        id=data["id"],
        offices=tuple(Held(held["office"], held["region"]) for held in data["offices"]),
        grants={permission: tuple(regions) for permission, regions in data["grants"].items()},
    )


def service_actor(name: str) -> Actor:
    """The actor of a service that acts for itself."""
    return Actor(kind="service", id=name)
