"""Lists the docstrings that are hardest to read: those in which pronouns stand where nouns should.

    .venv/bin/python -m docs.prose [FOLDER ...]

A report and not a gate: prose written to a number is no better. Prints each room's share of pronouns among the words of
docstrings of eight words and more, without what stands in backquotes, and then the worst docstrings.
"""

import ast
import re
import sys
from collections.abc import Iterator

from docs.source import ROOT

PRONOUNS = frozenset(
    [
        "anything",
        "each",
        "everybody",
        "everything",
        "it",
        "its",
        "nobody",
        "nothing",
        "one",
        "ones",
        "other",
        "others",
        "somebody",
        "something",
        "such",
        "that",
        "their",
        "them",
        "there",
        "these",
        "they",
        "this",
        "those",
        "what",
        "whatever",
        "which",
        "who",
        "whoever",
        "whom",
        "whose",
    ]
)
ROOMS = (
    "services/kernel",
    "services/members",
    "services/events",
    "services/mentoring",
    "services/notifications",
    "services/heard",
    "gateway",
    "deploy",
)
SHORTEST = 8
WORST = 25


def docstrings(room: str) -> Iterator[tuple[str, str]]:
    """Where each docstring stands, and its text."""
    for path in sorted((ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node)
                if text:
                    yield f"{path.relative_to(ROOT)} {getattr(node, 'name', '')}".strip(), text


def pronouns(text: str) -> tuple[int, int]:
    """How many of the words are pronouns, and how many words there are."""
    words = re.findall("[a-z]+", re.sub("`+[^`]*`+", " ", text.lower()))
    return sum(word in PRONOUNS for word in words), len(words)


def main(rooms: list[str]) -> None:
    """Print the report."""
    found: list[tuple[float, str, str]] = []
    for room in rooms:
        counted = [(where, text, *pronouns(text)) for where, text in docstrings(room)]
        long = [each for each in counted if each[3] >= SHORTEST]
        share = sum(each[2] for each in long) / max(1, sum(each[3] for each in long))
        sys.stdout.write(f"{share:6.1%}  {room}\n")
        found += [(some / words, where, text) for where, text, some, words in long]
    for share, where, text in sorted(found, reverse=True)[:WORST]:
        sys.stdout.write(f"{share:6.0%}  {where}: {text.splitlines()[0][:100]}\n")


if __name__ == "__main__":
    main(sys.argv[1:] or list(ROOMS))
