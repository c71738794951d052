"""`jejaring verify`: checks logs, inboxes and views against their promises, while the services run or not."""

from collections.abc import Iterator

import click

from deploy.commands.open_service import SERVICE, installed_services, open_service
from deploy.commands.verification.inbox import inbox_differences
from deploy.commands.verification.log import log_differences
from deploy.commands.verification.views import view_differences
from services.kernel.assembly import Application


@click.command()
@click.argument("services", nargs=-1, type=SERVICE)
def command(services: tuple[str, ...]) -> None:
    """Check these services, or all; exit status 1 when a promise is not kept, after saying which."""
    broken = 0
    for name in services or installed_services():
        with open_service(name) as application:
            for what, differences in checks(application):
                found = list(differences)
                broken += len(found)
                click.echo(f"{name:<14} {what:<28} {'ok' if not found else 'DIFFERS'}")
                for sentence in found:
                    click.echo(f"    {sentence}")
    if broken:
        raise click.exceptions.Exit(1)


def checks(application: Application) -> Iterator[tuple[str, Iterator[str]]]:
    """All checks of one service: the name of each check, and its faults, which are found lazily."""
    database = application.core.database
    yield "log", log_differences(database)
    yield "inbox", inbox_differences(database)
    for view in application.definition.views:
        yield f"view {view.name}", view_differences(application, view)
