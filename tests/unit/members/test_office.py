from dataclasses import replace
from datetime import UTC, datetime, timedelta

import hypothesis
import pytest
from hypothesis import strategies as some

from services.kernel.base.problem import Refused
from services.kernel.testing import given
from services.members.domain.office import (
    OFFICE,
    AssumeOffice,
    HandOverOffice,
    LeaveOffice,
    NameStandIn,
    OfficeAssumed,
    OfficeVacated,
    StandInEnded,
    StandInNamed,
    VacateOffice,
    office_identity,
)
from services.members.domain.office_kinds import OFFICES, Scope, grants_of

AT = datetime(2026, 3, 2, tzinfo=UTC)
EARLIER = AT - timedelta(days=30)
PLACE = ("regional-coordinator", "nganjuk")
ASSUME = AssumeOffice(*PLACE, "ani", AT, AT)
ANI_HOLDS = OfficeAssumed(*PLACE, "ani", EARLIER, True)
BUDI_STANDS_IN = StandInNamed(*PLACE, "budi", EARLIER, True)


def test_a_vacant_office_is_assumed():
    given(OFFICE).when(ASSUME).then(OfficeAssumed(*PLACE, "ani", AT, True))


def test_an_office_that_is_held_is_not_assumed_by_another():
    given(OFFICE, ANI_HOLDS).when(replace(ASSUME, person="citra")).refused("office-is-held")


def test_the_holder_assuming_again_changes_nothing():
    given(OFFICE, ANI_HOLDS).when(ASSUME).then()


def test_a_term_does_not_begin_in_the_future():
    given(OFFICE).when(replace(ASSUME, since=AT + timedelta(days=1))).refused("term-begins-later")


def test_a_term_does_not_begin_while_another_still_held_the_office():
    ended = OfficeVacated(*PLACE, "ani", AT - timedelta(days=1))
    late = replace(ASSUME, person="citra", since=AT - timedelta(days=2))
    given(OFFICE, ANI_HOLDS, ended).when(late).refused("office-was-held")


def test_a_handover_is_one_act():
    given(OFFICE, ANI_HOLDS).when(HandOverOffice(*PLACE, "citra", AT)).then(
        OfficeVacated(*PLACE, "ani", AT), OfficeAssumed(*PLACE, "citra", AT, True)
    )


def test_the_holder_passes_an_office_on_and_a_former_holder_cannot():
    mine = HandOverOffice(*PLACE, "citra", AT, by="ani")
    given(OFFICE, ANI_HOLDS).when(mine).then(
        OfficeVacated(*PLACE, "ani", AT), OfficeAssumed(*PLACE, "citra", AT, True)
    )  # fmt: skip
    passed = [ANI_HOLDS, OfficeVacated(*PLACE, "ani", AT), OfficeAssumed(*PLACE, "budi", AT, True)]
    given(OFFICE, *passed).when(mine).refused("office-is-anothers")
    given(OFFICE, *passed).when(replace(mine, to="budi")).then()


def test_a_vacant_office_is_not_handed_over():
    given(OFFICE).when(HandOverOffice(*PLACE, "citra", AT)).refused("office-is-vacant")


def test_a_handover_to_the_holder_changes_nothing():
    given(OFFICE, ANI_HOLDS).when(HandOverOffice(*PLACE, "ani", AT)).then()


def test_a_term_ends_without_a_successor():
    given(OFFICE, ANI_HOLDS).when(VacateOffice(*PLACE, AT)).then(OfficeVacated(*PLACE, "ani", AT))


def test_a_vacant_office_stays_vacant():
    given(OFFICE).when(VacateOffice(*PLACE, AT)).then()


def test_a_stand_in_is_named_while_nobody_holds_the_office():
    given(OFFICE).when(NameStandIn(*PLACE, "budi", AT)).then(StandInNamed(*PLACE, "budi", AT, True))


def test_an_office_that_is_held_has_no_stand_in():
    given(OFFICE, ANI_HOLDS).when(NameStandIn(*PLACE, "budi", AT)).refused("office-is-held")


def test_a_stand_in_ends_by_itself_when_the_office_is_assumed():
    given(OFFICE, BUDI_STANDS_IN).when(ASSUME).then(
        StandInEnded(*PLACE, "budi", AT), OfficeAssumed(*PLACE, "ani", AT, True)
    )


def test_another_stand_in_takes_the_place_of_the_first():
    given(OFFICE, BUDI_STANDS_IN).when(NameStandIn(*PLACE, "citra", AT)).then(
        StandInEnded(*PLACE, "budi", AT), StandInNamed(*PLACE, "citra", AT, True)
    )


def test_the_same_stand_in_named_again_changes_nothing():
    given(OFFICE, BUDI_STANDS_IN).when(NameStandIn(*PLACE, "budi", AT)).then()


PEOPLE = some.sampled_from(["ani", "budi", "citra"])
WISHES = some.one_of(
    some.tuples(some.just("assume"), PEOPLE, some.integers(0, 10)),
    some.tuples(some.just("hand over"), PEOPLE, some.just(0)),
    some.tuples(some.just("stand in"), PEOPLE, some.just(0)),
    some.tuples(some.just("vacate"), PEOPLE, some.just(0)),
    some.tuples(some.just("leave"), PEOPLE, some.just(0)),
)


def command(wish, at):
    kind, person, backdated = wish
    return {
        "assume": AssumeOffice(*PLACE, person, at - timedelta(days=backdated), at),
        "hand over": HandOverOffice(*PLACE, person, at),
        "stand in": NameStandIn(*PLACE, person, at),
        "vacate": VacateOffice(*PLACE, at),
        "leave": LeaveOffice(*PLACE, person, at),
    }[kind]


@hypothesis.given(some.lists(some.tuples(WISHES, some.integers(0, 5)), max_size=30))
def test_there_is_never_more_than_one_holder_at_a_time_whatever_is_wished(wishes):
    at, history = AT, []
    for wish, days in wishes:
        at += timedelta(days=days)
        history += given(OFFICE, *history).when(command(wish, at)).events
        state = given(OFFICE, *history).state
        assert state.holder is None or state.stand_in is None
    free_since, holder = datetime.min.replace(tzinfo=UTC), None
    for event in history:
        match event:
            case OfficeAssumed():
                assert holder is None
                assert event.since >= free_since
                holder = event.person
            case OfficeVacated():
                assert event.person == holder
                holder, free_since = None, event.until


def test_the_board_is_the_four_offices_of_the_paper():
    assert [office for office, kind in OFFICES.items() if kind.board] == [
        "coordinator",
        "secretary",
        "treasurer",
        "regional-coordinator",
    ]


def test_a_coordinator_may_everything_everywhere():
    assert set(grants_of([("coordinator", None)]).values()) == {("*",)}


def test_a_treasurer_reads_and_does_nothing():
    assert grants_of([("treasurer", None)]) == {"members.read": ("*",)}


def test_a_regional_coordinator_acts_for_that_region_and_changes_no_rules():
    grants = grants_of([("regional-coordinator", "nganjuk")])
    assert set(grants.values()) == {("nganjuk",)}
    assert not grants.keys() & {"rules.change", "offices.assign", "regions.open", "tokens.issue"}


def test_the_permissions_of_several_offices_add_up():
    grants = grants_of([("regional-coordinator", "nganjuk"), ("regional-coordinator", "blitar"), ("treasurer", None)])
    assert grants["topics.decide"] == ("blitar", "nganjuk")
    assert grants["members.read"] == ("*",)


def test_an_office_of_a_later_release_grants_nothing():
    assert grants_of([("archivist", None)]) == {}


@hypothesis.given(some.lists(some.tuples(some.sampled_from(sorted(OFFICES)), some.sampled_from(["nganjuk", None]))))
def test_nothing_is_ever_granted_that_the_table_does_not_say(held):
    for permission, regions in grants_of(held).items():
        for region in regions:
            scope = Scope.ALL if region == "*" else Scope.OWN_REGION
            assert any(OFFICES[office].grants.get(permission) is scope for office, _ in held)


def test_a_regional_office_is_held_for_a_region_and_any_other_for_all():
    assert office_identity("coordinator", None) == "coordinator-all"
    assert office_identity(*PLACE) == "regional-coordinator-nganjuk"
    for wrong in (("coordinator", "nganjuk"), ("regional-coordinator", None)):
        with pytest.raises(Refused):
            office_identity(*wrong)


def test_an_office_that_many_hold_is_each_ones_own_and_is_not_passed_on():
    mentor = ("mentor", "nganjuk")
    assert office_identity(*mentor, "ani") != office_identity(*mentor, "budi")
    assumed = OfficeAssumed(*mentor, "ani", AT, False)
    given(OFFICE).when(AssumeOffice(*mentor, "ani", AT, AT)).then(assumed)
    given(OFFICE, assumed).when(HandOverOffice(*mentor, "budi", AT)).refused("office-held-by-many")
    given(OFFICE).when(NameStandIn(*mentor, "budi", AT)).refused("office-held-by-many")
    ended = OfficeVacated(*mentor, "ani", AT)
    given(OFFICE, assumed).when(VacateOffice(*mentor, AT)).then(ended)
    given(OFFICE, assumed, ended).when(AssumeOffice(*mentor, "ani", AT, AT)).then(assumed)


def test_a_mentor_answers_visits_and_rates_in_the_own_region_alone():
    assert grants_of([("mentor", "nganjuk"), ("speaker", None)]) == {
        "competence.rate": ("nganjuk",),
        "consultations.answer": ("nganjuk",),
        "mentorships.visit": ("nganjuk",),
    }
