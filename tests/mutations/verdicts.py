"""Verdicts that are kept in a file, so that the mutations can be judged in parts."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from tests.mutations.plant import Mutation, Verdict
from tests.mutations.table import MUTATIONS

_guard = threading.Lock()


def kept(book: Path | None) -> Mapping[Mutation, Verdict]:
    """The verdicts in a file: kills only, because a survivor is judged again. A changed mutation has no verdict."""
    if book is None or not book.is_file():
        return {}
    lines = [json.loads(line) for line in book.read_text("utf-8").splitlines()]
    found = {line["of"]: Verdict(line["by"], line["seconds"]) for line in lines if line["by"]}
    return {each: found[_name(each)] for each in MUTATIONS if _name(each) in found}


def keep(book: Path | None, mutation: Mutation, verdict: Verdict) -> None:
    """Add a verdict to a file."""
    if book is not None:
        with _guard, book.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"of": _name(mutation), **asdict(verdict)}) + "\n")


def _name(mutation: Mutation) -> str:
    return json.dumps([mutation.file, mutation.old, mutation.new, list(mutation.tests)])
