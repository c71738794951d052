"""Which facts a reader of the public feed gets."""

import pytest

from services.notifications.domain.interest import Interest

FACT = "events.activity-published"


@pytest.mark.parametrize("regions", [(), ("*",), ("kota-blitar",), ("kota-kediri", "kota-blitar")])
def test_no_wish_opens_a_region_that_is_not_granted(regions: tuple[str, ...]) -> None:
    assert not Interest(regions=regions, granted=("kota-kediri",)).takes(FACT, "kota-blitar")
    assert Interest(regions=regions, granted=("*",)).takes(FACT, "kota-blitar")


def test_of_the_granted_regions_only_the_wanted_regions_are_taken() -> None:
    interest = Interest(regions=("kota-kediri",), granted=("kota-kediri", "kota-blitar"))
    assert interest.takes(FACT, "kota-kediri")
    assert not interest.takes(FACT, "kota-blitar")


def test_a_fact_of_no_region_is_for_each_reader_with_a_region_and_for_no_other() -> None:
    assert Interest(regions=("kota-kediri",), granted=("kota-kediri",)).takes("members.rules-changed", None)
    assert not Interest().takes("members.rules-changed", None)


def test_only_public_facts_of_the_wanted_types_are_taken() -> None:
    granted = ("*",)
    assert not Interest(types=("*",), granted=granted).takes("members.login-code-issued", "kota-kediri")
    assert Interest(types=("library-*", "activity-published"), granted=granted).takes(FACT, "kota-kediri")
    assert not Interest(types=("library-*",), granted=granted).takes(FACT, "kota-kediri")
