"""Judges all mutations, or those whose room, file or promise has a text: ``python -m tests.mutations [TEXT]``.

Prints one line a mutation and exits with 1 if one survives. ``--write`` writes docs/reference/mutations.md; a mutation
whose verdict is not known stands there as not judged.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from tests.mutations.page import PAGE, page
from tests.mutations.plant import Mutation, Verdict, judged
from tests.mutations.played import judged_in_forks, runs_in_a_fork
from tests.mutations.table import MUTATIONS
from tests.mutations.verdicts import keep, kept


@click.command()
@click.argument("text", default="")
@click.option("--jobs", default=1, help="Mutations that are judged at once.")
@click.option(
    "--keep", "book", type=click.Path(path_type=Path), help="Keep verdicts in this file, and take known ones."
)
@click.option("--write", is_flag=True, help=f"Write {PAGE.name}.")
def main(text: str, jobs: int, book: Path | None, write: bool) -> None:
    """Judge the mutations."""
    chosen = [each for each in MUTATIONS if text in each.file or text in each.promise or text == each.room]
    verdicts = dict(kept(book))
    left = [each for each in chosen if each not in verdicts]
    forked = [each for each in left if runs_in_a_fork(each)]

    def note(mutation: Mutation, verdict: Verdict | Exception) -> None:
        how = "SURVIVED"
        if isinstance(verdict, Exception):
            how = f"NOT JUDGED: {verdict}"
        else:
            verdicts[mutation] = verdict
            keep(book, mutation, verdict)
            if verdict.killed:
                how = f"killed in {verdict.seconds:.0f} s by {verdict.by}"
        click.echo(f"{mutation.room}: {mutation.promise}: {how}")

    for mutation, verdict in judged_in_forks(forked, jobs):
        note(mutation, verdict)

    def test(mutation: Mutation) -> None:
        try:
            note(mutation, judged(mutation))
        except Exception as error:  # noqa: BLE001 - the other mutations are judged all the same
            note(mutation, error)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(test, [each for each in left if each not in forked]))
    survived = sum(each not in verdicts or not verdicts[each].killed for each in chosen)
    click.echo(f"{len(chosen)} mutations, {survived} not killed")
    if write:
        PAGE.write_text(page([(each, verdicts.get(each)) for each in MUTATIONS]), "utf-8")
    sys.exit(bool(survived))


if __name__ == "__main__":
    main()
