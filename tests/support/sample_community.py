"""The regions, the moment and the people that tests of every service start from."""

from datetime import UTC, datetime

from services.kernel.base.settings import Secrets
from services.kernel.declare.policy import Actor, ActorSignature

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday, eight in the morning in Jakarta."""
KEDIRI, BLITAR, TRENGGALEK = "kota-kediri", "kota-blitar", "trenggalek"
HOST = "jejaring.test"
SECRETS = Secrets(signing=b"s" * 32, vault=b"v" * 32, token=b"t" * 32, contact=b"c" * 32)
SIGNATURE = ActorSignature(SECRETS.signing.hex())


def person(name: str) -> Actor:
    """A member without any office."""
    return Actor("person", name)
