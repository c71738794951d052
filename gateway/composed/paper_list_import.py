"""Imports a paper attendance list, typed as CSV: each row is recorded as a walk-in.

A row is identified by its name and its number among the rows of that name. So the same list sent again by the same
person adds nobody, even after a contact was corrected, and two people of one name are two guests. A guest who is a
member is recognised by the contact, once a login has proven the contact.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway.composed.composition import record_walk_in
from gateway.edge.caller import Caller
from gateway.edge.forwarding import Forwarding
from services.kernel.base.ids import derived_id
from services.kernel.base.problem import Malformed, Problem

ROWS = 300
CONCURRENT_ROWS = 8
COLUMNS = {
    "name": "name", "nama": "name", "email": "email", "surel": "email", "phone": "phone", "hp": "phone", "telepon": "phone",
}  # fmt: skip


def parse_rows(body: bytes) -> list[dict[str, str]]:
    """The rows of the list: name and, if given, e-mail and phone. Empty rows are skipped. Raises ``Malformed``."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("The file is not UTF-8.") from error
    first = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        head = [COLUMNS.get(cell.strip().lower()) for cell in next(lines, [])]
        found = [
            {name: cell.strip() for name, cell in zip(head, line, strict=False) if name and cell.strip()}
            for line in lines
        ]
    except csv.Error as error:
        raise Malformed("The file is not CSV.") from error
    if "name" not in head:
        raise Malformed("The first row must name the columns: name, email, phone.")
    rows = [row for row in found if row]
    if len(rows) > ROWS:
        raise Malformed(f"at most {ROWS} rows at once")
    if any("name" not in row for row in rows):
        raise Malformed("Every row needs a name.")
    return rows


def row_keys(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Each row's identity: the normalised name, and the row's number among the rows of that name."""
    times: Counter[str] = Counter()
    keys = []
    for row in rows:
        name = " ".join(row["name"].casefold().split())
        times[name] += 1
        keys.append(derived_id("paper", name, str(times[name])))
    return keys


async def import_rows(
    forwarding: Forwarding, caller: Caller, activity: str, rows: Sequence[Mapping[str, str]]
) -> Mapping[str, Any]:
    """Record all rows: ``{rows, recorded, without_contact, problems: [{row, status, detail}]}``. Rows are counted from
    1, without the header. ``without_contact`` counts recorded rows whose name and contact could not be stored.

    Raises the first problem when no row was recorded.
    """
    turn = asyncio.Semaphore(CONCURRENT_ROWS)

    async def note(row: Mapping[str, str], key: str) -> tuple[bool, Problem | None]:
        async with turn:
            try:
                composed = await record_walk_in(forwarding, caller, activity, row, key)
            except Problem as problem:
                return False, problem
        return composed.answers["recorded"], next(iter(composed.problems.values()), None)

    outcomes = await asyncio.gather(*map(note, rows, row_keys(rows)))
    problems = [(number, problem) for number, (_, problem) in enumerate(outcomes, start=1) if problem is not None]
    recorded = [problem for taken, problem in outcomes if taken]
    if problems and not recorded:
        raise problems[0][1]
    return {
        "rows": len(rows),
        "recorded": len(recorded),
        "without_contact": sum(problem is not None for problem in recorded),
        "problems": [
            {"row": number, "status": problem.status, "detail": problem.detail or problem.title}
            for number, problem in problems
        ],
    }
