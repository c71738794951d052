from dataclasses import replace

import pytest

from services.kernel.testing import given
from services.members.domain.framework import (
    FRAMEWORK,
    AdoptFramework,
    FrameworkAdopted,
    Migration,
    Unit,
)
from services.members.frameworks import first

FIRST = FrameworkAdopted(first(), ())
SLIMS = "b-slims"


def changed(**units):
    """The first framework as another version, with units renamed (a name) or left out (None)."""
    kept = []
    for unit in first().units:
        name = units.get(unit.unit.replace("-", "_"), unit.unit)
        if name is not None:
            kept.append(replace(unit, unit=name))
    return replace(first(), version="kediri-2", units=tuple(kept))


def test_the_first_framework_has_the_papers_five_areas():
    framework = first()
    assert [area.area for area in framework.areas] == ["a", "b", "c", "d", "e"]
    assert "Rumani (2014)" in framework.source
    assert framework.unit(SLIMS).area == "b"
    assert [level.level for level in framework.levels] == [1, 2, 3, 4]


def test_a_version_is_adopted_once_and_stays_as_it_is():
    given(FRAMEWORK).when(AdoptFramework(first())).then(FIRST)
    given(FRAMEWORK, FIRST).when(AdoptFramework(first())).then()
    other = replace(first(), name="Lain")
    given(FRAMEWORK, FIRST).when(AdoptFramework(other)).refused("framework-version-is-taken")


@pytest.mark.parametrize(
    "framework",
    [
        replace(first(), units=()),
        replace(first(), units=(*first().units, first().units[0])),
        replace(first(), units=(*first().units, Unit("z-1", "z", "Tanpa bidang"))),
        replace(first(), areas=(*first().areas, replace(first().areas[0], area="f"))),
        replace(first(), levels=first().levels[:3]),
        replace(first(), aspects=first().aspects[::-1]),
    ],
    ids=["nothing", "twice", "no area", "empty area", "three levels", "other order"],
)
def test_a_version_is_whole_in_itself(framework):
    given(FRAMEWORK).when(AdoptFramework(framework)).refused("framework-is-not-whole")


def test_no_unit_is_lost_between_versions():
    renamed, dropped = changed(b_slims="b-automation"), changed(e_religion=None)
    given(FRAMEWORK, FIRST).when(AdoptFramework(renamed)).refused("framework-loses-units")
    given(FRAMEWORK, FIRST).when(AdoptFramework(dropped)).refused("framework-loses-units")
    moved, gone = (Migration(SLIMS, "b-automation"),), (Migration("e-religion", None),)
    given(FRAMEWORK, FIRST).when(AdoptFramework(renamed, moved)).then(FrameworkAdopted(renamed, moved))
    given(FRAMEWORK, FIRST).when(AdoptFramework(dropped, gone)).then(FrameworkAdopted(dropped, gone))


@pytest.mark.parametrize(
    "migration",
    [
        (Migration("b-unknown", SLIMS),),
        (Migration(SLIMS, "b-unknown"),),
        (Migration(SLIMS, "b-database"), Migration(SLIMS, "b-network")),
    ],
)
def test_a_migration_leads_from_old_units_to_new_units(migration):
    given(FRAMEWORK, FIRST).when(AdoptFramework(changed(), migration)).refused("framework-migration-is-wrong")


def test_an_old_unit_is_followed_to_its_present_id():
    second = FrameworkAdopted(changed(b_slims="b-automation"), (Migration(SLIMS, "b-automation"),))
    third = FrameworkAdopted(replace(changed(b_slims=None), version="kediri-3"), (Migration("b-automation", None),))
    two = given(FRAMEWORK, FIRST, second).state
    three = given(FRAMEWORK, FIRST, second, third).state
    assert two.present_name(SLIMS, "kediri-1") == "b-automation"
    assert two.present_name("b-automation", "kediri-2") == "b-automation"
    assert two.present_name("b-network", "kediri-1") == "b-network"
    assert three.present_name(SLIMS, "kediri-1") is None
