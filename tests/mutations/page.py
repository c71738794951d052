"""The page docs/reference/mutations.md, written from the table and the verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.mutations.plant import ROOT, Mutation, Verdict

PAGE = ROOT / "docs/reference/mutations.md"
HEAD = """# Planted mistakes

A test that cannot fail is worth nothing. So mistakes are planted on purpose, one at a time, in a copy of the tree, and a test that `make test` runs
must fail for each. `make mutations` plants all of them again; `make mutations ARGUMENTS=relay` those of one room, and
`ARGUMENTS="--keep verdicts.jsonl --write"` writes this page in parts.

A mistake counts as noticed only by a failed assertion, not by a program that does not start. *seed … of …* is a schedule of
[the simulation](simulation.md), with its cast: `python -m tests.simulation --seed 1000003 --runs 1` tells the story of seed 1000003.
A mistake with a mark (●) was made by an earlier release.

"""


def page(verdicts: Sequence[tuple[Mutation, Verdict | None]]) -> str:
    """The page. A mutation without a verdict is shown as not judged."""
    total = Counter(mutation.room for mutation, _ in verdicts)
    judged = Counter(mutation.room for mutation, verdict in verdicts if verdict is not None)
    killed = Counter(mutation.room for mutation, verdict in verdicts if verdict is not None and verdict.killed)
    rooms = ["| room | mistakes | judged | noticed |\n|---|---|---|---|\n"]
    rooms += [f"| {room} | {count} | {judged[room]} | {killed[room]} |\n" for room, count in total.items()]
    rooms += [f"| **all** | {len(verdicts)} | {judged.total()} | {killed.total()} |\n"]
    rows = ["\n| room | promise that the mistake breaks | file | noticed by |\n|---|---|---|---|\n"]
    rows += [_row(mutation, verdict) for mutation, verdict in verdicts]
    return HEAD + "".join(rooms) + "".join(rows)


def _row(mutation: Mutation, verdict: Verdict | None) -> str:
    promise = mutation.promise + (" ●" if mutation.was_real else "")
    noticed = "not judged yet" if verdict is None else verdict.by.partition("[")[0] or "**nothing**"
    return f"| {mutation.room} | {promise} | `{mutation.file}` | {noticed} |\n"
