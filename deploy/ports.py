"""TCP ports on this machine's loopback. All servers of a private stack listen there."""

import random
import socket
from collections.abc import Callable

from deploy.errors import CommandError

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        # The servers do the same: for them a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """A port that was free a moment ago.

    Never a port of the range for outgoing connections: a client could take such a port before its server does, and a
    restarting server could lose its port.
    """
    for _ in range(200):
        port = random.randrange(10_000, 32_000)  # noqa: S311 - not a secret
        if is_free(port):
            return port
    raise CommandError("No free TCP port was found on 127.0.0.1.")


def preferred(port: int) -> int:
    """`port` if it is free, else any free port. For servers that only this stack talks to."""
    return port if is_free(port) else any_free()


def claim(port: int, what: str, how_to_choose: str) -> int:
    """`port`, if it is free. For addresses that people type.

    Raises `CommandError`, which names the port and says how to choose another.
    """
    if not is_free(port):
        message = f"Port {port} ({what}) is taken by another program; choose another: {how_to_choose}"
        raise CommandError(message)
    return port


def accepts(port: int) -> Callable[[], bool]:
    """A readiness probe: whether a server listens on `port`."""

    def probe() -> bool:
        with socket.socket() as client:
            client.settimeout(1)
            return client.connect_ex((HOST, port)) == 0

    return probe
