"""`jejaring replay`: rebuilds one view from the log. The live view answers until the new view has caught up."""

import time

import click

from deploy.commands.open_service import SERVICE, open_service
from deploy.errors import CommandError, DeadlinePassed
from deploy.waiting import wait_until


@click.command()
@click.argument("service", type=SERVICE)
@click.argument("view")
@click.option("--deadline", default=300, show_default=True, type=click.IntRange(1), help="Seconds to wait for it.")
def command(service: str, view: str, deadline: int) -> None:
    """Rebuild a view from the log and switch to it. The running service does the work; nothing is sent to anybody."""
    with open_service(service) as application:
        views = application.views
        if view not in views.names():
            message = f"{service} has no view {view!r}; it has {', '.join(sorted(views.names()))}."
            raise CommandError(message)
        begun = time.monotonic()
        collection = views.rebuild(view)
        click.echo(f"{service}: building {view} in {collection}, beside the live one")

        def switched() -> bool:
            return views.pointer(views.view(view), fresh=True).live == collection

        try:
            wait_until(switched, deadline, f"{service} to switch to {collection}", 0.1)
        except DeadlinePassed as passed:
            message = f"Not switched within {deadline} s: is {service} running? It goes on building when it is."
            raise CommandError(message) from passed
        click.echo(
            f"{service}: {view} is live from {collection} since {time.monotonic() - begun:.1f} s after the start"
        )
