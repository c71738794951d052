"""Judges all mutations, or those whose room, file or promise has a text: ``python -m tests.mutations [TEXT]``.

Prints one line a mutation and exits with 1 if one survives. ``--write`` writes docs/reference/mutations.md, and needs
all mutations.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from tests.mutations.page import PAGE, page
from tests.mutations.plant import Mutation, Verdict, judged
from tests.mutations.table import MUTATIONS
from tests.mutations.verdicts import keep, kept


@click.command()
@click.argument("text", default="")
@click.option("--jobs", default=1, help="Mutations that are judged at once; the simulation uses all processors itself.")
@click.option(
    "--keep", "book", type=click.Path(path_type=Path), help="Keep verdicts in this file, and take known ones."
)
@click.option("--write", is_flag=True, help=f"Write {PAGE.name}.")
def main(text: str, jobs: int, book: Path | None, write: bool) -> None:
    """Judge the mutations."""
    chosen = [each for each in MUTATIONS if text in each.file or text in each.promise or text == each.room]
    known = kept(book)

    def verdict_of(mutation: Mutation) -> Verdict | None:
        verdict = known.get(mutation)
        try:
            verdict = verdict or judged(mutation)
        except Exception as error:  # noqa: BLE001 - the other mutations are judged all the same
            click.echo(f"{mutation.room}: {mutation.promise}: NOT JUDGED: {error}")
            return None
        how = f"killed in {verdict.seconds:.0f} s by {verdict.by}" if verdict.killed else "SURVIVED"
        click.echo(f"{mutation.room}: {mutation.promise}: {how}")
        keep(book, mutation, verdict)
        return verdict

    with ThreadPoolExecutor(jobs) as pool:
        verdicts = list(pool.map(verdict_of, chosen))
    survived = sum(verdict is None or not verdict.killed for verdict in verdicts)
    click.echo(f"{len(chosen)} mutations, {survived} not killed")
    if write:
        if len(chosen) != len(MUTATIONS) or any(verdict is None for verdict in verdicts):
            raise click.ClickException("the page needs a verdict of every mutation")
        PAGE.write_text(page([(m, v) for m, v in zip(chosen, verdicts, strict=True) if v is not None]), "utf-8")
    sys.exit(bool(survived))


if __name__ == "__main__":
    main()
