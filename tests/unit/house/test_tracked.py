"""What must never be in the tree: where packages come from, where somebody's machine keeps things, a secret."""

import re

import pytest

from tests.unit.house.tree import ROOT, tracked

REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.](?:org|com)|proxy[.]golang[.]org|artifact[o]ry|-{2}(?:extra-)?index-url|-{2}find-links",
    re.IGNORECASE,
)
MACHINE = re.compile(r"(?<![\w.}$)/-])/(?:root|home|work|Users|mnt|workspace)/[\w.]")
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:ghp|github_pat|xox[bp]|AKIA)[_A-Z0-9-][A-Za-z0-9_-]{15,}")
KINDS = {"registry host": REGISTRY, "machine path": MACHINE, "secret": SECRET}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_tracked_names_a(kind: str) -> None:
    found = []
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if b"\0" in content:
            continue
        found += [
            f"{name}:{number}"
            for number, line in enumerate(content.decode("utf-8").splitlines(), 1)
            if KINDS[kind].search(line)
        ]
    assert found == []


def test_no_file_of_a_running_installation_is_tracked() -> None:
    left_behind = [
        name for name in tracked() if name.startswith(("var/", ".venv/")) or name.endswith((".key", ".pyc", ".log"))
    ]
    assert left_behind == []
