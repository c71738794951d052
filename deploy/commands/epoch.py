"""`jejaring epoch`: after the restore of one service, begins another epoch of its log while the service is stopped."""

import os
from collections.abc import Mapping

import click

from deploy.commands.open_service import SERVICE, open_service
from deploy.errors import CommandError
from services.kernel.log.epochs import Epoch
from services.kernel.readers.lease import holder_of


@click.group()
def command() -> None:
    """The histories of a service's log. A log that was restored from a backup goes on in another epoch."""


@command.command()
@click.argument("service", type=SERVICE)
def show(service: str) -> None:
    """Print the epochs of a log, oldest first, and the number of each epoch's first fact."""
    with open_service(service) as application:
        log = application.log
        log.prepare()
        for epoch in log.history().epochs:
            click.echo(f"{epoch.epoch}  from fact {epoch.first}")
        click.echo(f"the last fact is {log.last_fact()}")


@command.command(name="begin")
@click.argument("service", type=SERVICE)
@click.option(
    "--after", type=click.IntRange(0), help="The last fact before the restore; by default the log's last fact."
)
@click.option("--force", is_flag=True, help="Also while the service seems to run.")
def command_begin(service: str, after: int | None, *, force: bool) -> None:
    """Begin another epoch. The service must be stopped, and must not have run since the restore, or name the last fact
    before the restore with --after.
    """
    epoch = begin(service, after, force=force)
    click.echo(f"{service}: epoch {epoch.epoch} begins with fact {epoch.first}")


def begin(
    service: str, after: int | None = None, *, force: bool = False, environment: Mapping[str, str] = os.environ
) -> Epoch:
    """Begin an epoch of a service's log; `jejaring epoch begin`.

    Raises `CommandError` while the service runs (unless `force`) or if the log has no fact `after`, `SettingsError`, and
    `PyMongoError`.
    """
    with open_service(service, environment) as application:
        holder = holder_of(application.core.database)
        if holder is not None and not force:
            message = f"{service} runs ({holder}): stop it, wait three seconds, and try again."
            raise CommandError(message)
        application.log.prepare()
        try:
            return application.log.begin_epoch(after)
        except ValueError as error:
            message = f"{service} has no fact {after}: {error}."
            raise CommandError(message) from error
