"""`jejaring gateway`: the only public door."""

import os

import click
import uvicorn

from deploy import ports
from deploy.errors import CommandError


@click.command()
def command() -> None:
    """The gateway, the only public door, on GATEWAY_PORT (8000)."""
    port = os.environ.get("GATEWAY_PORT", "8000")
    if not port.isdecimal():
        message = f"GATEWAY_PORT must be a port number, not {port!r}."
        raise CommandError(message)
    uvicorn.run("gateway.app:create", factory=True, host=ports.HOST, port=int(port))
