from dataclasses import replace

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.events.certificate_code import ALPHABET, CertificateCodes
from services.events.domain.certificate import (
    CERTIFICATES,
    CertificateIssued,
    CertificateRevoked,
    IssueCertificates,
    Present,
    RevokeCertificate,
    enough,
)
from services.events.domain.rules import CertificateRule
from services.events.views.rulebook import RulesRow, certificate_rule_at
from services.kernel.base.problem import NotFound
from services.kernel.testing import given
from tests.support.sample_community import KEDIRI
from tests.unit.events.sample_events import NOW, PLAN, WORKSHOP_PLAN
from tests.unit.events.sample_times import END, START

RULE = CertificateRule(2, 0.75)
CODES = CertificateCodes(b"k" * 32)


def present(who: str, *sessions: str, **changed: object) -> Present:
    return replace(Present(f"c-{who}", who, False, f"d-{who}", frozenset({who}), frozenset(sessions)), **changed)  # type: ignore[arg-type]


def issue(*people: Present, rule: CertificateRule = RULE) -> IssueCertificates:
    return IssueCertificates(people, WORKSHOP_PLAN, "completed", rule)


def issued(who: str, attended: int, rule: CertificateRule = RULE, guest: bool = False) -> CertificateIssued:
    plan = WORKSHOP_PLAN
    what = (plan.title, "workshop", plan.starts, plan.ends, KEDIRI, 4)
    return CertificateIssued(f"c-{who}", who, guest, f"d-{who}", *what, attended, 60 * attended, rule)


def test_only_the_attended_share_that_the_rule_requires_earns_a_certificate() -> None:
    everybody = (
        present("ani", "s0", "s1", "s2", "s3"),
        present("budi", "s0", "s1", "s2"),
        present("citra", "s0", "s1"),
    )
    given(CERTIFICATES).when(issue(*everybody)).then(issued("ani", 4), issued("budi", 3))
    strict = CertificateRule(1, 1.0)
    given(CERTIFICATES).when(issue(*everybody, rule=strict)).then(issued("ani", 4, strict))


def test_without_an_agenda_attendance_earns_a_certificate() -> None:
    command = IssueCertificates((present("ani"),), PLAN, "completed", CertificateRule())
    what = (PLAN.title, "gathering", START, END, KEDIRI, 0, 0, 120)
    given(CERTIFICATES).when(command).then(CertificateIssued("c-ani", "ani", False, "d-ani", *what, CertificateRule()))


def test_a_second_issue_reaches_only_new_participants_and_not_guests_who_became_members() -> None:
    ani = present("ani", "s0", "s1", "s2")
    guest = present("guest-1", "s0", "s1", "s2", guest=True)
    standing = given(CERTIFICATES, issued("ani", 3), issued("guest-1", 3, guest=True))
    standing.when(issue(ani, guest)).then()
    wina = present("wina", "s0", "s1", "s2", known_as=frozenset({"wina", "guest-1"}))
    standing.when(issue(wina, present("budi", "s0", "s1", "s2"))).then(issued("budi", 3))


def test_sessions_that_are_not_on_the_agenda_count_for_nothing() -> None:
    given(CERTIFICATES).when(issue(present("ani", "s0", "x1", "x2", "x3"))).then()


def test_only_a_completed_activity_gives_certificates() -> None:
    for state in ("planned", "published", "cancelled"):
        given(CERTIFICATES).when(replace(issue(), state=state)).refused("not-completed-yet")


def test_a_certificate_is_revoked_once_and_not_issued_anew() -> None:
    revoked = CertificateRevoked("c-ani", "ani", False, "d-ani", "sealed", KEDIRI)
    given(CERTIFICATES, issued("ani", 4)).when(RevokeCertificate("c-ani", "sealed")).then(revoked)
    gone = given(CERTIFICATES, issued("ani", 4), revoked)
    gone.when(RevokeCertificate("c-ani", "other")).then()
    gone.when(issue(present("ani", "s0", "s1", "s2", "s3"))).then()
    with pytest.raises(NotFound):
        given(CERTIFICATES).when(RevokeCertificate("c-x", "sealed"))


def test_two_thirds_of_three_sessions_are_two() -> None:
    assert enough(2, 3, CertificateRule(1, 2 / 3))
    assert not enough(1, 3, CertificateRule(1, 2 / 3))


def test_the_rule_is_the_one_that_was_in_force_at_the_moment() -> None:
    versions = [
        RulesRow(str(version), version, since.isoformat(), certificate_minimum=minimum)
        for version, since, minimum in ((1, NOW, 1.0), (2, START, 0.5))
    ]
    assert certificate_rule_at(versions, NOW) == CertificateRule(1, 1.0)
    assert certificate_rule_at(versions, START) == CertificateRule(2, 0.5)
    assert certificate_rule_at([], NOW) == CertificateRule()


SESSIONS = [session.id for session in WORKSHOP_PLAN.sessions]
SOMEBODY = st.builds(
    lambda who, sessions: present(who, *sessions), st.sampled_from("abcdef"), st.sets(st.sampled_from(SESSIONS))
)


@given_any(st.lists(st.lists(SOMEBODY, max_size=6), max_size=5), st.floats(0, 1))
def test_nobody_has_two_certificates_or_one_below_the_share_always(rounds: list[list[Present]], minimum: float) -> None:
    state, rule = CERTIFICATES.initial, CertificateRule(1, minimum)
    all_issued: list[CertificateIssued] = []
    for people in rounds:
        for event in CERTIFICATES.decide(issue(*people, rule=rule), state):
            state = CERTIFICATES.evolve(state, event)
            all_issued.append(event)
    assert len({each.participant for each in all_issued}) == len(all_issued)
    assert all(each.attended >= minimum * len(SESSIONS) - 1e-6 for each in all_issued)


def test_a_certificate_code_is_read_in_any_spelling_and_has_no_ambiguous_characters() -> None:
    code = CODES.code("c-ani")
    assert (len(code), code.count("-")) == (14, 2)
    assert set(code) <= {*ALPHABET, "-"}
    for said in (code.lower(), code.replace("-", " "), code.replace("0", "O").replace("1", "l")):
        assert CODES.digest(said) == CODES.digest(code)
    assert CODES.digest(CODES.code("c-budi")) != CODES.digest(code)
    assert CertificateCodes(b"x" * 32).code("c-ani") != code
