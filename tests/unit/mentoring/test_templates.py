"""The stage templates: a published version is never changed, for cases stand on it."""

import hashlib
from pathlib import Path

import pytest

from services.mentoring.domain.stages import CONDITIONS
from services.mentoring.domain.template import AGREED, PROBATION, READY, SMOOTH, WANTED, Template
from services.mentoring.templates import STAGES, newest, outdated, templates

PUBLISHED = {"slims-1.json": "451f0dceba9e5b07f1158ede7bc7d0fa118d14dcc006f59ed58fc0113ec751cc"}
"""A file and the SHA-256 of what was published. A better template is a further file and a further line."""


@pytest.mark.parametrize(("name", "digest"), PUBLISHED.items())
def test_a_published_version_is_never_changed(name: str, digest: str) -> None:
    assert hashlib.sha256((STAGES / name).read_bytes()).hexdigest() == digest


def test_every_template_is_published() -> None:
    assert {path.name for path in STAGES.glob("*.json")} == set(PUBLISHED)
    assert set(templates()) == {Path(name).stem for name in PUBLISHED}


@pytest.mark.parametrize("template", templates().values(), ids=lambda template: template.name)
def test_a_template_has_the_stages_that_the_domain_decides_about(template: Template) -> None:
    order = [stage.stage for stage in template.stages]
    assert order[:3] == [WANTED, READY, AGREED]
    assert order[-2:] == [PROBATION, SMOOTH]
    assert len(set(order)) == len(order)
    assert set(template.ready_needs) <= set(template.pilot_needs) <= set(CONDITIONS)
    for stage in template.stages:
        assert len({item.item for item in stage.items}) == len(stage.items)
        assert stage.required or not stage.items
    assert [stage.stage for stage in template.stages if not stage.items] == [WANTED, PROBATION, SMOOTH]


def test_a_new_case_begins_with_the_newest_of_its_software() -> None:
    assert newest("slims") is templates()["slims-1"]
    assert newest("excel") is None


@pytest.mark.parametrize(
    ("version", "old"),
    [
        ("SLiMS 9 Bulian v9.2.1", True),
        ("SLiMS 9 (Bulian) 9.4.2", True),
        ("Bulian 9 - 9.0.0", True),
        ("SLiMS 9 (Bulian) v9.6.1", False),
        ("9.6.1\u00b2", False),
        ("\u00b2", True),
        ("Bulian", True),
    ],
)
def test_versions_compare_by_the_number_in_any_spelling(version: str, old: bool) -> None:
    assert outdated(templates()["slims-1"], version) is old


@pytest.mark.parametrize(
    ("version", "old"), [("9.4.2", True), ("v9.6.0", True), ("9.6.1", False), ("9.10.0", False), ("SLiMS 8", True)]
)
def test_an_old_version_is_warned_of(version: str, old: bool) -> None:
    assert outdated(templates()["slims-1"], version) is old
