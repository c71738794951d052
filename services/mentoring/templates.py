"""The stage templates of this release, read from ``stages/``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from services.mentoring.domain.template import Item, Stage, Template

STAGES = Path(__file__).with_name("stages")
VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)+")
"""The number in the name of a version. Only ASCII digits, for ``int`` does not accept every digit of Unicode."""
WHOLE = re.compile(r"[0-9]+")


@cache
def templates(folder: Path = STAGES) -> Mapping[str, Template]:
    """Every template by its name, ``slims-1``. A published version is never changed, for cases depend on it."""
    read = (_template(json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.json")))
    return {template.name: template for template in read}


def newest(software: str) -> Template | None:
    """The newest template of a software, None for a software without a template."""
    known = [template for template in templates().values() if template.software == software]
    return max(known, key=lambda template: template.version, default=None)


def outdated(template: Template, version: str) -> bool:
    """Whether an installed version, ``9.4.2`` or ``SLiMS 9 (Bulian) v9.4.2``, is older than the template's ``oldest_version``. A
    name without a dotted number counts by its first whole number; a name without any number is taken for old.
    """
    found = VERSION.search(version) or WHOLE.search(version)
    return found is None or _numbers(found[0]) < _numbers(template.oldest_version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _template(document: Mapping[str, Any]) -> Template:
    cost = document["cost"]
    return Template(
        name=document["name"],
        software=document["software"],
        version=document["version"],
        stages=tuple(_stage(stage) for stage in document["stages"]),
        ready_needs=tuple(document["ready_needs"]),
        pilot_needs=tuple(document["pilot_needs"]),
        rotate=document["rotate"],
        oldest_version=document["oldest_version"],
        rupiah_an_hour=cost["rupiah_an_hour"],
        rupiah_since=cost["since"],
        rupiah_source=cost["source"],
    )


def _stage(document: Mapping[str, Any]) -> Stage:
    return Stage(
        stage=document["stage"],
        name=document["name"],
        items=tuple(Item(**item) for item in document.get("items", ())),
        evidence=document.get("evidence", False),
        units=tuple(document.get("units", ())),
    )
