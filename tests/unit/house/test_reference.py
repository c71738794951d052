"""What is generated and checked in is what the code says now."""

import json

import pytest

from docs import configuration, generate
from services.kernel.base.metrics import Metrics
from services.kernel.base.settings import SECRETS
from tests.unit.house.tree import ROOT, text


@pytest.mark.parametrize("name", generate.PAGES)
def test_the_reference_is_what_the_code_says(name: str) -> None:
    written = (generate.REFERENCE / name).read_text("utf-8")
    assert written == generate.PAGES[name](), f"run: python -m docs.generate ({name})"


def test_every_variable_is_explained_and_no_other() -> None:
    assert {reading.variable for reading in configuration.found()} == set(configuration.MEANING)


def test_every_secret_is_explained_and_no_other() -> None:
    assert set(configuration.SECRETS) == {f"{name}.key" for name in SECRETS}


def test_every_metric_of_the_kernel_is_on_the_page() -> None:
    page = text("docs/reference/metrics.md")
    assert [family.name for family in Metrics().registry.collect() if f"`{family.name}" not in page] == []


def test_every_public_operation_is_on_the_page() -> None:
    page = text("docs/reference/http.md")
    for fragment in sorted((ROOT / "services").glob("*/openapi.json")):
        for path in json.loads(fragment.read_text("utf-8"))["paths"]:
            assert f"`{path}`" in page
