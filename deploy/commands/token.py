"""`jejaring token issue`: the operator makes a bearer token for a member, on the machine."""

import os
from collections.abc import Mapping

import click

from deploy.commands.open_service import open_service
from deploy.errors import CommandError
from services.kernel.base.problem import NotFound
from services.members.identity.contact import Unreadable
from services.members.installation import OPERATOR, issue_token


@click.group()
def command() -> None:
    """Bearer tokens, issued by the operator."""


@command.command(name="issue")
@click.argument("contact")
@click.option("--name", default=OPERATOR, show_default=True, help="What it is called in the member's list of tokens.")
def command_issue(contact: str, name: str) -> None:
    """Print a token for the member with this e-mail address or phone number; the same one for the same name."""
    click.echo(issue(contact, name))


def issue(contact: str, name: str = OPERATOR, environment: Mapping[str, str] = os.environ) -> str:
    """A token from the installation that `environment` describes.

    Raises `CommandError` for an unknown contact, `SettingsError`, and `PyMongoError`.
    """
    with open_service("members", environment) as members:
        members.prepare()
        try:
            return issue_token(members.parts, contact, name)
        except Unreadable as error:
            raise CommandError("That is neither an e-mail address nor a phone number.") from error
        except NotFound as error:
            raise CommandError("That contact is no member's.") from error
