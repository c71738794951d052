"""Who acts, and what they may do where.

The service that knows offices resolves them to grants, once; the gateway signs the result; every service that
decides checks it. No service but that one needs to know an office.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from services.kernel.base.problem import Forbidden, Unauthorized

EVERYWHERE = "*"
ACTOR_SECONDS = 60
SKEW_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Held:
    """An office that the actor holds or stands in for; ``region`` None where it is for all."""

    office: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. ``kind`` is ``person``, ``partner``, ``service`` or ``anonymous``; ``id`` the person's, partner's or
    service's, "" for nobody. A partner is an institution's program; it is an actor on the routes that are made for it, and
    a stranger who only reads everywhere else.

    ``grants`` maps a permission to the regions it holds for; ``EVERYWHERE`` among them means all.
    """

    kind: str = "anonymous"
    id: str = ""
    offices: tuple[Held, ...] = ()
    grants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def may(self, permission: str, region: str | None = None) -> bool:
        """Whether the permission is held for the region; for None: held everywhere."""
        regions = self.grants.get(permission, ())
        return EVERYWHERE in regions or (region is not None and region in regions)

    def may_somewhere(self, permission: str) -> bool:
        """Whether the permission is held for any region at all."""
        return bool(self.grants.get(permission))

    def require(self, permission: str, region: str | None = None) -> None:
        """Raises ``Unauthorized`` for nobody, ``Forbidden`` for whoever lacks the permission there."""
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
        """Only for the services named, or any where none is named. Raises ``Forbidden``."""
        if self.kind != "service" or (names and self.id not in names):
            raise Forbidden("between services only")


ANONYMOUS = Actor()


class ActorSignature:
    """The actor on its way from the gateway to a service, and from a service to another.

    Good for ``ACTOR_SECONDS``, with ``SKEW_SECONDS`` for clocks that differ. ``key`` is the secret that gateway and
    services share.
    """

    HEADER = "Jejaring-Actor"

    def __init__(self, key: str) -> None:
        self._serializer = URLSafeTimedSerializer(key, salt="jejaring.actor")

    def sign(self, actor: Actor) -> str:
        """The header's value. Raises nothing."""
        return str(self._serializer.dumps(asdict(actor)))

    def read(self, value: str | None) -> Actor:
        """The actor of a header; ``ANONYMOUS`` without one. Raises ``Unauthorized`` for one forged or expired."""
        if not value:
            return ANONYMOUS
        try:
            data = self._serializer.loads(value, max_age=ACTOR_SECONDS + SKEW_SECONDS)
        except SignatureExpired as error:
            raise Unauthorized("the signed actor has expired") from error
        except BadSignature as error:
            raise Unauthorized("the actor's signature is not ours") from error
        return actor_from(data)


def actor_from(data: Mapping[str, Any]) -> Actor:
    """An actor from its JSON form (``dataclasses.asdict`` of it)."""
    return Actor(
        kind=data["kind"],
        id=data["id"],
        offices=tuple(Held(held["office"], held["region"]) for held in data["offices"]),
        grants={permission: tuple(regions) for permission, regions in data["grants"].items()},
    )


def service_actor(name: str) -> Actor:
    """A service acting for itself."""
    return Actor(kind="service", id=name)
