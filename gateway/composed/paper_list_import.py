"""A paper list of who was there, typed off as CSV: each row is noted as somebody who walked in.

A row's identity is its name, and which of the rows of that name it is: the same paper sent again, by the same person and
however often, adds nobody, also where a contact has been put right in between, and two people of one name are two. Whoever is a member turns out to be one by the contact, when it is proven by a login.
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
    """The rows: name and, where given, e-mail and phone; empty ones are left out. Raises ``Malformed``."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("the file is not UTF-8") from error
    first = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        head = [COLUMNS.get(cell.strip().lower()) for cell in next(lines, [])]
        found = [
            {name: cell.strip() for name, cell in zip(head, line, strict=False) if name and cell.strip()}
            for line in lines
        ]
    except csv.Error as error:
        raise Malformed("the file is not CSV") from error
    if "name" not in head:
        raise Malformed("the first row must name the columns: name, email, phone")
    rows = [row for row in found if row]
    if len(rows) > ROWS:
        raise Malformed(f"at most {ROWS} rows at once")
    if any("name" not in row for row in rows):
        raise Malformed("every row needs a name")
    return rows


def row_keys(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Each row's identity: its name, however it is typed, and which of that name it is."""
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
    """Note everybody: ``{rows, recorded, without_contact, problems: [{row, status, detail}]}``, rows counted from 1 without
    the head. ``without_contact`` are those of the recorded whose name and contact could not be kept.

    Raises what every row fails with.
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
