"""One of each event of accompanying a library, and the fact that it tells."""

from services.kernel.message import Event

TOLD: list[tuple[str, Event, str | None]] = []
