"""The programs that stand in the documentation: fenced blocks with a file's name behind the language."""

import re

from tests.unit.house.tree import text

BLOCK = re.compile(r"^```\w+ (?P<name>[\w./]+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)


def programs(page: str) -> dict[str, str]:
    """File name → its source, of all programs on a page."""
    return {match["name"]: match["code"] for match in BLOCK.finditer(text(page))}
