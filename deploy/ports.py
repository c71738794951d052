"""TCP ports of this machine's loopback, where everything a private stack starts is bound."""

import random
import socket
from collections.abc import Callable

from deploy.errors import CommandError

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        # As the servers themselves do: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """A port that was free a moment ago.

    Never one of those the kernel gives to outgoing connections: a client could take it before its server does, and a
    server that restarts would not get it back.
    """
    for _ in range(200):
        port = random.randrange(10_000, 32_000)  # noqa: S311 - not a secret
        if is_free(port):
            return port
    raise CommandError("No free TCP port was found on 127.0.0.1.")


def preferred(port: int) -> int:
    """`port` if it is free, else any: for servers that only this stack itself talks to."""
    return port if is_free(port) else any_free()


def claim(port: int, what: str, how_to_choose: str) -> int:
    """`port`, or `CommandError` that names it and tells how to choose another: for addresses that people type."""
    if not is_free(port):
        message = f"Port {port} ({what}) is taken by another program; choose another: {how_to_choose}"
        raise CommandError(message)
    return port


def accepts(port: int) -> Callable[[], bool]:
    """A readiness probe: whether something listens on `port`."""

    def probe() -> bool:
        with socket.socket() as client:
            client.settimeout(1)
            return client.connect_ex((HOST, port)) == 0

    return probe
