from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import hypothesis
from hypothesis import strategies as some

from services.kernel.base.problem import Refused
from services.kernel.testing import given
from services.members.domain.affiliation import (
    AFFILIATION,
    AffiliationEnded,
    AffiliationStarted,
    EndAffiliation,
    StartAffiliation,
)

AT = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
WHO = ("sman-4", "ani")
STARTED = AffiliationStarted(*WHO, "staff", "kota-kediri", AT, 1)


def start(role="staff", since=AT, at=AT):
    return StartAffiliation(*WHO, role, "kota-kediri", since, at)


def ended(until, term=1):
    return AffiliationEnded(*WHO, "kota-kediri", until, term)


def test_somebody_begins_at_a_library_and_does_so_once():
    given(AFFILIATION).when(start()).then(STARTED)
    given(AFFILIATION, STARTED).when(start(at=AT + DAY)).then()


def test_an_affiliation_needs_a_colleagues_entry():
    alone = replace(start(), vouched=False)
    given(AFFILIATION).when(alone).refused("colleague-vouches")
    given(AFFILIATION, STARTED).when(replace(start("head", AT + DAY, AT + DAY), vouched=False)).then(
        ended(AT + DAY), AffiliationStarted(*WHO, "head", "kota-kediri", AT + DAY, 2)
    )


def test_the_first_person_at_a_library_needs_a_colleague_after_leaving_it():
    alone = replace(start(), vouched=False, first=True)
    given(AFFILIATION).when(alone).then(STARTED)
    back = replace(alone, since=AT + DAY, at=AT + DAY)
    given(AFFILIATION, STARTED, ended(AT + DAY)).when(back).refused("colleague-vouches")


def test_another_role_ends_the_one_before_in_the_same_act():
    head = start("head", AT + DAY, AT + DAY)
    started = AffiliationStarted(*WHO, "head", "kota-kediri", AT + DAY, 2)
    given(AFFILIATION, STARTED).when(head).then(ended(AT + DAY), started)


def test_a_person_may_come_back_to_a_library_and_the_earlier_term_stays():
    left = ended(AT + DAY)
    back = start(since=AT + 3 * DAY, at=AT + 4 * DAY)
    given(AFFILIATION, STARTED).when(EndAffiliation(AT + DAY, AT + DAY)).then(left)
    given(AFFILIATION, STARTED, left).when(EndAffiliation(AT + DAY, AT + DAY)).then()
    given(AFFILIATION, STARTED, left).when(back).then(AffiliationStarted(*WHO, "staff", "kota-kediri", AT + 3 * DAY, 2))


def test_affiliations_begin_in_the_past_and_do_not_overlap():
    given(AFFILIATION).when(start(since=AT + DAY)).refused("affiliation-begins-later")
    given(AFFILIATION, STARTED).when(EndAffiliation(AT + DAY, AT)).refused("affiliation-ends-later")
    given(AFFILIATION, STARTED).when(EndAffiliation(AT - DAY, AT)).refused("affiliation-ends-before-it-began")
    given(AFFILIATION, STARTED).when(start("head", AT - DAY)).refused("affiliations-overlap")
    given(AFFILIATION, STARTED, ended(AT + 2 * DAY)).when(start(since=AT + DAY, at=AT + 3 * DAY)).refused(
        "affiliations-overlap"
    )


@hypothesis.given(
    some.lists(some.tuples(some.sampled_from(["staff", "head", None]), some.integers(0, 9), some.integers(0, 9)))
)
def test_terms_never_overlap(attempts):
    history = []
    for role, when, now in attempts:
        moment, at = AT + when * DAY, AT + now * DAY
        command = EndAffiliation(moment, at) if role is None else start(role, moment, at)
        try:
            history += AFFILIATION.decide(command, AFFILIATION.fold(history))
        except Refused:
            continue
    terms = {event.term: [event.since, None] for event in history if isinstance(event, AffiliationStarted)}
    for event in history:
        if isinstance(event, AffiliationEnded):
            terms[event.term][1] = event.until
    spans = [terms[number] for number in sorted(terms)]
    assert all(until is not None and until <= after for (_, until), (after, _) in pairwise(spans))
    assert all(until is None or since <= until for since, until in spans)
