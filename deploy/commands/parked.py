"""`jejaring parked`: shows the facts that readers failed to take. An operator removes the cause and marks the facts for
another try.
"""

from collections import Counter
from collections.abc import Iterator

import click

from deploy.commands.open_service import SERVICE, installed_services, open_service
from services.kernel.assembly import Application
from services.kernel.declare.view import COMMITS
from services.kernel.readers.parking import BEHIND, ParkedFact


@click.group()
def command() -> None:
    """What readers could not take, and what waits behind it."""


@command.command(name="list")
@click.argument("service", type=SERVICE, required=False)
@click.argument("reader", required=False)
def list_(service: str | None, reader: str | None) -> None:
    """How much is parked, by service, reader and key; for views with the collection that the facts are missing from."""
    found = False
    for name in [service] if service else installed_services():
        with open_service(name) as application:
            facts = list(application.parking.all(reader))
        for place, count in Counter(map(_place, facts)).items():
            found = True
            at, key, collection = place
            causes = [fact for fact in facts if _place(fact) == place and fact.error != BEHIND]
            marked = ", to be retried" if any(fact.retry for fact in causes) else ""
            where = f"{at} ({collection})" if collection else at
            click.echo(f"{name}  {where}  {key}  {count} parked{marked}: {causes[0].error if causes else BEHIND}")
    if not found:
        click.echo("Nothing is parked.")


@command.command()
@click.argument("service", type=SERVICE)
@click.argument("reader", required=False)
@click.option("--key", help="Only what waits under this key.")
def show(service: str, reader: str | None, key: str | None) -> None:
    """Each parked fact: where it stands, what it is, and why it is here. Its data is not shown."""
    with open_service(service) as application:
        for fact in application.parking.all(reader):
            if key in {None, fact.key}:
                where = f"{fact.reader} ({fact.collection})" if fact.collection else fact.reader
                click.echo(f"{where}  {fact.log}@{fact.position}.{fact.index}  {_what(application, fact)}")
                click.echo(f"    key {fact.key} · since {fact.at:%Y-%m-%d %H:%M:%S} UTC · {fact.error}")


@command.command()
@click.argument("service", type=SERVICE)
@click.argument("reader", required=False)
@click.option("--key", help="Only what waits under this key.")
def retry(service: str, reader: str | None, key: str | None) -> None:
    """Mark parked facts for another try; the reader itself takes them again, in order."""
    with open_service(service) as application:
        readers = [reader] if reader else sorted({fact.reader for fact in application.parking.all()})
        marked = 0
        for at in readers:
            waiting = application.parking.mark(at, key)
            marked += waiting
            if waiting:
                click.echo(f"{service}  {at}: {waiting} to be retried")
    if not marked:
        click.echo("Nothing is parked there.")


def _place(fact: ParkedFact) -> tuple[str, str, str | None]:
    """Facts of one reader, key and collection wait together."""
    return fact.reader, fact.key, fact.collection


def _what(application: Application, parked: ParkedFact) -> str:
    """The kind of a parked event or fact, and its subject."""
    return next(_names(application, parked), "gone from the log")


def _names(application: Application, parked: ParkedFact) -> Iterator[str]:
    before = parked.position - 1
    if parked.log == COMMITS:
        for commit in application.log.read(before, 1):
            yield from (f"{e.type} v{e.schema} of {commit.stream}" for e in commit.events if e.index == parked.index)
    else:
        yield from (f"{fact.name} v{fact.version} about {fact.subject}" for fact in application.inbox.read(before, 1))
