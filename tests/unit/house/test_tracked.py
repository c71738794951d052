"""What must never be in the tree: where packages come from, where somebody's machine keeps things, a secret."""

import re

from tests.unit.house.tree import ROOT, assert_no_offences, tracked

REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.](?:org|com)|proxy[.]golang[.]org|artifact[o]ry|-{2}(?:extra-)?index-url|-{2}find-links",
    re.IGNORECASE,
)
MACHINE = re.compile(r"(?<![\w.}$)/-])/(?:root|home|work|Users|mnt|workspace)/[\w.]")
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:ghp|github_pat|xox[bp]|AKIA)[_A-Z0-9-][A-Za-z0-9_-]{15,}")
KINDS = {"registry host": REGISTRY, "machine path": MACHINE, "secret": SECRET}


def test_no_tracked_file_names_a_registry_a_machines_path_or_a_secret() -> None:
    assert_no_offences(
        f"{name}:{number} {kind}"
        for name in tracked()
        if b"\0" not in (content := (ROOT / name).read_bytes())
        for number, line in enumerate(content.decode("utf-8").splitlines(), 1)
        for kind, pattern in KINDS.items()
        if pattern.search(line)
    )


def test_no_file_of_a_running_installation_is_tracked() -> None:
    assert_no_offences(
        name for name in tracked() if name.startswith(("var/", ".venv/")) or name.endswith((".key", ".pyc", ".log"))
    )
