"""`jejaring openapi write`: generates from the services' routes the fragments by which the gateway forwards."""

import click

from deploy.commands.open_service import ROOMS, definition_of, installed_services
from services.kernel.http.openapi import fragment_text


@click.group()
def command() -> None:
    """The services' OpenAPI fragments."""


@command.command()
def write() -> None:
    """Write services/<name>/openapi.json anew from each service's routes."""
    for name in installed_services():
        path = ROOMS / name / "openapi.json"
        text = fragment_text(definition_of(name))
        changed = not path.exists() or path.read_text("utf-8") != text
        if changed:
            path.write_text(text, "utf-8")
        click.echo(f"{name:<14} {'written' if changed else 'unchanged'}")
