"""The command line, `jejaring …`. Each subcommand imports what it needs when it is called."""

import os
import sys

import click


@click.group()
def main() -> None:
    """Run and look after an installation."""


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(arguments: tuple[str, ...]) -> None:
    """The whole stack on this machine, with the story told into it. See `jejaring run -- --help`."""
    from deploy import local

    sys.exit(local.run(arguments))


@main.command()
@click.argument("services", nargs=-1, required=True)
def serve(services: tuple[str, ...]) -> None:
    """One or more services in one process: `jejaring serve members events`."""
    # A process of its own from its first statement on: the host patches the standard library before anything is imported.
    os.execv(sys.executable, [sys.executable, "-m", "services.kernel.nameko.host", *services])  # noqa: S606


@main.command()
def gateway() -> None:
    """The gateway, the only public door, on GATEWAY_PORT (8000)."""
    import uvicorn

    uvicorn.run("gateway.app:create", factory=True, host="127.0.0.1", port=int(os.environ.get("GATEWAY_PORT", "8000")))


if __name__ == "__main__":
    main()
